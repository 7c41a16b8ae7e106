import { answerElasticProbe, answerHecAck, answerHecHealth, type Answer } from '@weir/formats'
import type { RequestHandler, Response } from 'express'
import type { Admission } from '../admission.ts'
import { describeProtocolDelivery } from '../describe-delivery.ts'

/** GET /elastic/ — what Elasticsearch's clients ask for first: which product this is. */
export const answerElastic: RequestHandler = (req, res) => {
  send(res, answerElasticProbe(describeProtocolDelivery(req)))
}

/** GET /services/collector/health — whether events can be taken, for load balancers that know Splunk. */
export function reportHecHealth(
  isStopping: () => boolean,
  admission: Pick<Admission, 'isClosed'>,
): RequestHandler {
  return (_req, res) => {
    const isHealthy = !isStopping() && !admission.isClosed('journal') && !admission.isClosed('disk')
    send(res, answerHecHealth(isHealthy))
  }
}

/** POST /services/collector/ack — refused: what was answered is on the disk already. */
export const refuseHecAck: RequestHandler = (_req, res) => {
  send(res, answerHecAck())
}

function send(res: Response, { status, contentType, body, headers }: Answer): void {
  res.writeHead(status, {
    'Content-Type': contentType,
    'Content-Length': Buffer.byteLength(body),
    ...headers,
  })
  res.end(body)
}
