import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeBatch, fromBatchJob } from '@weir/events'
import { Redis } from 'ioredis'
import type { Pool } from 'pg'
import type { Weir } from './weir.ts'

/** Everything that is given to the queue of a Weir, from when this is called on. */
export async function watchQueue(): Promise<AsyncDisposable & { readTexts: () => string[] }> {
  // oxlint-disable-next-line node/no-process-env -- tests are told by the environment where the server is
  const redis = new Redis(process.env['REDIS_URL'] ?? '')
  const commands: string[] = []
  const monitor = await redis.monitor()
  monitor.on('monitor', (_time: string, args: string[]) => commands.push(args.join(' ')))
  return {
    readTexts: () => [...commands, ...commands.flatMap(readJobs)],
    async [Symbol.asyncDispose]() {
      monitor.disconnect()
      await redis.quit()
    },
  }
}

/** The rows in the jobs of a command: they are compressed there. */
function readJobs(command: string): string[] {
  const jobs = command.matchAll(/"v":1,"id":"([^"]+)","data":"([^"]+)"/g)
  return [...jobs].flatMap(([, id, data]) =>
    fromBatchJob({ v: 1, id, data }).map((bytes) => decodeBatch(bytes).rows.toString('utf8')),
  )
}

/** Each file of the journal. */
export async function readJournal({ directory }: Weir): Promise<string[]> {
  const entries = await readdir(join(directory, 'journal'), { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  return Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name), 'latin1')))
}

/** Every row of every table. */
export async function readTables(pool: Pool): Promise<string[]> {
  const tables = await pool.query<{ name: string }>(`
    select format('%I.%I', table_schema, table_name) as name
    from information_schema.tables
    where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`)
  const texts: string[] = []
  for (const { name } of tables.rows) {
    const { rows } = await pool.query<{ text: string }>(`select t::text as text from ${name} t`)
    texts.push(...rows.map(({ text }) => text))
  }
  return texts
}
