import type { Verdict } from '@weir/runtime'
import type { Pool } from 'pg'

/** Clocks that are further apart than this make lag and retention look wrong; past the second, days. */
const clockWarningMs = 5_000
const clockRefusalMs = 3_600_000

const oldestVersion = 150_000

interface ServerFacts {
  fsync: string
  full_page_writes: string
  synchronous_commit: string
  encoding: string
  version: number
  now_ms: number
}

/**
 * Looks whether this PostgreSQL keeps what it has committed, can hold any text, and agrees with this machine on
 * the time. Rejects when it cannot be asked.
 */
export async function checkDatabase(
  pool: Pick<Pool, 'query'>,
  now: () => number = Date.now,
): Promise<Verdict> {
  const askedAtMs = now()
  const { rows } = await pool.query<ServerFacts>(`
    select current_setting('fsync') as fsync,
      current_setting('full_page_writes') as full_page_writes,
      current_setting('synchronous_commit') as synchronous_commit,
      current_setting('server_encoding') as encoding,
      current_setting('server_version_num')::int as version,
      (extract(epoch from clock_timestamp()) * 1000)::float8 as now_ms`)
  const [facts] = rows
  if (facts === undefined) throw new Error('PostgreSQL says nothing about itself.')
  const midwayMs = (askedAtMs + now()) / 2
  return judgeDatabase(facts, facts.now_ms - midwayMs)
}

/** `clockAheadMs`: how far the server's clock is ahead of this machine's. */
export function judgeDatabase(facts: Omit<ServerFacts, 'now_ms'>, clockAheadMs: number): Verdict {
  const refusals: string[] = []
  const warnings: string[] = []
  for (const name of ['fsync', 'full_page_writes'] as const) {
    if (facts[name] !== 'on') {
      refusals.push(
        `PostgreSQL runs with ${name} = ${facts[name]}: set it to on, or a crash can lose what is stored.`,
      )
    }
  }
  if (facts.synchronous_commit === 'off') {
    refusals.push(
      'PostgreSQL runs with synchronous_commit = off: set it to on (or local), or a crash can lose what is stored.',
    )
  }
  if (facts.encoding !== 'UTF8') {
    refusals.push(
      `The database has the encoding ${facts.encoding}: create it anew with: create database … encoding 'UTF8' template template0`,
    )
  }
  if (facts.version < oldestVersion) {
    const major = Math.floor(facts.version / 10_000)
    refusals.push(
      `PostgreSQL is version ${major}: Weir needs ${oldestVersion / 10_000} or newer, so upgrade it.`,
    )
  }
  const clockApartMs = Math.abs(clockAheadMs)
  if (clockApartMs > clockWarningMs) {
    const line = `The clock of PostgreSQL's machine is ${Math.round(clockApartMs / 1_000)} s ${clockAheadMs > 0 ? 'ahead of' : 'behind'} this one: let both follow a time server.`
    if (clockApartMs > clockRefusalMs) refusals.push(line)
    else warnings.push(line)
  }
  return { refusals, warnings }
}
