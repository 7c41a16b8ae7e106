import { migrateToLatest, openDatabase, openPool } from '@weir/database'
import { sleep } from '@weir/runtime'
import { postSteadily } from '../load/load.ts'
import { readSteadily } from '../load/read-steadily.ts'
import { untilStored } from '../oracle/verify.ts'
import { bothQueues, type Course, type Scenario, type Stage } from '../scenario.ts'

const eventsPerSecond = 400
const migrators = 4

/** The schema is made, and changed, while others do the same and while events are stored. */
export const migrationScenarios: readonly Scenario[] = [
  {
    name: 'migrators-at-once',
    title: 'several migrators make the schema of an empty database at the same time, under traffic beside it',
    queues: bothQueues,
    mustHappen: ['migrations applied'],
    play: playMigrators,
  },
  {
    name: 'migration-under-traffic',
    title: 'columns and indexes are added, and dropped, while events are stored and read',
    queues: bothQueues,
    mustHappen: ['changed under traffic'],
    play: playMigration,
  },
]

async function playMigrators(stage: Stage): Promise<Course> {
  const { rig } = stage
  await using load = postSteadily(stage, eventsPerSecond)
  await rig.pool.query('create database fresh')
  const url = new URL(rig.postgres.url)
  url.pathname = '/fresh'
  const options = { url: url.href, poolSize: 2, applicationName: 'weir-chaos', statementTimeoutMs: 60_000 }
  const databases = Array.from({ length: migrators }, () => openDatabase(openPool(options, () => undefined)))
  const outcomes = await Promise.allSettled(databases.map((db) => migrateToLatest(db)))
  stage.fault(`${migrators} migrators at once`)
  const applied = openPool(options, () => undefined)
  const { rows } = await applied.query<{ count: string }>('select count(*) from kysely_migration')
  stage.happened('migrations applied', Number(rows[0]?.count ?? 0))
  await applied.end()
  await Promise.all(databases.map((db) => db.destroy()))
  const healedAtMs = performance.now()
  await load.stop()
  await untilStored(rig)
  return {
    recoverySeconds: (performance.now() - healedAtMs) / 1_000,
    failures: outcomes.flatMap((outcome) =>
      outcome.status === 'rejected' ? [`a migrator failed: ${String(outcome.reason)}`] : [],
    ),
  }
}

/** What a later release may do to the largest tables: each takes a lock that nothing else gets by. */
const changes = [
  'alter table log_events add column of_a_later_release text',
  'create index of_a_later_release on log_events (project_id, of_a_later_release)',
  'alter table rollup_deltas add column of_a_later_release bigint not null default 0',
  'drop index of_a_later_release',
  'alter table log_events drop column of_a_later_release',
  'alter table rollup_deltas drop column of_a_later_release',
]

async function playMigration(stage: Stage): Promise<Course> {
  const { rig, random } = stage
  await using load = postSteadily(stage, eventsPerSecond)
  await using reading = readSteadily(rig)
  await sleep(1_000)
  for (const change of changes) {
    await rig.pool.query(change)
    stage.fault(change)
    stage.happened('changed under traffic')
    await sleep(random.between(200, 1_000))
    // Every start of a service migrates, too.
    await migrateToLatest(rig.db)
  }
  const healedAtMs = performance.now()
  await reading[Symbol.asyncDispose]()
  await load.stop()
  await untilStored(rig)
  return { recoverySeconds: (performance.now() - healedAtMs) / 1_000 }
}
