import type { Migration } from 'kysely/migration'
import * as createKeys from './0001_create_keys.ts'
import * as createEvents from './0002_create_events.ts'
import * as createRollups from './0003_create_rollups.ts'
import * as createViews from './0004_create_views.ts'
import * as createConservation from './0006_create_conservation.ts'
import * as prepareLeastRights from './0007_prepare_least_rights.ts'
import * as createPrices from './0009_create_prices.ts'
import * as createRedaction from './0010_create_redaction.ts'
import * as quarantineRecords from './0011_quarantine_records.ts'
import * as addApiKeyId from './0012_add_api_key_id.ts'

/** Every migration by name, in the order in which they run. */
export const migrations: Record<string, Migration> = {
  '0001_create_keys': createKeys,
  '0002_create_events': createEvents,
  '0003_create_rollups': createRollups,
  '0004_create_views': createViews,
  '0006_create_conservation': createConservation,
  '0007_prepare_least_rights': prepareLeastRights,
  '0009_create_prices': createPrices,
  '0010_create_redaction': createRedaction,
  '0011_quarantine_records': quarantineRecords,
  '0012_add_api_key_id': addApiKeyId,
}
