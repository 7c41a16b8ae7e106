import type { JsonObject } from '../format.ts'
import { toAddress, toFirstText } from '../http-values.ts'
import type { Rule } from '../mapping.ts'
import { toCount, toText } from '../values.ts'
import { attributes } from './attribute-rules.ts'

/** An HTTP request as it was served: today's names, those before semantic conventions 1.21, and some senders' own. */
export const httpRules: readonly Rule[] = [
  attributes('method', ['http.request.method', 'http.method'], toText),
  attributes('route', ['http.route'], toText),
  attributes('path', ['url.path', 'http.target'], toText),
  attributes('host', ['server.address', 'http.host', 'net.host.name', 'http.server_name'], toText),
  attributes('status_code', ['http.response.status_code', 'http.status_code']),
  attributes(
    'client_ip',
    ['client.address', 'http.client_ip', 'network.peer.address', 'net.sock.peer.addr', 'net.peer.ip'],
    toAddress,
  ),
  attributes('user_agent', ['user_agent.original', 'http.user_agent', 'user_agent'], toText),
  attributes(
    'bytes_in',
    ['http.request.size', 'http.request.body.size', 'http.request_content_length', 'request_size'],
    toCount,
  ),
  attributes(
    'bytes_out',
    ['http.response.size', 'http.response.body.size', 'http.response_content_length', 'response_size'],
    toCount,
  ),
  attributes('country', ['geo.country.iso_code', 'client.geo.country_iso_code'], toText),
  attributes(
    'request_id',
    ['http.request.header.x-request-id', 'proxy.kong.request.id', 'kong.request.id', 'guid:x-request-id'],
    toFirstText,
  ),
]

/** Whether there was a request at all. */
export function hasHttpRequest(values: JsonObject): boolean {
  return 'http.request.method' in values || 'http.method' in values
}

/** The path in a whole address, which stays where it is for its query. */
export function findPath(values: JsonObject): string | undefined {
  const address = values['url.full'] ?? values['http.url']
  if (typeof address !== 'string' || !URL.canParse(address)) return undefined
  return new URL(address).pathname
}
