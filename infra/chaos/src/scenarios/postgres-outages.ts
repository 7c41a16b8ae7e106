import { sleep } from '@weir/runtime'
import { activeFault } from '../faults/fault.ts'
import { playFaults, shown, type Round } from '../faults/play-faults.ts'
import { killBackend, makeReadOnly, terminateSessions } from '../faults/postgres-faults.ts'
import { killServer, stopServer, suspendServer } from '../faults/server-faults.ts'
import { postSteadily } from '../load/load.ts'
import { untilStored } from '../oracle/verify.ts'
import { bothQueues, type Course, type Scenario, type Stage } from '../scenario.ts'

/** What the services call themselves to PostgreSQL, as a pattern of `like`. */
const services = 'weir-%'

/** PostgreSQL goes away, wholly or for some, and comes back. */
export const postgresOutages: readonly Scenario[] = [
  {
    name: 'postgres-killed',
    title: 'PostgreSQL is killed again and again, and is away for up to four seconds',
    queues: bothQueues,
    mustHappen: [shown.acknowledged, shown.waited],
    play: (stage) => playFaults(stage, killRounds(stage)),
  },
  {
    name: 'postgres-suspended',
    title: 'PostgreSQL does not answer for ten seconds, and its connections stay',
    queues: bothQueues,
    mustHappen: [shown.acknowledged, shown.waited],
    play: (stage) =>
      playFaults(stage, [
        {
          what: 'SIGSTOP of all of PostgreSQL',
          inject: () => suspendServer(stage.rig.postgres),
          durationMs: 10_000,
        },
      ]),
  },
  {
    name: 'postgres-backend-killed',
    title: 'a process of PostgreSQL is killed again and again, and all sessions end while it recovers',
    queues: bothQueues,
    mustHappen: [shown.acknowledged, 'backends killed'],
    play: playBackendKilled,
  },
  {
    name: 'postgres-sessions-terminated',
    title: 'the sessions of all services are terminated every half second',
    queues: bothQueues,
    mustHappen: [shown.acknowledged, 'sessions terminated'],
    play: playSessionsTerminated,
  },
  {
    name: 'postgres-read-only',
    title: 'PostgreSQL refuses to write, as after a failover to a standby',
    queues: bothQueues,
    // That a person has to mend it is an error, and the consumer says so, once.
    mayLog: [/the database has to be mended/],
    mustHappen: [shown.acknowledged, shown.waited],
    play: (stage) =>
      playFaults(stage, [
        {
          what: 'PostgreSQL is read-only',
          inject: () => makeReadOnly(stage.rig.postgres.url),
          durationMs: 6_000,
        },
      ]),
  },
  {
    name: 'postgres-absent-at-boot',
    title: 'every service starts while there is no PostgreSQL, with the keys that the producer remembers',
    queues: bothQueues,
    mustHappen: ['events acknowledged before PostgreSQL was there'],
    play: playAbsentAtBoot,
  },
]

function killRounds({ rig, random }: Stage): Round[] {
  const durationsMs = [4_000, random.between(100, 3_000), random.between(100, 3_000)]
  return durationsMs.map((durationMs) => ({
    what: `kill -9 of PostgreSQL for ${durationMs} ms`,
    inject: () => killServer(rig.postgres),
    durationMs,
  }))
}

function playBackendKilled(stage: Stage): Promise<Course> {
  const { rig, random, happened } = stage
  return playFaults(
    stage,
    ['weir-consumer', 'weir-producer', 'weir-consumer'].map((name) => ({
      what: `kill -9 of a session of ${name}`,
      inject: async () => {
        if (await killBackend(rig.postgres.url, name)) happened('backends killed')
        return activeFault(async () => undefined)
      },
      durationMs: random.between(500, 2_000),
    })),
  )
}

function playSessionsTerminated(stage: Stage): Promise<Course> {
  const { rig, happened } = stage
  return playFaults(stage, [
    {
      what: 'sessions are terminated',
      inject: async () => {
        const over = new AbortController()
        const terminating = (async () => {
          while (!over.signal.aborted) {
            happened('sessions terminated', await terminateSessions(rig.postgres.url, services))
            await sleep(500, over.signal)
          }
        })()
        return activeFault(async () => {
          over.abort()
          await terminating
        })
      },
      durationMs: 6_000,
    },
  ])
}

async function playAbsentAtBoot(stage: Stage): Promise<Course> {
  const { rig, ledger, happened, fault } = stage
  // The producer has seen the keys once, and remembers them on its disk.
  for (const service of rig.services) await service.stop()
  const absence = await stopServer(rig.postgres)
  fault('PostgreSQL is absent')
  await rig.producer.start()
  await Promise.all([rig.consumer.launch(), rig.query.launch()])
  await using load = postSteadily(stage, 500)
  await sleep(5_000)
  happened('events acknowledged before PostgreSQL was there', ledger.acknowledged)
  await absence.heal()
  const healedAtMs = performance.now()
  await load.stop()
  await untilStored(rig)
  return { recoverySeconds: (performance.now() - healedAtMs) / 1_000 }
}
