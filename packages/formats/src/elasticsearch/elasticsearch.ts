import type { Format } from '../format.ts'
import type { Answer, Protocol } from '../protocol.ts'
import { toBodyText, toRecords } from '../read-json.ts'
import { isRefusal, type Refusal } from '../refusal.ts'
import { answerBulk, answerElastic, failElastic } from './answer-bulk.ts'
import { translateItem } from './ecs.ts'
import { readBulk, type BulkItem } from './read-bulk.ts'

const empty: Refusal = { code: 'validation-failed', detail: 'request body is required', pointer: '#' }

const format: Format = {
  name: 'elasticsearch',
  recognises: () => false,
  // `readBulk` made it.
  translate: (record) => translateItem(record as BulkItem),
}

/** Elasticsearch's bulk requests. Table: docs/gateways/elasticsearch.md. */
export const elasticsearch: Protocol = {
  name: 'elasticsearch',
  format,
  read(body, delivery) {
    const text = toBodyText(body)
    if (typeof text !== 'string') return text
    const records = readBulk(text, delivery.parameters?.['index'])
    if (isRefusal(records)) return records
    return records.length === 0 ? empty : toRecords(records)
  },
  answer: answerBulk,
  fail: failElastic,
}

/** What clients ask for before they send: which product this is, and of which version. */
export function answerElasticProbe(delivery: Parameters<typeof answerElastic>[2]): Answer {
  const number = '9.1.0'
  const version = { number, build_flavor: 'default', minimum_wire_compatibility_version: '8.19.0' }
  const name = 'weir'
  return answerElastic(200, { name, cluster_name: name, version, tagline: 'You Know, for Search' }, delivery)
}
