import { keyOf, methodNotAllowed } from '@weir/http'
import type { RequestHandler } from 'express'

const refuse = methodNotAllowed('POST', 'PUT', 'PATCH', 'HEAD', 'OPTIONS')

/**
 * What a path that takes in events answers to other methods than POST. PUT and PATCH bring events as well, because
 * senders, Kong among them, can be told to use them. HEAD and OPTIONS ask whether there is somebody. GET is 405: 2xx
 * would tell a sender that its data was taken.
 */
export function acceptOtherMethods(accept: RequestHandler, requestsPerMinute: number): RequestHandler {
  const answer = answerProbe(requestsPerMinute)
  const handlers: Readonly<Record<string, RequestHandler>> = {
    PUT: accept,
    PATCH: accept,
    HEAD: answer,
    OPTIONS: answer,
  }
  return (req, res, next) => (handlers[req.method] ?? refuse)(req, res, next)
}

/** A host name, as `WebHook-Request-Origin` has it. */
const origin = /^[A-Za-z0-9.-]{1,253}$/

/**
 * 200: the path is there, and the key is good. Who shakes hands as CloudEvents' webhooks do hears how often in a
 * minute its key may send. Source: CloudEvents, HTTP 1.1 Web Hooks, section 4.
 */
const answerProbe =
  (requestsPerMinute: number): RequestHandler =>
  (req, res) => {
    res.setHeader('Allow', 'POST, PUT, PATCH, HEAD, OPTIONS')
    const asking = req.headers['webhook-request-origin']
    if (req.method === 'OPTIONS' && typeof asking === 'string' && origin.test(asking)) {
      res.setHeader('WebHook-Allowed-Origin', asking)
      res.setHeader('WebHook-Allowed-Rate', String(keyOf(res).requestsPerMinute ?? requestsPerMinute))
    }
    res.status(200).end()
  }
