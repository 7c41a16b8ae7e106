import type { JsonObject } from '../format.ts'
import { isJsonObject } from '../format.ts'
import { parseJson } from '../read-json.ts'
import type { RawRecord } from '../read-records.ts'
import type { Refusal } from '../refusal.ts'

export const actions = ['index', 'create', 'update', 'delete'] as const
export type Action = (typeof actions)[number]

/** One action of a bulk request, with its document where it has one. */
export interface BulkItem extends JsonObject {
  action: Action
  index?: string
  id?: string
  document?: JsonObject
}

/** Why an update without a document to insert is refused: what it would change is an event, and they do not change. */
export const missingDocument: Refusal = {
  code: 'validation-failed',
  detail: 'document missing: an update is kept only with `upsert` or `doc_as_upsert`',
  pointer: '#',
}

/**
 * The items of a bulk body: lines of an action, each followed by a line with its document unless it deletes. A document
 * that cannot be read is refused alone, an action that cannot be read refuses all, since what follows it has no meaning.
 */
export function readBulk(text: string, defaultIndex: string | undefined): RawRecord[] | Refusal {
  const lines = text.split('\n')
  const records: RawRecord[] = []
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? ''
    if (line.trim() === '') continue
    const item = readAction(line, defaultIndex)
    if (item === undefined) return malformed(at + 1)
    if (item.action === 'delete') {
      records.push({ value: item })
      continue
    }
    at += 1
    records.push(withDocument(item, lines[at] ?? ''))
  }
  return records
}

function malformed(line: number): Refusal {
  const detail = `Malformed action/metadata line [${line}]: expected an object with one of ${actions.join(', ')}`
  return { code: 'invalid-json', detail, pointer: '#' }
}

function readAction(line: string, defaultIndex: string | undefined): BulkItem | undefined {
  const { value } = parseJson(line)
  if (!isJsonObject(value)) return undefined
  const action = actions.find((name) => isJsonObject(value[name]))
  const metadata = action === undefined ? undefined : value[action]
  if (action === undefined || !isJsonObject(metadata)) return undefined
  const { _index: index = defaultIndex, _id: id } = metadata
  return {
    action,
    ...(typeof index === 'string' && { index }),
    ...((typeof id === 'string' || typeof id === 'number') && { id: String(id) }),
  }
}

function withDocument(item: BulkItem, line: string): RawRecord {
  const read = parseJson(line)
  if (read.refusal !== undefined) return { ...read, value: item }
  if (!isJsonObject(read.value)) {
    const refusal: Refusal = {
      code: 'validation-failed',
      detail: 'A document is a JSON object.',
      pointer: '#',
    }
    return { refusal, text: line, value: item }
  }
  const document = item.action === 'update' ? findUpsert(read.value) : read.value
  if (document === undefined) return { refusal: missingDocument, text: line, value: item }
  return { value: { ...item, document } }
}

/** The document that an update inserts where there is none yet, which is always. */
function findUpsert({ upsert, doc, doc_as_upsert: isDocUpsert }: JsonObject): JsonObject | undefined {
  if (isJsonObject(upsert)) return upsert
  return isDocUpsert === true && isJsonObject(doc) ? doc : undefined
}
