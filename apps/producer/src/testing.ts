import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openTestDatabase, type TestDatabase } from '@weir/database/testing'
import { decodeField, eventColumns, unpackLines, type BatchJob, type EventColumn } from '@weir/events'
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
import { createLogger, createMetrics, type Logger } from '@weir/runtime'
import { Admission, type AdmissionOptions } from './admission.ts'
import { createProducerApp, type Dependencies } from './app.ts'
import { createBreakers } from './breakers.ts'
import { openEventLog, type EventLog } from './event-log.ts'
import { IntakeThreads } from './intake-threads.ts'
import { watchAdmission, watchEventLog } from './producer-metrics.ts'
import { openRedactionStore } from './redaction/redaction-store.ts'
import { TestClient } from '@weir/http/testing'

export type Row = Record<EventColumn, string | null>
type LogLine = Record<string, unknown>

/** The producer on a free port: real keys, a real journal, a queue that only remembers. */
export interface TestProducer
  extends AsyncDisposable, Pick<TestClient, 'send' | 'post' | 'connect' | 'exchange'> {
  app: ReturnType<typeof createProducerApp>
  server: ReturnType<typeof createHttpServer>
  database: TestDatabase
  keys: KeyStore
  /** The texts of keys of project 1, and of one of project 2. */
  key: { ingest: string; read: string; admin: string; foreign: string }
  /** Makes another key of project 1, which is known when this resolves. */
  addKey: (key: Partial<NewKey>) => Promise<{ id: string; text: string }>
  /** The rows that were made durable, as COPY text. */
  lines: string[]
  /** The last `count` of them, decoded. */
  lastRows: (count?: number) => Row[]
  /** What the queue was given. */
  jobs: BatchJob[]
  logLines: LogLine[]
}

export interface TestProducerOptions {
  config?: Partial<Dependencies['config']>
  /** In place of the journal's. */
  append?: EventLog['append']
  queue?: Partial<BatchQueue>
  isStopping?: () => boolean
  /** The journal does not grow beyond this. */
  maxJournalBytes?: number
  admission?: Partial<Omit<AdmissionOptions, 'log'>>
}

const config: Dependencies['config'] = {
  limits: {
    maxBodyBytes: 1_048_576,
    maxEventBytes: 65_536,
    maxEventsPerRequest: 1_000,
    maxForeignBodyBytes: 10_485_760,
    maxForeignRecords: 20_000,
    maxAgeMs: 30 * 86_400_000,
    maxFutureMs: 86_400_000,
  },
  requestsPerMinute: 1_000_000,
  routeLimits: new Map(),
  hasMetrics: true,
  trustProxy: [],
}

/** Starts it on a database of its own, with what the options say in place of the usual. */
export async function startTestProducer(options: TestProducerOptions = {}): Promise<TestProducer> {
  await using opening = new AsyncDisposableStack()
  const database = opening.use(await openTestDatabase())
  const logLines: LogLine[] = []
  const logger = createLogger('producer', 'debug', {
    // A line of the log is an object.
    write: (line: string) => void logLines.push(JSON.parse(line) as LogLine),
  })
  const key = await createKeys(database)
  const keys = opening.use(await openKeyStore({ pool: database.pool, logger }))
  const jobs: BatchJob[] = []
  const lines: string[] = []
  const app = await openApp({ ...options, queue: { ...rememberingQueue(jobs), ...options.queue } }, opening, {
    database,
    keys,
    lines,
    logger,
  })
  const server = createHttpServer(app)
  opening.defer(() => closeServer(server))
  const client = opening.use(new TestClient(await listen(server, 0, '127.0.0.1'), key.ingest))
  const opened = opening.move()
  return {
    app,
    server,
    database,
    keys,
    key,
    async addKey(fields) {
      const more: NewKey = { projectId: 1, name: 'more', scopes: ['ingest'], ...fields }
      const created = await createKey(database.db, more)
      await keys.reload()
      return { id: created.key.id, text: created.text }
    },
    lines,
    lastRows: (count = 1) => lines.slice(-count).map(readRow),
    jobs,
    logLines,
    send: client.send,
    post: client.post,
    connect: client.connect,
    exchange: client.exchange,
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

interface Parts {
  database: TestDatabase
  keys: KeyStore
  lines: string[]
  logger: Logger
}

/** The app, and everything that it needs, to be closed in the opposite order. */
async function openApp(
  options: TestProducerOptions & { queue: BatchQueue },
  opening: AsyncDisposableStack,
  { database: { db, pool }, keys, lines, logger }: Parts,
): Promise<ReturnType<typeof createProducerApp>> {
  const { queue, append, maxJournalBytes: maxBytes = 256 * 1024 * 1024 } = options
  const directory = await mkdtemp(join(tmpdir(), 'weir-producer-'))
  opening.defer(() => rm(directory, { recursive: true, force: true }))
  const breakers = createBreakers(logger)
  const log = await openEventLog({
    journal: { directory, maxBytes, minFreeBytes: 0 },
    queue,
    db,
    breakers,
    logger,
    onBroken: () => undefined,
    resendAfterMs: 30_000,
  })
  opening.defer(() => log.close())
  const metrics = createMetrics()
  watchEventLog(metrics, log, queue)
  const limits = { maxInFlightBytes: 128 * 1024 * 1024, maxEventLoopLagMs: 2_000, readLagMs: () => 0 }
  const admission = new Admission({ log, ...limits, ...options.admission })
  opening.defer(() => admission.close())
  watchAdmission(metrics, admission)
  const threads = new IntakeThreads(logger, 1)
  opening.defer(() => threads.close())
  return createProducerApp({
    config: { ...config, ...options.config },
    db,
    keys,
    redaction: opening.use(await openRedactionStore({ pool, db, logger })),
    rateLimits: opening.use(openRateLimitStore()),
    accept: threads.accept,
    admission,
    breakers,
    log: remembering(log, lines, append),
    queue,
    metrics,
    logger,
    isStopping: options.isStopping ?? (() => false),
  })
}

function rememberingQueue(jobs: BatchJob[]): BatchQueue {
  return {
    add(job) {
      jobs.push(job)
      return Promise.resolve()
    },
    counts: () => Promise.resolve({ waiting: jobs.length, active: 0, delayed: 0, failed: 0 }),
    oldestWaitingAtMs: () => Promise.resolve(undefined),
    redisFacts: () => Promise.resolve(undefined),
    mendDamagedJobs: () => Promise.resolve(0),
    failedJobs: () => Promise.resolve([]),
    close: () => Promise.resolve(),
  }
}

/** The log, which notes every row that it keeps. */
function remembering(log: EventLog, lines: string[], append = log.append): EventLog {
  return {
    async append(accepted) {
      const { rows, packed } = accepted
      // Before they are kept: their memory may be freed afterwards.
      const text = packed === undefined ? Buffer.from(rows) : unpackLines(packed.frame, packed.lineBytes)
      const added = text.toString('utf8').split('\n')
      await append(accepted)
      lines.push(...added)
    },
    journal: log.journal,
    get unconfirmed() {
      return log.unconfirmed
    },
    get waitingBytes() {
      return log.waitingBytes
    },
    get writingForMs() {
      return log.writingForMs
    },
    giveUpWrite: log.giveUpWrite,
    problems: log.problems,
    gate: log.gate,
    close: log.close,
  }
}

function readRow(line: string): Row {
  const fields = line.split('\t')
  const entries = eventColumns.map((column, index) => [column, decodeField(fields[index])])
  // fromEntries forgets the keys; they are the list of columns.
  return Object.fromEntries(entries) as Row
}
