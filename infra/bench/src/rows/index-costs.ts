import { measureCopy } from '../peers/copy-baseline.ts'
import type { Rig } from '../rig/open-rig.ts'
import { median } from '../statistics.ts'
import { say } from '../system/progress.ts'

interface TableIndex {
  name: string
  definition: string
}

/** The rate of COPY into `log_events` with each of its indexes left out in turn, a line each. */
export async function measureIndexCosts(rig: Rig, rows: number): Promise<string[]> {
  const { pool } = rig.copyTarget
  const { rows: indexes } = await pool.query<TableIndex>(
    `select c.relname as name, pg_get_indexdef(c.oid) as definition
     from pg_index i join pg_class c on c.oid = i.indexrelid
     where i.indrelid = 'log_events'::regclass order by c.relname`,
  )
  const all = await copyRate(rig, rows, 'with all indexes')
  const lines = [`with all indexes: ${format(all)} rows/s`]
  for (const index of indexes) {
    await pool.query(`drop index ${index.name}`)
    const rate = await copyRate(rig, rows, `without ${index.name}`)
    lines.push(
      `without ${index.name}: ${format(rate)} rows/s; it costs ${((1 - all / rate) * 100).toFixed(0)} % of the time`,
    )
    await pool.query(index.definition)
  }
  return lines
}

async function copyRate(rig: Rig, rows: number, title: string): Promise<number> {
  const rates: number[] = []
  for (let round = 0; round < rig.sizes.rounds; round += 1)
    rates.push((await measureCopy(rig, rows))['events/s'])
  say(`COPY ${title}: ${rates.map(format).join(', ')} rows/s`)
  return median(rates)
}

function format(rate: number): string {
  return Math.round(rate).toLocaleString('en')
}
