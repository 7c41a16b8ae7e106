import { join } from 'node:path'
import { sleep } from '@weir/runtime'
import { activeFault, type ActiveFault } from '../faults/fault.ts'
import { playFaults, shown } from '../faults/play-faults.ts'
import {
  cancelStatements,
  changeSettings,
  exhaustConnections,
  lockTable,
  makeDeadlock,
  terminateSessions,
} from '../faults/postgres-faults.ts'
import { moveToSmallDisk, whyNoTablespace } from '../faults/postgres-tablespace.ts'
import { bothQueues, type Course, type Scenario, type Stage } from '../scenario.ts'

const consumer = 'weir-consumer'
const services = 'weir-%'

/** PostgreSQL is there, and does not do what it is asked for. */
export const postgresRefusals: readonly Scenario[] = [
  {
    name: 'postgres-disk-full',
    title: 'the disk under the tables that grow with every event is full',
    queues: bothQueues,
    whyNot: whyNoTablespace,
    // That a person has to mend it is an error, and the consumer says so, once.
    mayLog: [/the database has to be mended/],
    mustHappen: [shown.acknowledged, shown.waited],
    play: playDiskFull,
  },
  {
    name: 'postgres-connections-exhausted',
    title: 'others have all connections that PostgreSQL gives out, and the services lose theirs',
    queues: bothQueues,
    rig: { postgres: { max_connections: '80' } },
    mustHappen: [shown.acknowledged, shown.waited, 'connections taken'],
    play: playConnectionsExhausted,
  },
  {
    name: 'postgres-deadlocks',
    title: 'the consumer is the one whom PostgreSQL refuses to break a deadlock',
    queues: bothQueues,
    mustHappen: [shown.acknowledged, 'deadlocks broken'],
    play: playDeadlocks,
  },
  {
    name: 'postgres-statements-cancelled',
    title: 'statements wait for a lock and are cancelled, as by a statement timeout',
    queues: bothQueues,
    mustHappen: [shown.acknowledged, shown.waited, 'statements cancelled'],
    play: playStatementsCancelled,
  },
  {
    name: 'postgres-lock-timeouts',
    title: 'statements wait for a lock until their lock timeout',
    queues: bothQueues,
    mustHappen: [shown.acknowledged, shown.waited],
    play: playLockTimeouts,
  },
]

async function playDiskFull(stage: Stage): Promise<Course> {
  const { rig } = stage
  const { rows } = await rig.pool.query<{ name: string }>(
    `select inhrelid::regclass::text as name from pg_inherits where inhparent = 'log_events'::regclass`,
  )
  await using disk = await moveToSmallDisk(rig.postgres.url, join(rig.directory, 'small'), {
    dataDirectory: join(rig.dataDirectory, 'postgres'),
    tables: [...rows.map(({ name }) => name), 'rollup_deltas', 'batches'],
    sizeBytes: 256 * 1024 * 1024,
  })
  return await playFaults(stage, [{ what: 'the disk is full', inject: () => disk.fill(), durationMs: 6_000 }])
}

function playConnectionsExhausted(stage: Stage): Promise<Course> {
  const { url } = stage.rig.postgres
  return playFaults(stage, [
    {
      what: 'all connections are taken',
      inject: async () => {
        const exhaustion = await exhaustConnections(url)
        await terminateSessions(url, services)
        stage.happened('connections taken', exhaustion.taken)
        return exhaustion
      },
      durationMs: 6_000,
    },
  ])
}

function playDeadlocks(stage: Stage): Promise<Course> {
  const { url } = stage.rig.postgres
  const round = {
    what: 'a deadlock with the consumer',
    inject: async (): Promise<ActiveFault> => {
      const trial = { applicationNames: consumer, earlier: 'batches', later: 'rollup_deltas' }
      if (await makeDeadlock(url, trial)) stage.happened('deadlocks broken')
      return activeFault(async () => undefined)
    },
    durationMs: 100,
  }
  return playFaults(stage, [round, round, round])
}

/** What cannot be done is waited for, and given up every half second. */
function playStatementsCancelled(stage: Stage): Promise<Course> {
  const { url } = stage.rig.postgres
  return playFaults(stage, [
    {
      what: 'a lock on the events, and statements cancelled',
      inject: () => lockTable(url, 'log_events'),
      durationMs: 6_000,
      meanwhile: async () => {
        for (let count = 0; count < 10; count += 1) {
          await sleep(500)
          stage.happened('statements cancelled', await cancelStatements(url, consumer))
        }
      },
    },
  ])
}

async function playLockTimeouts(stage: Stage): Promise<Course> {
  const { url } = stage.rig.postgres
  await using _settings = await changeSettings(url, { lock_timeout: '200ms' })
  return await playFaults(stage, [
    { what: 'a lock on the ledger of batches', inject: () => lockTable(url, 'batches'), durationMs: 6_000 },
  ])
}
