import { execFile, execFileSync } from 'node:child_process'
import { mkdtemp, mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { publint } from 'publint'

// The package as people get it: built, packed, and installed where nothing else is.

const run = promisify(execFile)
const source = fileURLToPath(new URL('../../../packages/client/', import.meta.url))
const dist = join(source, 'dist')
/** Building and installing take seconds, on a busy machine many. */
const patienceMs = 240_000

let directory: string
let tarball: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'weir-published-'))
  await run('npm', ['run', 'build', '--silent'], { cwd: source })
  await run('npm', ['pack', '--silent', '--pack-destination', directory], { cwd: dist })
  const [name = ''] = await readdir(directory)
  tarball = join(directory, name)
}, patienceMs)

afterAll(() => rm(directory, { recursive: true, force: true }))

/** The Node of this repository, and that of the machine where it is another one that the package is for. */
function findNodes(): [version: string, path: string][] {
  const nodes = new Map([[process.version, process.execPath]])
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    if (folder.includes('node_modules')) continue
    try {
      const path = join(folder, 'node')
      const version = execFileSync(path, ['--version'], { encoding: 'utf8' }).trim()
      if (Number(version.slice(1).split('.')[0]) >= 20 && !nodes.has(version)) nodes.set(version, path)
    } catch {
      // No Node in this folder.
    }
  }
  return [...nodes]
}

const paths = [
  '',
  '/express',
  '/fastify',
  '/koa',
  '/hono',
  '/http',
  '/openai',
  '/anthropic',
  '/pino',
  '/winston',
]

/** Loads every entry, sends two events to a server of its own, and prints what arrived. */
const program = (load: (path: string) => string): string => `
  ${load('node:http')} ; ${load('node:zlib')}
  ${paths.map((path) => load(`@weir/client${path}`)).join('\n  ')}
  const received = []
  const server = node_http.createServer((req, res) => {
    const chunks = []
    req.on('data', (chunk) => chunks.push(chunk))
    req.on('end', () => {
      const body = Buffer.concat(chunks)
      const text = req.headers['content-encoding'] === 'gzip' ? node_zlib.gunzipSync(body) : body
      const events = JSON.parse(text)
      received.push(...events)
      res.writeHead(202).end(JSON.stringify({ accepted: events.length }))
    })
  })
  server.listen(0, '127.0.0.1', async () => {
    const weir = weir_client.createWeir({ url: 'http://127.0.0.1:' + server.address().port, apiKey: 'k', source: 'smoke' })
    weir.logInfo('hello', 'smoke', { text: 'x'.repeat(2000) })
    const app = node_http.createServer(weir_client_http.logHttpRequests(weir, (req, res) => {
      weir_client_express.attachSecurityEvent(req, { securityType: 'TEST' })
      res.end('ok')
    }))
    app.listen(0, '127.0.0.1', () => node_http.get({ port: app.address().port, path: '/a' }, (res) => {
      res.resume().on('end', async () => {
        const wait = setInterval(async () => {
          if (weir.stats().logged < 3) return
          clearInterval(wait)
          const flushed = await weir.shutdown()
          console.log(JSON.stringify({ flushed, types: received.map((event) => event.event_type), functions: [
            weir_client_fastify.logFastifyRequests, weir_client_koa.logKoaRequests, weir_client_hono.logHonoRequests,
            weir_client_openai.wrapOpenAI, weir_client_anthropic.wrapAnthropic, weir_client_pino.default,
            weir_client_winston.WeirTransport,
          ].map((value) => typeof value) }))
          app.closeAllConnections(); app.close(); server.closeAllConnections(); server.close()
        }, 1)
      })
    }))
  })`

const nameOf = (path: string) => path.replace('@', '').replaceAll(/[^a-z]/g, '_')
const forms = {
  'ES modules': {
    file: 'main.mjs',
    manifest: '{ "type": "module" }',
    text: program((path) => `import * as ${nameOf(path)} from '${path}'`),
  },
  CommonJS: {
    file: 'main.cjs',
    manifest: '{}',
    text: program((path) => `const ${nameOf(path)} = require('${path}')`),
  },
}

describe.each(Object.entries(forms))('in an empty project of %s', (name, { file, manifest, text }) => {
  let project: string

  beforeAll(async () => {
    project = join(directory, nameOf(name.toLowerCase()))
    await mkdir(project)
    await writeFile(join(project, 'package.json'), manifest)
    await writeFile(join(project, file), text)
    await run('npm', ['install', '--offline', '--no-audit', '--no-fund', tarball], { cwd: project })
  }, patienceMs)

  test('nothing else is installed', async () => {
    const installed = await readdir(join(project, 'node_modules'), { withFileTypes: true })
    expect(installed.filter((entry) => !entry.name.startsWith('.')).map((entry) => entry.name)).toEqual([
      '@weir',
    ])
    expect(await readdir(join(project, 'node_modules', '@weir'))).toEqual(['client'])
  })

  test.each(findNodes())('it runs in Node %s', async (_version, node) => {
    const { stdout, stderr } = await run(node, [file], { cwd: project })
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toEqual({
      flushed: true,
      types: ['log', 'security_event', 'api_request'],
      functions: Array.from({ length: 7 }, () => 'function'),
    })
  })
})

test('publint finds nothing to say', async () => {
  const { messages } = await publint({ pkgDir: dist, strict: true })
  expect(messages).toEqual([])
})

test(
  'its types are found, and are those of the code, however it is imported',
  async () => {
    const attw = fileURLToPath(import.meta.resolve('@arethetypeswrong/cli/package.json'))
    const command = join(attw, '..', 'dist', 'index.js')
    const { stdout } = await run(process.execPath, [
      command,
      tarball,
      '--profile',
      'node16',
      '--format',
      'json',
    ])
    const { problems } = JSON.parse(stdout) as { problems?: Record<string, unknown> }
    expect(problems ?? {}).toEqual({})
  },
  patienceMs,
)
