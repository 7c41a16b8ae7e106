import { escapeIdentifier, escapeLiteral, type Client } from 'pg'
import { until } from '../wait.ts'
import { activeFault, type ActiveFault } from './fault.ts'
import { asAdmin, connectTo, toAdminUrl } from './postgres-admin.ts'

/** Changes settings of the whole server, of sessions under way too, where those have none of their own. */
export async function changeSettings(
  url: string,
  settings: Readonly<Record<string, string>>,
): Promise<ActiveFault> {
  const apply = (toStatement: (name: string, value: string) => string): Promise<void> =>
    asAdmin(url, async (client) => {
      for (const [name, value] of Object.entries(settings)) await client.query(toStatement(name, value))
      await client.query('select pg_reload_conf()')
    })
  await apply((name, value) => `alter system set ${escapeIdentifier(name)} = ${escapeLiteral(value)}`)
  return activeFault(() => apply((name) => `alter system reset ${escapeIdentifier(name)}`))
}

/** Every transaction is refused that would write (25006), as on a server that a failover made a standby. */
export function makeReadOnly(url: string): Promise<ActiveFault> {
  return changeSettings(url, { default_transaction_read_only: 'on' })
}

/** Ends sessions whose application_name matches the pattern of `like` (57P01). Resolves to how many. */
export function terminateSessions(url: string, applicationNames: string): Promise<number> {
  return asAdmin(url, async (client) => {
    const { rowCount } = await client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where application_name like $1 and pid <> pg_backend_pid()`,
      [applicationNames],
    )
    return rowCount ?? 0
  })
}

/** Cancels what runs in such sessions (57014, as a statement timeout does). Resolves to how many statements. */
export function cancelStatements(url: string, applicationNames: string): Promise<number> {
  return asAdmin(url, async (client) => {
    const { rowCount } = await client.query(
      `select pg_cancel_backend(pid) from pg_stat_activity
       where application_name like $1 and state = 'active' and pid <> pg_backend_pid()`,
      [applicationNames],
    )
    return rowCount ?? 0
  })
}

/** kill -9 of one such session's process: the server ends all sessions and recovers. False when there is none. */
export async function killBackend(url: string, applicationNames: string): Promise<boolean> {
  const pid = await asAdmin(url, async (client) => {
    const { rows } = await client.query<{ pid: number }>(
      'select pid from pg_stat_activity where application_name like $1 limit 1',
      [applicationNames],
    )
    return rows[0]?.pid
  })
  if (pid === undefined) return false
  process.kill(pid, 'SIGKILL')
  return true
}

/** Locks a table against everybody (55P03 where sessions have a lock_timeout, 57014 where a statement_timeout). */
export async function lockTable(url: string, table: string): Promise<ActiveFault> {
  const client = await connectTo(toAdminUrl(url))
  // Whatever the sessions of the services are given: this one waits until they let go.
  await client.query(
    `set lock_timeout = '30s'; begin; lock table ${escapeIdentifier(table)} in access exclusive mode`,
  )
  return activeFault(() => client.end())
}

/**
 * Takes every connection that the role of the URL may have, and sees to it that it gets none of those that others
 * let go of (53300).
 */
export async function exhaustConnections(url: string): Promise<ActiveFault & { taken: number }> {
  const clients: Client[] = []
  const limitRole = (connections: number): Promise<unknown> => {
    const role = escapeIdentifier(new URL(url).username)
    return asAdmin(url, (client) => client.query(`alter role ${role} connection limit ${connections}`))
  }
  try {
    for (;;) clients.push(await connectTo(url))
  } catch (error) {
    if (!isRefused(error)) throw error
  }
  await limitRole(0)
  const fault = activeFault(async () => {
    await limitRole(-1)
    await Promise.allSettled(clients.map((client) => client.end()))
  })
  return { ...fault, taken: clients.length }
}

function isRefused(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '53300'
}

/**
 * Makes a deadlock (40P01) with a session whose application_name matches: holds `later`, a table that its
 * transactions come to after `earlier`, until it waits for it, and then asks for `earlier`. The other session is the
 * one to be refused, as ours looks for deadlocks much later. Resolves to whether it came to that.
 */
export function makeDeadlock(
  url: string,
  { applicationNames, earlier, later }: { applicationNames: string; earlier: string; later: string },
  patienceMs = 10_000,
): Promise<boolean> {
  return asAdmin(url, async (client) => {
    await client.query(`set deadlock_timeout = '60s'; set lock_timeout = '30s'`)
    const before = await countDeadlocks(url)
    // Whatever the sessions of the services are given: this one waits until they let go.
    await client.query(
      `set lock_timeout = '30s'; begin; lock table ${escapeIdentifier(later)} in access exclusive mode`,
    )
    await until('somebody waits for the table', patienceMs, () => isBlocked(url, applicationNames))
    await client.query(`lock table ${escapeIdentifier(earlier)} in access exclusive mode`)
    await client.query('rollback')
    // Sessions report what they have counted when they are idle for a while.
    return until(
      'the deadlock is counted',
      patienceMs * 2,
      async () => (await countDeadlocks(url)) > before,
    ).then(
      () => true,
      () => false,
    )
  })
}

function isBlocked(url: string, applicationNames: string): Promise<boolean> {
  return asAdmin(url, async (client) => {
    const { rowCount } = await client.query(
      `select from pg_stat_activity
       where application_name like $1 and wait_event_type = 'Lock' and cardinality(pg_blocking_pids(pid)) > 0`,
      [applicationNames],
    )
    return (rowCount ?? 0) > 0
  })
}

/** How many deadlocks the database has broken since it was made. */
export function countDeadlocks(url: string): Promise<number> {
  return asAdmin(url, async (client) => {
    const { rows } = await client.query<{ deadlocks: number }>(
      'select deadlocks::int from pg_stat_database where datname = current_database()',
    )
    return rows[0]?.deadlocks ?? 0
  })
}
