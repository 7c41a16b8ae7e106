import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres, startRedis } from '@weir/servers'
import { toResultLine } from './src/count-tests.ts'
import { provideRedis } from './src/provide-redis.ts'
import { runTurbo } from './src/run-turbo.ts'

// npm test: brings up what the tests need, runs those of every workspace, prints one result as the last line.
// DATABASE_URL and REDIS_URL are used instead of own servers. Arguments go to turbo, after `--` to Jest:
// npm test -- --filter=@weir/journal -- --testNamePattern "a torn frame"
// As first argument, --task=clients runs that script of the workspaces in place of `test`.

const startedAt = performance.now()
const interruption = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => interruption.abort())
}

try {
  const line = await runTests()
  process.stdout.write(`${line}\n`)
} catch (error) {
  say(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}

async function runTests(): Promise<string> {
  await using resources = new AsyncDisposableStack()
  const directory = await mkdtemp(join(tmpdir(), 'weir-test-'))
  resources.defer(() => rm(directory, { recursive: true, force: true }))
  const env = { ...process.env }

  if (env['REDIS_URL']) say('Redis: the one at REDIS_URL')
  else {
    await provideRedis(say)
    const redis = await startRedis({ directory: join(directory, 'redis') })
    resources.use(redis)
    env['REDIS_URL'] = redis.url
    say(`Redis: port ${redis.port}`)
  }

  if (env['DATABASE_URL']) say('PostgreSQL: the one at DATABASE_URL')
  else {
    say('PostgreSQL: starting')
    // Nothing here outlives the run: the disk need not keep up.
    const settings = { fsync: 'off', full_page_writes: 'off', max_connections: '200' }
    const postgres = await startPostgres({ dataDirectory: join(directory, 'postgres'), settings })
    resources.use(postgres)
    env['DATABASE_URL'] = postgres.url
    say(`PostgreSQL: port ${postgres.port}`)
  }

  const [first = '', ...others] = process.argv.slice(2)
  const task = /^--task=(.+)$/.exec(first)?.[1]
  const args = task === undefined ? process.argv.slice(2) : others
  const counts = await runTurbo({ task: task ?? 'test', args, env, interrupted: interruption.signal })
  say('stopping the servers')
  if (counts.failed > 0 || counts.passed === 0 || interruption.signal.aborted) process.exitCode = 1
  return toResultLine(counts)
}

function say(line: string): void {
  const seconds = (performance.now() - startedAt) / 1_000
  process.stdout.write(`[${seconds.toFixed(1)} s] ${line}\n`)
}
