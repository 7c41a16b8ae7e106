import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv, promisify } from 'node:util'
import { expect, test } from '@jest/globals'
import { readConfig } from './config.ts'
import { nodeOptions } from '@weir/runtime'
import { repository } from './paths.ts'

const run = promisify(execFile)
const read = (path: string): string => readFileSync(join(repository, path), 'utf8')

const schemas = [
  'apps/producer/src/config.ts',
  'apps/consumer/src/config.ts',
  'apps/query/src/config.ts',
  'apps/weir/src/config.ts',
  'packages/database/src/database-environment.ts',
  'packages/formats/src/event-limits.ts',
  'packages/runtime/src/service-environment.ts',
  'packages/queue/src/queue-environment.ts',
]

function namesIn(text: string, pattern: RegExp): string[] {
  return [...new Set([...text.matchAll(pattern)].map(([, name]) => name ?? ''))].toSorted()
}

test('the example environment has every variable that something reads, and no other', () => {
  const inSchemas = schemas.flatMap((path) => namesIn(read(path), /^ {2}([A-Z][A-Z_]+):/gm))
  const inCompose = namesIn(read('docker-compose.yml'), /\$\{([A-Z_]+)/g)
  const inExample = namesIn(read('.env.example'), /^#?([A-Z][A-Z_]+)=/gm)

  expect(inExample).toEqual([...new Set([...inSchemas, ...inCompose])].toSorted())
})

test('the example environment is the default of npm start', () => {
  expect(readConfig(parseEnv(read('.env.example')))).toEqual(readConfig({}))
})

test('docker compose starts the services with the same options as npm start', () => {
  const compose = read('docker-compose.yml')
  expect(compose).toContain(`NODE_OPTIONS: \${SERVICE_NODE_OPTIONS:-${nodeOptions.producer}}`)
  expect(compose).toContain(`NODE_OPTIONS: \${QUERY_NODE_OPTIONS:-${nodeOptions.query}}`)
})

test('the image alone starts the services with the same options as npm start', async () => {
  const dockerfile = read('infra/Dockerfile')
  expect(dockerfile).toMatch(/^COPY .*\/infra\/start-service\.sh \/usr\/local\/bin\/start-service$/m)
  expect(dockerfile).toMatch(/^ENTRYPOINT \["start-service"\]$/m)
  expect(dockerfile).not.toContain('NODE_OPTIONS=')
  const script = join(repository, 'infra', 'start-service.sh')
  const optionsOf = async (service: string, environment: NodeJS.ProcessEnv) => {
    const { PATH } = process.env
    const shows = ['-c', 'printf %s "$NODE_OPTIONS"', `apps/${service}/src/main.ts`]
    const { stdout } = await run('sh', [script, 'sh', ...shows], { env: { PATH, ...environment } })
    return stdout
  }
  for (const [service, options] of Object.entries(nodeOptions)) {
    expect([service, await optionsOf(service, {})]).toEqual([service, options])
    expect(await optionsOf(service, { NODE_OPTIONS: '--trace-gc' })).toBe('--trace-gc')
  }
})
