import type { BeforeSend } from '../delivery/batch-encoder.ts'
import type { Post } from '../delivery/post.ts'
import type { WeirEvent } from './event-fields.ts'
import { readLevel, type Level } from './levels.ts'
import type { Listeners } from './reports.ts'

/** How a client is made. Everything is optional: without `url` or `apiKey` it does nothing. */
export interface WeirOptions extends Listeners {
  /** Of `POST /log`, such as `https://weir.example.com/log`. Default: `LOGGING_SERVICE_URL`. */
  url?: string | undefined
  /** Default: `API_KEY`. */
  apiKey?: string | undefined
  /** False: nothing is logged. Default: `LOGGING_ENABLED`, else true. */
  enabled?: boolean | undefined
  /** Messages below it are not logged; events are. Default: `LOG_LEVEL`, else `info`. */
  level?: string | undefined
  /** The program that sends, in every event that does not say another. */
  source?: string | undefined
  service?: string | undefined
  /** How long events wait for others, in milliseconds. Default: 100. */
  batchMs?: number | undefined
  /** Most events in a request. Default: 500. */
  batchEvents?: number | undefined
  /** About the most bytes of JSON in a request, before compression. Default: 512 KiB. */
  batchBytes?: number | undefined
  /** Most events in memory; further ones are dropped and counted. Default: 10,000. */
  maxQueueEvents?: number | undefined
  /** About the most memory that they take. Default: 16 MiB. */
  maxQueueBytes?: number | undefined
  /** What is larger is cut. Default: 60 KiB of JSON. */
  maxEventBytes?: number | undefined
  /** How long an answer is waited for, in milliseconds. Default: 10,000. */
  requestTimeoutMs?: number | undefined
  /** How long the end of the process waits for events to be delivered, in milliseconds. Default: 2,000. */
  exitTimeoutMs?: number | undefined
  /** Events are delivered before the process ends by itself or by SIGTERM or SIGINT. Default: true. */
  flushOnExit?: boolean | undefined
  /** Default: true, but to this machine itself, where it would only take time. */
  gzip?: boolean | undefined
  /** The share of events to keep, 0 to 1, or who decides. Warnings and worse are always kept by a number. */
  sampleRate?: number | ((event: WeirEvent) => boolean) | undefined
  /** May change an event before it is sent, or drop it with `null`. In the names of the wire. */
  beforeSend?: BeforeSend | undefined
  /** Keeps events on disk until they are delivered, beyond the end of the process. */
  spool?: SpoolOptions | undefined
  /** More headers. */
  headers?: Readonly<Record<string, string>> | undefined
  /** Sends a body in place of `node:http`. */
  post?: Post | undefined
}

export interface SpoolOptions {
  directory: string
  /** Beyond it events wait in memory. Default: 64 MiB. */
  maxBytes?: number | undefined
}

/** Options with all defaults. */
export interface Settings extends Omit<
  WeirOptions,
  'url' | 'apiKey' | 'enabled' | 'level' | 'gzip' | 'flushOnExit'
> {
  url: URL
  apiKey: string
  level: Level
  batchMs: number
  batchEvents: number
  batchBytes: number
  maxQueueEvents: number
  maxQueueBytes: number
  maxEventBytes: number
  requestTimeoutMs: number
  exitTimeoutMs: number
  isFlushedOnExit: boolean
  isCompressed: boolean
}

export type Environment = Readonly<Record<string, string | undefined>>

const kibibyte = 1_024
const off = new Set(['false', '0', 'no', 'off'])

/** Options, then the environment, then defaults. A reason in words when the client has to do nothing. */
export function readSettings(options: WeirOptions, env: Environment): Settings | { offBecause: string } {
  const isEnabled = options.enabled ?? !off.has((env['LOGGING_ENABLED'] ?? 'true').trim().toLowerCase())
  if (!isEnabled) return { offBecause: 'it is switched off' }
  const address = options.url ?? env['LOGGING_SERVICE_URL']
  const apiKey = options.apiKey ?? env['API_KEY']
  if (!address) return { offBecause: 'it has no url' }
  if (!apiKey) return { offBecause: 'it has no apiKey' }
  const url = readUrl(address)
  if (url === undefined) return { offBecause: 'its url is not one' }
  // A line break in a header would make every request fail.
  if (!/^[\t\x20-\x7e\x80-\xff]+$/.test(apiKey)) return { offBecause: 'its apiKey is not one' }
  return {
    ...options,
    url,
    apiKey,
    level: readLevel(options.level ?? env['LOG_LEVEL']) ?? 'info',
    batchMs: atLeast(options.batchMs, 0, 100),
    batchEvents: Math.min(atLeast(options.batchEvents, 1, 500), 1_000),
    batchBytes: atLeast(options.batchBytes, kibibyte, 512 * kibibyte),
    maxQueueEvents: atLeast(options.maxQueueEvents, 1, 10_000),
    maxQueueBytes: atLeast(options.maxQueueBytes, kibibyte, 16 * kibibyte ** 2),
    maxEventBytes: atLeast(options.maxEventBytes, kibibyte, 60 * kibibyte),
    requestTimeoutMs: atLeast(options.requestTimeoutMs, 1, 10_000),
    exitTimeoutMs: atLeast(options.exitTimeoutMs, 0, 2_000),
    isFlushedOnExit: options.flushOnExit ?? true,
    isCompressed: options.gzip ?? !isLoopback(url),
  }
}

function readUrl(address: string): URL | undefined {
  if (!URL.canParse(address)) return undefined
  const url = new URL(address)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined
  if (url.pathname === '/') url.pathname = '/log'
  return url
}

function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d+){3}$/.test(hostname)
}

function atLeast(value: number | undefined, least: number, otherwise: number): number {
  return value === undefined || Number.isNaN(value) ? otherwise : Math.max(value, least)
}
