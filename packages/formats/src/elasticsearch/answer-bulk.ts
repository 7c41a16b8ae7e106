import { isJsonObject, type Delivery } from '../format.ts'
import type { Answer, Failure, Outcome } from '../protocol.ts'
import type { Refusal } from '../refusal.ts'
import { missingDocument, type BulkItem } from './read-bulk.ts'

/** What a client of Elastic looks for: without it, it takes the server for another product and throws. */
const product = { 'X-Elastic-Product': 'Elasticsearch' }

/** Answers in the media type that the client asks for, which names the version it is compatible with. */
export function answerElastic(status: number, body: unknown, delivery: Delivery): Answer {
  const version = /vnd\.elasticsearch\+json\s*;\s*compatible-with=(\d+)/.exec(
    delivery.headers['accept'] ?? '',
  )?.[1]
  const contentType =
    version === undefined
      ? 'application/json'
      : `application/vnd.elasticsearch+json;compatible-with=${version}`
  return { status, contentType, body: JSON.stringify(body), headers: product }
}

/** One item for each action, in order. */
export function answerBulk(outcome: Outcome, delivery: Delivery): Answer {
  const refusals = new Map(outcome.refused.map(({ index, refusal }) => [index, refusal]))
  const items = outcome.records.map((record, index) => {
    const item = toItem(record.value)
    return { [item.action]: describe(item, refusals.get(index), outcome.ids[index]) }
  })
  const errors = refusals.size > 0
  return answerElastic(200, { took: 0, errors, items }, delivery)
}

function toItem(value: unknown): BulkItem {
  // `readBulk` made every value, also of a document that could not be read.
  return isJsonObject(value) ? (value as BulkItem) : { action: 'index' }
}

function describe(
  { action, index, id }: BulkItem,
  refusal: Refusal | undefined,
  eventId: string | undefined,
) {
  const where = { _index: index ?? 'weir', _id: id ?? eventId ?? null }
  if (refusal !== undefined) return { ...where, ...toError(refusal) }
  if (action === 'delete') return { ...where, result: 'not_found', status: 404 }
  const shards = { total: 1, successful: 1, failed: 0 }
  return { ...where, _version: 1, result: 'created', _shards: shards, status: 201 }
}

function toError(refusal: Refusal) {
  if (refusal.detail === missingDocument.detail) {
    return { status: 404, error: { type: 'document_missing_exception', reason: refusal.detail } }
  }
  const reason = `${refusal.detail} (${refusal.code} at ${refusal.pointer})`
  return { status: 400, error: { type: 'document_parsing_exception', reason } }
}

const types: Readonly<Record<number, string>> = {
  400: 'illegal_argument_exception',
  401: 'security_exception',
  403: 'security_exception',
  404: 'resource_not_found_exception',
  413: 'content_too_long_exception',
  429: 'es_rejected_execution_exception',
  503: 'unavailable_shards_exception',
}

/** The whole request failed. */
export function failElastic({ status, detail }: Failure, delivery: Delivery): Answer {
  const cause = { type: types[status] ?? 'exception', reason: detail }
  return answerElastic(status, { error: { root_cause: [cause], ...cause }, status }, delivery)
}
