import { readFile, writeFile } from 'node:fs/promises'
import { toCells } from './report.ts'
import type { Result } from './run-scenario.ts'

const begin = '<!-- chaos: the table below is written by npm run chaos -- --write-report -->'
const end = '<!-- chaos: end of the table -->'

/** Puts a table of the results between the document's markers. Throws when it has none. */
export async function writeReport(path: string, results: readonly Result[]): Promise<void> {
  await writeFile(path, placeTable(await readFile(path, 'utf8'), results))
}

/** Throws when the document is not there or has no place for a table, which is better known before an hour's run. */
export async function checkReport(path: string): Promise<void> {
  placeTable(await readFile(path, 'utf8'), [])
}

/** The document with a table of the results between its markers. Throws when it has none. */
export function placeTable(text: string, results: readonly Result[]): string {
  const [from, to] = [text.indexOf(begin), text.indexOf(end)]
  if (from === -1 || to < from) throw new Error(`The document has no place for the table: ${begin} … ${end}`)
  const seeds = [...new Set(results.map(({ seed }) => seed))].join(', ')
  const before = text.slice(0, from + begin.length)
  return `${before}\n\nSeed ${seeds}.\n\n${toMarkdown(toCells(results))}\n\n${text.slice(to)}`
}

function toMarkdown([head = [], ...rows]: readonly string[][]): string {
  const widths = head.map((_name, index) =>
    Math.max(3, ...[head, ...rows].map((row) => row[index]?.length ?? 0)),
  )
  const isNumber = (index: number): boolean => index > 1 && index < head.length - 1
  const pad = (cell: string, index: number): string =>
    isNumber(index) ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0)
  const line = (cells: readonly string[]): string => `| ${cells.map(pad).join(' | ')} |`
  const rule = widths.map((width, index) =>
    isNumber(index) ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width),
  )
  return [line(head), line(rule), ...rows.map(line)].join('\n')
}
