export { createEvent, type CanonicalEvent } from './canonical-event.ts'
export {
  columnIndex,
  eventColumns,
  rollupDimensions,
  type EventColumn,
  type RollupDimension,
} from './event-columns.ts'
export {
  boundedEventType,
  categories,
  categoryOf,
  eventTypeAliases,
  isLlmQuery,
  knownEventTypes,
  llmRemarkTypes,
  type Category,
} from './event-types.ts'
export { decodeField, encodeField, encodeRow, withAllColumns } from './row.ts'
export { RowReader } from './row-reader.ts'
export { encodeRefusedRecord, type RefusedRow } from './refused-record.ts'
export {
  acceptedHourOf,
  decodeBatch,
  decodeBatchHeader,
  encodeBatch,
  packedBytesOf,
  UnreadableBatchError,
  type Batch,
  type BatchHeader,
} from './batch.ts'
export { packLines, unpackLines, type PackedLines } from './packed-lines.ts'
export { batchJob, batchJobName, defaultQueueName, fromBatchJob, toBatchJob, type BatchJob } from './queue.ts'
