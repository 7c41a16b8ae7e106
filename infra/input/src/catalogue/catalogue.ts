import { batches, idempotency } from './batches.ts'
import { encodings } from './encodings.ts'
import type { Entry } from './entry.ts'
import { fields, identities } from './fields.ts'
import { json } from './json.ts'
import { jsonSuites } from './json-suites.ts'
import { keys } from './keys.ts'
import { limits } from './limits.ts'
import { paths } from './paths.ts'
import { queries } from './queries.ts'
import { readings } from './readings.ts'
import { texts } from './texts.ts'
import { times } from './times.ts'
import { connections, timeouts, transport } from './transport.ts'
import { values } from './values.ts'

/** Everything that should not be sent, or not so: from bytes that are no request to a service that is going away. */
export const catalogue: readonly Entry[] = [
  ...transport,
  ...paths,
  ...connections,
  ...keys,
  ...encodings,
  ...json,
  ...jsonSuites,
  ...texts,
  ...fields,
  ...identities,
  ...values,
  ...times,
  ...batches,
  ...idempotency,
  ...queries,
  ...readings,
  ...limits,
  ...timeouts,
]
