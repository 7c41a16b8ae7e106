import type { Protocol } from '@weir/formats'
import { hasPresentedKey, sendProblemAs } from '@weir/http'
import type { ErrorRequestHandler } from 'express'
import { describeProtocolDelivery } from '../describe-delivery.ts'

/**
 * Answers what fails on a protocol's path, from a missing key to a full disk, as that protocol says it: the last
 * handler of each of its routes. Headers of the problem, such as `Retry-After`, are sent in any case.
 */
export function failInProtocol(protocol: Pick<Protocol, 'fail'>): ErrorRequestHandler {
  return sendProblemAs(({ status, kind, message }, req) =>
    protocol.fail(
      { status, kind, detail: message, hasKey: hasPresentedKey(req) },
      describeProtocolDelivery(req),
    ),
  )
}
