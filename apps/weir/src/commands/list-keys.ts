import { Command } from 'commander'
import type { Database } from '@weir/database'
import { listKeys, type KeyRecord } from '@weir/http'
import { formatTable } from '../format-table.ts'
import type { Terminal } from '../terminal.ts'
import { withDatabase } from '../with-database.ts'
import { toKeyJson } from './key-json.ts'

const dayMs = 86_400_000
const rotateAfterDays = 90

/** `weir keys list` */
export function listKeysCommand(terminal: Terminal): Command {
  return new Command('list')
    .description('Shows every key, without its text.')
    .option('--json', 'print one JSON object a line', false)
    .addHelpText(
      'after',
      `
Examples:
  npm run weir -- keys list
  npm run --silent weir -- keys list --json`,
    )
    .action((options: { json: boolean }) => list(options, terminal))
}

async function list(options: { json: boolean }, terminal: Terminal): Promise<void> {
  const { keys, projects } = await withDatabase(terminal.databaseUrl(), async (db) => ({
    keys: await readAllKeys(db),
    projects: await readProjectNames(db),
  }))
  const projectOf = (key: KeyRecord): string => projects.get(key.projectId) ?? String(key.projectId)
  if (options.json) {
    for (const key of keys) terminal.print(JSON.stringify(toKeyJson(key, projectOf(key))))
    return
  }
  const now = new Date()
  const headings = [
    'ID',
    'NAME',
    'PROJECT',
    'ENVIRONMENT',
    'SCOPES',
    'STATE',
    'CREATED',
    'LAST USED',
    'LIMIT',
    'FROM',
  ]
  terminal.print(
    formatTable(
      headings,
      keys.map((key) => toRow(key, projectOf(key), now)),
    ),
  )
  for (const hint of rotationHints(keys, now)) terminal.tell(hint)
}

/** What to do about keys that are valid and old. */
export function rotationHints(keys: readonly KeyRecord[], now: Date): string[] {
  return keys
    .filter((key) => stateOf(key, now) === 'valid' && ageDays(key, now) > rotateAfterDays)
    .map(
      (key) =>
        `Key ${key.id} (${key.name}) is ${ageDays(key, now)} days old. Replace it: ${
          key.id.startsWith('env-')
            ? 'set another value in the environment'
            : `npm run weir -- keys rotate ${key.id}`
        }`,
    )
}

function ageDays(key: KeyRecord, now: Date): number {
  return Math.floor((now.getTime() - key.createdAt.getTime()) / dayMs)
}

function stateOf(key: KeyRecord, now: Date): string {
  if (key.revokedAt !== undefined) return 'revoked'
  if (key.expiresAt === undefined) return 'valid'
  if (key.expiresAt <= now) return 'expired'
  return key.expiresAt.getTime() - now.getTime() > 14 * dayMs ? 'valid' : `until ${toMinute(key.expiresAt)}`
}

function toRow(key: KeyRecord, project: string, now: Date): string[] {
  return [
    key.id,
    key.name,
    project,
    key.environment,
    key.scopes.join(','),
    stateOf(key, now),
    toMinute(key.createdAt).slice(0, 10),
    key.lastUsedAt === undefined ? 'never' : toMinute(key.lastUsedAt),
    key.requestsPerMinute === undefined ? 'default' : `${key.requestsPerMinute}/min`,
    key.allowedIps?.join(',') ?? 'anywhere',
  ]
}

function toMinute(instant: Date): string {
  return `${instant.toISOString().slice(0, 16).replace('T', ' ')}Z`
}

async function readAllKeys(db: Database): Promise<KeyRecord[]> {
  const pageSize = 1_000
  const keys: KeyRecord[] = []
  for (;;) {
    const page = await listKeys(db, { limit: pageSize, after: keys.at(-1)?.id })
    keys.push(...page)
    if (page.length < pageSize) return keys
  }
}

async function readProjectNames(db: Database): Promise<Map<number, string>> {
  const rows = await db.selectFrom('projects').select(['projects.id', 'projects.name']).execute()
  return new Map(rows.map(({ id, name }) => [id, name]))
}
