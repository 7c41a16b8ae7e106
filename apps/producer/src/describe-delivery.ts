import { findFormat, formats, plainDelivery, type Delivery } from '@weir/formats'
import { Problem } from '@weir/http'
import type { Request } from 'express'

/** Headers that say something about the events of a body; all others stay out of the events, keys above all. */
const read =
  /^(?:ce-|x-syslog-|x-amz-(?!firehose-access-key|security-token)|x-tag|x-scope-orgid|x-test-connection|user-agent$)/

/**
 * What a request says about its body beside the bytes. Throws `Problem`: 404 for a format in the path that
 * nobody knows, 400 for one in the query, 415 for a form of CloudEvents that is not read.
 */
export function describeDelivery(req: Request): Delivery {
  const contentType = req.headers['content-type']
  // The usual request, of Weir's own form, is told by nothing but its bytes.
  if (contentType === 'application/json' && !req.url.includes('?') && req.params['format'] === undefined) {
    return req.headers['ce-specversion'] === undefined
      ? plainDelivery
      : { ...plainDelivery, headers: pick(req) }
  }
  return { format: readFormat(req), contentType: readContentType(contentType), headers: pick(req) }
}

/** CloudEvents has forms in Avro, protobuf and XML too, of which its receivers have to say that they do not read them. */
function readContentType(contentType: string | undefined): string | undefined {
  const type = toMediaType(contentType)
  if (type?.startsWith('application/cloudevents') === true && !type.endsWith('+json')) {
    throw new Problem(
      'unsupported-media-type',
      'CloudEvents are read in JSON, structured, as a batch or binary.',
    )
  }
  return type
}

/** The same on the path of a protocol, which says what the body is. Its query means what the protocol says. */
export function describeProtocolDelivery(req: Request): Delivery {
  const { accept } = req.headers
  return {
    format: undefined,
    contentType: toMediaType(req.headers['content-type']),
    headers: { ...pick(req), ...(accept !== undefined && { accept }) },
    parameters: { ...pickParameters(req), path: req.path },
  }
}

/** What the query says of events; a key that stands there is no part of it. */
const parameterNames = ['host', 'source', 'sourcetype', 'index'] as const

function pickParameters(req: Request): Record<string, string> {
  const parameters: Record<string, string> = {}
  for (const name of parameterNames) {
    const value: unknown = req.params[name] ?? req.query[name]
    if (typeof value === 'string' && value !== '') parameters[name] = value
  }
  return parameters
}

function toMediaType(contentType: string | undefined): string | undefined {
  return contentType?.split(';', 1)[0]?.trim().toLowerCase()
}

function readFormat(req: Request): string | undefined {
  const { format: inPath } = req.params
  const inQuery: unknown = req.query['source']
  const name = inPath ?? inQuery
  if (name === undefined) return undefined
  if (typeof name === 'string' && findFormat(name) !== undefined) return name
  const detail = `A format is one of ${formats.map((format) => format.name).join(', ')}.`
  if (inPath !== undefined) throw new Problem('not-found', detail)
  throw new Problem('invalid-parameter', detail, { errors: [{ parameter: 'source', detail }] })
}

function pick(req: Request): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(req.headers)) {
    if (typeof value === 'string' && read.test(name)) headers[name] = value
  }
  return headers
}
