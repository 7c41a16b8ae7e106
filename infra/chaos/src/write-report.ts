import { readFile, writeFile } from 'node:fs/promises'
import { toCells } from './report.ts'
import type { Result } from './run-scenario.ts'

const begin = '<!-- chaos: the table below is written by npm run chaos -- --write-report -->'
const end = '<!-- chaos: end of the table -->'

/** Replaces what stands between the document's markers. Throws when it has none. */
export async function writeReport(path: string, results: readonly Result[]): Promise<void> {
  const text = await readFile(path, 'utf8')
  const [from, to] = [text.indexOf(begin), text.indexOf(end)]
  if (from === -1 || to < from) throw new Error(`${path} has no place for the table: ${begin} … ${end}`)
  const seeds = [...new Set(results.map(({ seed }) => seed))].join(', ')
  const table = toMarkdown(toCells(results))
  await writeFile(
    path,
    `${text.slice(0, from + begin.length)}\n\nSeed ${seeds}.\n\n${table}\n\n${text.slice(to)}`,
  )
}

function toMarkdown([head = [], ...rows]: readonly string[][]): string {
  const widths = head.map((_name, index) =>
    Math.max(3, ...[head, ...rows].map((row) => row[index]?.length ?? 0)),
  )
  const isNumber = (index: number): boolean => index > 1 && index < head.length - 1
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, index) => (isNumber(index) ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0))).join(' | ')} |`
  const rule = widths.map((width, index) =>
    isNumber(index) ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width),
  )
  return [line(head), line(rule), ...rows.map(line)].join('\n')
}
