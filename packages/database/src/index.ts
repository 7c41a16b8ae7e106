export { openDatabase, openPool, type Database, type DatabaseOptions } from './open-database.ts'
export { databaseEnvironment, toDatabaseUrl } from './database-environment.ts'
export { checkDatabase } from './check-database.ts'
export { pingDatabase } from './ping-database.ts'
export { migrateToLatest, MigrationError } from './migrate.ts'
export { migrations } from './migrations/index.ts'
export { ensurePartitions, partitionDaysAhead, partitionDaysBehind } from './partitions.ts'
export { inTransaction } from './in-transaction.ts'
export {
  findRedactionRules,
  readRedaction,
  setRedactionRules,
  type StoredRedaction,
} from './redaction/redaction-rules.ts'
export { recordAdminAction, type AdminAction, type AdminActor } from './record-admin-action.ts'
export { DecimalSum } from './decimal-sum.ts'
export { copyInto } from './copy-into.ts'
export { finestGrainSeconds, grainsSeconds, RollupAccumulator } from './rollup-accumulator.ts'
export {
  addDuration,
  binOf,
  coarseBins,
  encodeHistogram,
  histogramFloorMs,
  histogramGamma,
  lowestBin,
  mergeHistogram,
  quantilesOf,
  readHistogram,
  type Histogram,
} from './histogram.ts'
export {
  addValue,
  countDistinct,
  encodeRegisters,
  estimateDistinct,
  mergeRegisters,
  readRegisters,
  type Registers,
} from './hyperloglog.ts'
export { longestTtftMs, type EstimatedCost } from './llm-counts.ts'
export { deltaColumns, uniqueDeltaColumns } from './rollup-columns.ts'
export { dimensionsFingerprint, findDimensionIds } from './rollup-dimensions.ts'
export { verifyRollups, type RollupComparison } from './verify-rollups.ts'
export {
  findQuarantined,
  listQuarantined,
  type QuarantinedRow,
  type QuarantineFilters,
} from './quarantine/read-quarantine.ts'
export {
  describeQuarantined,
  describeRaw,
  type QuarantinedAnswer,
} from './quarantine/describe-quarantined.ts'
export {
  deleteQuarantined,
  requestReplay,
  type Decider,
  type ReplayRequest,
} from './quarantine/decide-quarantined.ts'
export {
  deletePriceOverride,
  insertPriceOverride,
  listPriceOverrides,
  type StoredPriceOverride,
} from './prices/price-overrides.ts'
export { uniqueKinds } from './schema.ts'
export type {
  ApiKeyTable,
  AuditLogTable,
  LogEventTable,
  QuarantineTable,
  RollupColumns,
  Schema,
  UniqueColumns,
  UniqueKind,
} from './schema.ts'
