import { boundedEventType, categories, llmRemarkTypes, columnIndex } from '@weir/events'
import type { Tally } from '../../tally.ts'
import { isEmpty, endOf, numberOf, startOf } from './columns.ts'
import { ByteTable } from './byte-table.ts'
import { labelsAt, requestAt } from './memory.ts'
import { knownTypes } from './read-envelope.ts'

const categoryColumn = columnIndex.category
const eventTypeColumn = columnIndex.event_type
const llmModelColumn = columnIndex.llm_model
const llmProviderColumn = columnIndex.llm_provider
const sourceColumn = columnIndex.source

const maxTallies = 512
const maxLabels = 512
/** From this many on, the table is emptied before a body: it holds what senders name, and they are many. */
const fullFromLabels = 384

/** Sources, providers and models as strings. */
const labels = new ByteTable(maxLabels, labelsAt, requestAt)

const llmCategory = categories.indexOf('llm')
const remarks = new Set(llmRemarkTypes.map((type) => knownTypes.indexOf(type)))
const isRemark = Uint8Array.from(knownTypes, (_type, number) => (remarks.has(number) ? 1 : 0))
/** The label of types that Weir does not know. */
const otherType = boundedEventType('')

let count = 0
/** Type, whether it is a call of a model, and source in one number; provider and model in another. */
const firstKeys = new Int32Array(maxTallies)
const secondKeys = new Int32Array(maxTallies)
const counts = new Int32Array(maxTallies)

export function clearTallies(): void {
  count = 0
  if (labels.texts.length >= fullFromLabels) labels.clear()
}

/** Counts the event whose columns are set; false where there are too many kinds of them. */
export function countEvent(): boolean {
  const type = numberOf(eventTypeColumn)
  const isAboutModel = numberOf(categoryColumn) === llmCategory || !isEmpty(llmModelColumn)
  const isLlm = isAboutModel && (type === -1 || isRemark[type] === 0)
  const source = labelOf(sourceColumn)
  const provider = labelOf(llmProviderColumn)
  const model = labelOf(llmModelColumn)
  if (source === -1 || provider === -1 || model === -1) return false
  return countKeys((((type + 1) << 1) | (isLlm ? 1 : 0)) * 1_024 + source, provider * 1_024 + model)
}

function countKeys(firstKey: number, secondKey: number): boolean {
  let at = 0
  while (at < count && (firstKeys[at] !== firstKey || secondKeys[at] !== secondKey)) at += 1
  if (at === maxTallies) return false
  if (at === count) {
    count += 1
    firstKeys[at] = firstKey
    secondKeys[at] = secondKey
    counts[at] = 0
  }
  counts[at] = (counts[at] ?? 0) + 1
  return true
}

/** 0 where the column is empty, the label's number and 1 where it is not; -1 where no label is left. */
function labelOf(column: number): number {
  if (isEmpty(column)) return 0
  const start = startOf(column)
  const end = endOf(column)
  const number = labels.find(start, end)
  if (number !== -1) return number + 1
  const added = labels.add(start, end)
  return added === -1 ? -1 : added + 1
}

export function toTallies(): Tally[] {
  const tallies: Tally[] = []
  for (let at = 0; at < count; at += 1) {
    const first = firstKeys[at] ?? 0
    const second = secondKeys[at] ?? 0
    tallies.push({
      eventType: knownTypes[(first >> 11) - 1] ?? otherType,
      source: textOf(first & 1_023) ?? '',
      isLlm: ((first >> 10) & 1) === 1,
      provider: textOf(second >> 10),
      model: textOf(second & 1_023),
      count: counts[at] ?? 0,
    })
  }
  return tallies
}

function textOf(label: number): string | null {
  return label === 0 ? null : (labels.texts[label - 1] ?? null)
}
