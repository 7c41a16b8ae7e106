import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
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
  const jobs = command.matchAll(/"v":([12]),"id":"([^"]+)","data":"([^"]+)"/g)
  return [...jobs].flatMap(([, version, id, data]) =>
    fromBatchJob({ v: Number(version), id, data }).map((bytes) => decodeBatch(bytes).rows.toString('utf8')),
  )
}

/** Each file of the journal, and what is packed in it. */
export async function readJournal({ directory }: Weir): Promise<string[]> {
  const entries = await readdir(join(directory, 'journal'), { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  const contents = await Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name))))
  return contents.flatMap((content) => [content.toString('latin1'), ...unpackFrames(content)])
}

const zstdMagic = Buffer.from([0x28, 0xb5, 0x2f, 0xfd])

/** Whatever is a zstd frame somewhere in the bytes. */
function unpackFrames(content: Buffer): string[] {
  const texts: string[] = []
  for (let at = content.indexOf(zstdMagic); at !== -1; at = content.indexOf(zstdMagic, at + 1)) {
    try {
      texts.push(zstdDecompressSync(content.subarray(at)).toString('latin1'))
    } catch {
      // Bytes that look like the beginning of a frame.
    }
  }
  return texts
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
