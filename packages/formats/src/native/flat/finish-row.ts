import { columnIndex } from '@weir/events'
import { createKeyedEventId, eventIdLength, writeEventId } from '../../event-id.ts'
import { isEmpty, setColumn, endOf, numberOf, startOf } from './columns.ts'
import { deriveRoute } from './derive-route.ts'
import { deriveWhole } from './derived.ts'
import { writeAscii, textBetween, memoryView } from './memory.ts'
import { readOccurredMs } from './read-when.ts'
import { setCategoryOfType } from './read-envelope.ts'
import type { RequestTexts } from './request-texts.ts'

const categoryColumn = columnIndex.category
const eventKeyColumn = columnIndex.event_key
const idColumn = columnIndex.id
const inputTokensColumn = columnIndex.input_tokens
const outputTokensColumn = columnIndex.output_tokens
const pathColumn = columnIndex.path
const projectIdColumn = columnIndex.project_id
const receivedAtColumn = columnIndex.received_at
const requestIdColumn = columnIndex.request_id
const routeColumn = columnIndex.route
const spanIdColumn = columnIndex.span_id
const totalTokensColumn = columnIndex.total_tokens
const traceIdColumn = columnIndex.trace_id

const maxInt = 2_147_483_647

/** Sets the columns that follow from the others, as `finishEvent` does; the id is written at `idAt`. */
export function finishRow(request: RequestTexts, projectId: number, idAt: number): void {
  if (isEmpty(categoryColumn)) setCategoryOfType()
  if (isEmpty(routeColumn) && !isEmpty(pathColumn)) deriveRoute()
  if (isEmpty(totalTokensColumn)) deriveTotalTokens()
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
