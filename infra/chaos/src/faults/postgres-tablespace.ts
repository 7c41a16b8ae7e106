import { stat } from 'node:fs/promises'
import { escapeIdentifier, escapeLiteral } from 'pg'
import { asAdmin } from './postgres-admin.ts'
import { mountSmallDisk, whyNoMount, type SmallDisk } from './small-disk.ts'

/** Why no table can be put on a small disk here; undefined when it can. */
export const whyNoTablespace = whyNoMount

const tablespace = 'weir_small_disk'

/**
 * Moves tables to a small disk of their own, mounted at `directory`, so that only what they need runs out of room
 * (53100). Disposing it moves them back.
 */
export async function moveToSmallDisk(
  url: string,
  directory: string,
  {
    dataDirectory,
    tables,
    sizeBytes,
  }: { dataDirectory: string; tables: readonly string[]; sizeBytes: number },
): Promise<SmallDisk> {
  const { uid, gid } = await stat(dataDirectory)
  const disk = await mountSmallDisk(directory, sizeBytes, { uid, gid })
  const move = (target: string): Promise<void> =>
    asAdmin(url, async (client) => {
      for (const table of tables)
        await client.query(`alter table ${escapeIdentifier(table)} set tablespace ${target}`)
    })
  try {
    await asAdmin(url, (client) =>
      client.query(`create tablespace ${tablespace} location ${escapeLiteral(directory)}`),
    )
    await move(tablespace)
  } catch (error) {
    await disk[Symbol.asyncDispose]()
    throw error
  }
  return {
    ...disk,
    [Symbol.asyncDispose]: async () => {
      await move('pg_default')
      await asAdmin(url, (client) => client.query(`drop tablespace ${tablespace}`))
      await disk[Symbol.asyncDispose]()
    },
  }
}
