import { sleep } from '@weir/runtime'
import { Balancer } from '../load/balancer.ts'
import { postSteadily } from '../load/load.ts'
import { untilStored } from '../oracle/verify.ts'
import type { Service } from '../rig/service.ts'
import { bothQueues, type Course, type Scenario, type Stage } from '../scenario.ts'

const eventsPerSecond = 400
const readIntervalMs = 20

/** Every service is replaced under load, one after the other, as a release does it. */
export const rollingRestart: Scenario = {
  name: 'rolling-restart',
  title: 'two of each service are restarted one after the other, and nobody is refused',
  queues: bothQueues,
  mustHappen: ['a service was restarted', 'answers were read'],
  play,
}

async function play(stage: Stage): Promise<Course> {
  const { rig } = stage
  for (const kind of ['producer', 'consumer', 'query'] as const) await (await rig.add(kind)).start()
  const queries = rig.services.filter(({ name }) => name.startsWith('query'))
  await using load = postSteadily(stage, eventsPerSecond)
  await using readers = readAnswers(stage, queries)
  await sleep(1_000)
  for (const service of rig.services) {
    await service.stop()
    await service.start()
    stage.fault(`${service.name} restarted`)
    stage.happened('a service was restarted')
    await sleep(500)
  }
  const healedAtMs = performance.now()
  await readers[Symbol.asyncDispose]()
  await load.stop()
  await untilStored(rig)
  stage.happened('answers were read', readers.answered)
  return {
    recoverySeconds: (performance.now() - healedAtMs) / 1_000,
    failures: readers.failed === 0 ? [] : [`${readers.failed} questions were not answered`],
  }
}

interface Readers extends AsyncDisposable {
  readonly answered: number
  readonly failed: number
}

/** Asks one question after the other, of a query service that is ready. */
function readAnswers({ rig, random }: Stage, queries: readonly Service[]): Readers {
  const balancer = new Balancer(queries, random)
  const stop = new AbortController()
  const counts = { answered: 0, failed: 0 }
  const key = rig.projects[0]?.key ?? ''
  async function run(): Promise<void> {
    while (!stop.signal.aborted) {
      const answer = await balancer.choose().get('/analytics/usage', { 'X-API-Key': key })
      counts[answer === undefined ? 'failed' : 'answered'] += 1
      await sleep(readIntervalMs, stop.signal)
    }
  }
  const running = run()
  return {
    get answered() {
      return counts.answered
    },
    get failed() {
      return counts.failed
    },
    async [Symbol.asyncDispose]() {
      stop.abort()
      await running
      await balancer[Symbol.asyncDispose]()
    },
  }
}
