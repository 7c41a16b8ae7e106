import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { openTestDatabase } from '@weir/database/testing'
import { startRedis } from '@weir/servers'
import { Gate } from '../rig/gate.ts'
import { openInstallation, type Installation } from '../rig/installation.ts'
import { Contract } from './contract.ts'
import type { SlowAnswers, Stage } from './entry.ts'

/** Opens what the catalogue is played against: databases of its own on the tests' server, a Redis of its own. */
export async function openStage(directory: string): Promise<Stage> {
  await using opened = new AsyncDisposableStack()
  const contract = new Contract()
  const paths = {
    redis: join(directory, 'redis'),
    main: join(directory, 'main'),
    fragile: join(directory, 'fragile'),
  }
  for (const path of Object.values(paths)) await mkdir(path)
  const redis = opened.use(await startRedis({ directory: paths.redis }))
  const [first, second] = [opened.use(await openTestDatabase()), opened.use(await openTestDatabase())]
  const databaseGate = opened.use(new Gate(Number(new URL(second.url).port)))
  const redisGate = opened.use(new Gate(redis.port))
  await Promise.all([databaseGate.open(), redisGate.open()])
  const main = opened.use(
    await openInstallation({
      directory: paths.main,
      databaseUrl: first.url,
      redisUrl: redis.url,
      observe: contract.observe,
    }),
  )
  const slow = waitForTimeouts(main)
  const fragile = opened.use(
    await openInstallation({
      directory: paths.fragile,
      databaseUrl: databaseGate.through(second.url),
      redisUrl: `${redisGate.through(redis.url)}/1`.replace('//1', '/1'),
      observe: contract.observe,
      env: {
        TRUST_PROXY: '127.0.0.1',
        JOURNAL_MAX_BYTES: '1048576',
        REDIS_QUEUE_NAME: 'fragile_queue',
      },
      started: ['producer', 'query'],
    }),
  )
  const resources = opened.move()
  return {
    ...main,
    fragile,
    database: databaseGate,
    redis: redisGate,
    slow,
    contract,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}

/** Requests that stop in the middle, all at once and while the others run: they last as long as the timeouts. */
async function waitForTimeouts({ producer, keys }: Installation): SlowAnswers {
  const head = `POST /log HTTP/1.1\r\nHost: a\r\nX-API-Key: ${keys.ingest}\r\n`
  const [stalled, headers, body, nothing] = await Promise.all([
    producer.exchange(`${head}Content-Length: 100\r\n\r\n{"event_type":`),
    producer.exchange('POST /log HTTP/1.1\r\nHost: a\r\nX-Slow: '),
    producer.exchange(`${head}Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n`),
    producer.exchange(''),
  ])
  return { stalled, headers, body, nothing }
}
