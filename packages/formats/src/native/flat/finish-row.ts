import { categories, retentionClassOf, columnIndex } from '@weir/events'
import { createKeyedEventId, eventIdLength, writeEventId } from '../../event-id.ts'
import { levels } from '../../levels.ts'
import { isEmpty, setColumn, endOf, numberOf, startOf } from './columns.ts'
import { deriveRoute } from './derive-route.ts'
import { deriveWhole } from './derived.ts'
import { byteAt, writeAscii, textBetween, memoryView } from './memory.ts'
import { keep } from './names.ts'
import { readOccurredMs } from './read-when.ts'
import { setCategoryOfType } from './read-envelope.ts'
import type { RequestTexts } from './request-texts.ts'

const categoryColumn = columnIndex.category
const costSourceColumn = columnIndex.cost_source
const costUsdColumn = columnIndex.cost_usd
const eventKeyColumn = columnIndex.event_key
const idColumn = columnIndex.id
const inputTokensColumn = columnIndex.input_tokens
const levelColumn = columnIndex.level
const outputTokensColumn = columnIndex.output_tokens
const pathColumn = columnIndex.path
const projectIdColumn = columnIndex.project_id
const receivedAtColumn = columnIndex.received_at
const requestIdColumn = columnIndex.request_id
const retentionClassColumn = columnIndex.retention_class
const routeColumn = columnIndex.route
const spanIdColumn = columnIndex.span_id
const statusCodeColumn = columnIndex.status_code
const totalTokensColumn = columnIndex.total_tokens
const traceIdColumn = columnIndex.trace_id

const maxInt = 2_147_483_647
const reported = keep('reported')

/** The class of each category and level, of a status below 400 and then of a higher one. */
const classNames = ['requests', 'audit', 'errors'] as const
const classStarts = Int32Array.from(classNames, keep)
const classLengths = Int32Array.from(classNames, ({ length }) => length)
const classes = Uint8Array.from(
  [100, 400].flatMap((status) =>
    categories.flatMap((category) =>
      levels.map((level) => classNames.indexOf(retentionClassOf(category, level, status))),
    ),
  ),
)

/** Sets the columns that follow from the others, as `finishEvent` does; the id is written at `idAt`. */
export function finishRow(request: RequestTexts, projectId: number, idAt: number): void {
  if (isEmpty(categoryColumn)) setCategoryOfType()
  if (isEmpty(routeColumn) && !isEmpty(pathColumn)) deriveRoute()
  if (isEmpty(totalTokensColumn)) deriveTotalTokens()
  if (!isEmpty(costUsdColumn)) setColumn(costSourceColumn, reported, reported + 'reported'.length)
  setRetentionClass()
  useDefault(requestIdColumn, request.requestIdStart, request.requestIdEnd)
  useDefault(traceIdColumn, request.traceIdStart, request.traceIdEnd)
  useDefault(spanIdColumn, request.spanIdStart, request.spanIdEnd)
  writeId(projectId, idAt)
  setColumn(idColumn, idAt, idAt + eventIdLength)
  setColumn(projectIdColumn, request.projectIdStart, request.projectIdEnd)
  setColumn(receivedAtColumn, request.receivedAtStart, request.receivedAtEnd)
}

function deriveTotalTokens(): void {
  const hasInput = !isEmpty(inputTokensColumn)
  const hasOutput = !isEmpty(outputTokensColumn)
  if (!hasInput && !hasOutput) return
  const sum = (hasInput ? numberOf(inputTokensColumn) : 0) + (hasOutput ? numberOf(outputTokensColumn) : 0)
  deriveWhole(totalTokensColumn, Math.min(sum, maxInt))
}

function setRetentionClass(): void {
  // A status is three digits.
  const isFailure = !isEmpty(statusCodeColumn) && byteAt(startOf(statusCodeColumn)) >= 0x34
  const row = (isFailure ? categories.length : 0) + numberOf(categoryColumn)
  const number = classes[row * levels.length + numberOf(levelColumn)] ?? 0
  const start = classStarts[number] ?? 0
  setColumn(retentionClassColumn, start, start + (classLengths[number] ?? 0))
}

function useDefault(column: number, start: number, end: number): void {
  if (isEmpty(column) && start !== end) setColumn(column, start, end)
}

function writeId(projectId: number, at: number): void {
  if (isEmpty(eventKeyColumn)) {
    writeEventId(readOccurredMs(), memoryView, at)
    return
  }
  const key = textBetween(startOf(eventKeyColumn), endOf(eventKeyColumn))
  writeAscii(createKeyedEventId(readOccurredMs(), projectId, key), at)
}
