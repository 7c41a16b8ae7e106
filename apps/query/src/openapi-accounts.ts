import type { RouteDescription, RouteGroup } from '@weir/http'
import { z } from 'zod'
import { noParameters } from './routes/get-event.ts'
import { quarantinePath } from './routes/get-quarantined.ts'
import { reconciliationParameters } from './routes/get-reconciliation.ts'
import { quarantineParameters } from './routes/list-quarantined.ts'

const instant = z.iso.datetime()

const quarantined = z
  .object({
    id: z.guid(),
    batch_id: z.guid().nullable(),
    kind: z.enum(['event', 'record', 'job']).meta({
      description:
        'An event that cannot be stored, a gateway’s record that no event could be made of, or a job that cannot be read.',
    }),
    format: z
      .string()
      .nullable()
      .meta({ description: 'The format that a record was taken for.', example: 'kong' }),
    state: z.enum(['waiting', 'replaying', 'replayed']),
    reason: z.string().meta({
      description: 'A SQLSTATE code, `not-written`, `unknown`, or the kind of problem that a record has.',
      example: '22P02',
    }),
    detail: z.string(),
    byte_length: z.int(),
    quarantined_at: instant,
    accepted_hour: instant.nullable(),
    replay_requested_at: instant.nullable(),
    failed_replays: z.int(),
    replayed_at: instant.nullable(),
    replayed_as: z.enum(['stored', 'duplicate']).nullable(),
  })
  .meta({ id: 'Quarantined', description: 'What was accepted and cannot be stored.' })

const quarantinePage = z
  .object({
    data: z.array(quarantined),
    limit: z.int(),
    has_more: z.boolean(),
    next_cursor: z.string().nullable(),
  })
  .meta({ id: 'QuarantinePage' })

const quarantinedWhole = quarantined
  .extend({
    encoding: z.enum(['utf-8', 'base64']).meta({ description: 'What `raw` is.' }),
    raw: z.string().meta({ description: 'The row, or the record, as it was accepted.' }),
    fields: z
      .record(z.string(), z.string())
      .nullable()
      .meta({ description: 'The fields of the row by column; null where it cannot be read as a row.' }),
  })
  .meta({ id: 'QuarantinedWhole' })

const account = {
  accepted: z.int().meta({ description: 'Acknowledged by producers.' }),
  stored: z.int(),
  duplicate: z.int().meta({ description: 'Had an event id that was there.' }),
  quarantined: z.int().meta({ description: 'Wait in the quarantine.' }),
  deleted: z.int().meta({ description: 'Were deleted from the quarantine.' }),
  pending: z.int().meta({ description: 'On their way from a journal to the database.' }),
  gap: z.int().meta({ description: 'Missing, or, below 0, there without having been accepted.' }),
}

const reconciliation = z
  .object({
    start_time: instant,
    totals: z.object(account),
    data: z.array(z.object({ hour: instant, ...account })),
    producers: z.array(
      z.object({
        id: z.guid(),
        reported_at: instant.nullable().meta({ description: 'When it last said what it accepted.' }),
        ...account,
      }),
    ),
  })
  .meta({
    id: 'Reconciliation',
    description: 'accepted = stored + duplicate + quarantined + deleted + pending + gap, in every line.',
  })

const problems = [
  'invalid-parameter',
  'unknown-parameter',
  'duplicate-parameter',
  'quota-exceeded',
  'query-timeout',
] as const

const quarantineRoutes: readonly RouteDescription[] = [
  {
    method: 'get',
    path: '/quarantine',
    summary: 'What was accepted and cannot be stored, newest first',
    description: 'The producer replays them (`POST /quarantine/{id}/replay`) and deletes them.',
    scope: 'admin',
    query: quarantineParameters,
    response: { status: 200, description: 'A page of them.', schema: quarantinePage },
    problems: [...problems, 'invalid-cursor'],
  },
  {
    method: 'get',
    path: '/quarantine/{id}',
    summary: 'One of them, with its bytes',
    scope: 'admin',
    params: quarantinePath,
    query: noParameters,
    response: { status: 200, description: 'The event.', schema: quarantinedWhole },
    problems: [...problems, 'not-found'],
  },
]

const reconciliationRoutes: readonly RouteDescription[] = [
  {
    method: 'get',
    path: '/reconciliation',
    summary: 'What became of every accepted event, by hour of acceptance',
    description:
      'A gap that stays when nothing is pending is a loss. Hours are those of the producers’ clocks, in UTC.',
    scope: 'admin',
    query: reconciliationParameters,
    response: { status: 200, description: 'Hours, the newest first, and producers.', schema: reconciliation },
    problems,
  },
]

/** What OpenAPI says about the quarantine and the reconciliation. */
export const accountGroups: readonly RouteGroup[] = [
  { name: 'Quarantine', description: 'What was accepted and cannot be stored.', routes: quarantineRoutes },
  {
    name: 'Reconciliation',
    description: 'Whether everything that was accepted is there.',
    routes: reconciliationRoutes,
  },
]
