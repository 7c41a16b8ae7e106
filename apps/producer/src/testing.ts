import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, request, type IncomingHttpHeaders } from 'node:http'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { openTestDatabase, type TestDatabase } from '@weir/database/testing'
import { decodeField, eventColumns, type BatchJob, type EventColumn } from '@weir/events'
import {
  closeServer,
  createHttpServer,
  createKey,
  findOrCreateProject,
  listen,
  openKeyStore,
  openRateLimitStore,
  type KeyStore,
  type NewKey,
} from '@weir/http'
import type { BatchQueue } from '@weir/queue'
import { createLogger, createMetrics } from '@weir/runtime'
import { createProducerApp, type Dependencies } from './app.ts'
import { openEventLog, type EventLog } from './event-log.ts'
import { IntakeThreads } from './intake-threads.ts'
import { watchEventLog } from './producer-metrics.ts'

/** What came back, its body as text and as JSON. */
export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  text: string
  /** The body; an empty object when it is not JSON. */
  json: Record<string, unknown>
  /** The kind of problem, without `/problems/`. */
  kind: string | undefined
}

export interface Sending {
  method?: string
  path?: string
  headers?: Record<string, string | string[]>
  body?: string | Uint8Array
}

export type Row = Record<EventColumn, string | null>

/** The producer on a free port: real keys, a real journal, a queue that only remembers. */
export interface TestProducer extends AsyncDisposable {
  port: number
  server: ReturnType<typeof createHttpServer>
  database: TestDatabase
  keys: KeyStore
  /** The texts of keys of project 1, and of one of project 2. */
  key: { ingest: string; read: string; admin: string; foreign: string }
  /** Makes another key and waits until it is known. */
  addKey: (key: Partial<NewKey>) => Promise<{ id: string; text: string }>
  /** Sends anything; with the ingest key, unless the headers have one or the key is `''`. */
  send: (sending: Sending, key?: string) => Promise<Answer>
  /** POST /log. */
  post: (body: string | Uint8Array, headers?: Record<string, string | string[]>) => Promise<Answer>
  /** The rows that were made durable, as COPY text. */
  lines: string[]
  /** The same, decoded; the last `count` of them. */
  lastRows: (count?: number) => Row[]
  /** The batches that the queue was given. */
  jobs: BatchJob[]
  /** The lines of the log. */
  logLines: Record<string, unknown>[]
  /** A connection that nothing was sent on yet. */
  connect: () => Promise<Socket>
  /** Sends bytes and gives what comes back until the server closes the connection. */
  exchange: (bytes: string | Uint8Array) => Promise<string>
}

const limits = {
  maxBodyBytes: 1_048_576,
  maxEventBytes: 65_536,
  maxEventsPerRequest: 1_000,
  maxAgeMs: 30 * 86_400_000,
  maxFutureMs: 86_400_000,
}

export interface TestProducerOptions {
  config?: Partial<Dependencies['config']>
  /** In place of the journal's. */
  append?: EventLog['append']
  queue?: Partial<BatchQueue>
  isStopping?: () => boolean
  /** The journal does not grow beyond this. */
  maxJournalBytes?: number
}

export async function startTestProducer(options: TestProducerOptions = {}): Promise<TestProducer> {
  await using stack = new AsyncDisposableStack()
  const database = stack.use(await openTestDatabase())
  const directory = await mkdtemp(join(tmpdir(), 'weir-producer-'))
  stack.defer(() => rm(directory, { recursive: true, force: true }))
  const logLines: Record<string, unknown>[] = []
  const logger = createLogger('producer', 'debug', {
    // A line of the log is an object.
    write: (line: string) => void logLines.push(JSON.parse(line) as Record<string, unknown>),
  })
  const keyTexts = await createKeys(database)
  const keys = stack.use(await openKeyStore({ pool: database.pool, logger }))
  const jobs: BatchJob[] = []
  const queue = { ...rememberingQueue(jobs), ...options.queue }
  const maxBytes = options.maxJournalBytes ?? 256 * 1024 * 1024
  const journal = { directory, maxBytes, minFreeBytes: 0 }
  const log = await openEventLog({ journal, queue, db: database.db, logger })
  stack.defer(() => log.close())
  const lines: string[] = []
  const metrics = createMetrics()
  watchEventLog(metrics, log, queue)
  const threads = new IntakeThreads(logger, 1)
  stack.defer(() => threads.close())
  const rateLimits = stack.use(openRateLimitStore())
  const app = createProducerApp({
    config: {
      limits,
      requestsPerMinute: 1_000_000,
      routeLimits: new Map(),
      hasMetrics: true,
      trustProxy: [],
      ...options.config,
    },
    db: database.db,
    keys,
    rateLimits,
    accept: threads.accept,
    log: listening(log, lines, options.append),
    queue,
    metrics,
    logger,
    isStopping: options.isStopping ?? (() => false),
  })
  const server = createHttpServer(app)
  const port = await listen(server, 0, '127.0.0.1')
  const agent = new Agent({ keepAlive: true })
  stack.defer(() => closeServer(server))
  stack.defer(() => agent.destroy())
  const connectTo = (): Promise<Socket> => connectToPort(port)
  const send: TestProducer['send'] = (sending, key = keyTexts.ingest) => sendTo(port, agent, sending, key)
  const opened = stack.move()
  return {
    port,
    server,
    database,
    keys,
    key: keyTexts,
    async addKey(fields) {
      const created = await createKey(database.db, {
        projectId: 1,
        name: 'more',
        scopes: ['ingest'],
        ...fields,
      })
      await keys.reload()
      return { id: created.key.id, text: created.text }
    },
    send,
    post: (body, headers = {}) => send({ method: 'POST', path: '/log', headers, body }),
    lines,
    lastRows: (count = 1) => lines.slice(-count).map(readRow),
    jobs,
    logLines,
    connect: connectTo,
    async exchange(bytes) {
      const socket = await connectTo()
      socket.write(bytes)
      return text(socket)
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

async function createKeys({ db }: TestDatabase): Promise<TestProducer['key']> {
  const projectId = await findOrCreateProject(db, 'default')
  const foreignProjectId = await findOrCreateProject(db, 'foreign')
  const ingest = await createKey(db, { projectId, name: 'ingest', scopes: ['ingest'] })
  const read = await createKey(db, { projectId, name: 'read', scopes: ['read'] })
  const admin = await createKey(db, { projectId, name: 'admin', scopes: ['admin'] })
  const foreign = await createKey(db, { projectId: foreignProjectId, name: 'foreign', scopes: ['ingest'] })
  return { ingest: ingest.text, read: read.text, admin: admin.text, foreign: foreign.text }
}

function rememberingQueue(jobs: BatchJob[]): BatchQueue {
  return {
    add(job) {
      jobs.push(job)
      return Promise.resolve()
    },
    counts: () => Promise.resolve({ waiting: jobs.length, active: 0, delayed: 0, failed: 0 }),
    oldestWaitingSeconds: () => Promise.resolve(0),
    redisMemoryBytes: () => Promise.resolve(undefined),
    close: () => Promise.resolve(),
  }
}

/** The log, and every row that it was given. */
function listening(log: EventLog, lines: string[], append = log.append): EventLog {
  return {
    async append(accepted) {
      await append(accepted)
      lines.push(...Buffer.from(accepted.rows).toString('utf8').split('\n'))
    },
    journal: log.journal,
    get unconfirmed() {
      return log.unconfirmed
    },
    get waitingBytes() {
      return log.waitingBytes
    },
    close: log.close,
  }
}

function readRow(line: string): Row {
  const fields = line.split('\t')
  // Made of the list of columns.
  return Object.fromEntries(
    eventColumns.map((column, index) => [column, decodeField(fields[index])]),
  ) as unknown as Row
}

async function sendTo(port: number, agent: Agent, sending: Sending, key: string): Promise<Answer> {
  const { method = 'GET', path = '/', headers = {}, body } = sending
  const outgoing = request({
    host: '127.0.0.1',
    port,
    agent,
    method,
    path,
    headers: {
      ...(key === '' ? {} : { 'X-API-Key': key }),
      ...(body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }),
      ...headers,
    },
  })
  outgoing.end(body)
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  // An error after the answer began is the connection that the server closed under the rest of a large body.
  outgoing.on('error', reject)
  outgoing.on('response', (incoming) => {
    text(incoming).then(
      (content) => resolve(toAnswer(incoming.statusCode ?? 0, incoming.headers, content)),
      reject,
    )
  })
  return promise
}

function toAnswer(status: number, headers: IncomingHttpHeaders, content: string): Answer {
  let json: Record<string, unknown> = {}
  // Every JSON that the producer answers with is an object.
  if (/json/.test(headers['content-type'] ?? '')) json = JSON.parse(content || '{}') as typeof json
  const kind = typeof json['type'] === 'string' ? json['type'].replace('/problems/', '') : undefined
  return { status, headers, text: content, json, kind }
}

async function connectToPort(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  // The server resets connections in some of these tests; what was read before that is what counts.
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  return socket
}
