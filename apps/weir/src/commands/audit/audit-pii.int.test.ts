import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { anEvent, openTestDatabase, storeEvents, type TestDatabase } from '@weir/database/testing'
import { secretTexts } from '@weir/redaction/testing'
import type { Command } from 'commander'
import type { Terminal } from '../../terminal.ts'
import { redactionCommand } from '../redaction/redaction.ts'
import { auditCommand } from './audit-pii.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await openTestDatabase()
  await database.pool.query(`insert into projects (name) values ('default'), ('other')`)
})
afterAll(async () => database[Symbol.asyncDispose]())

interface Ran {
  printed: string[]
  told: string[]
  hasFailed: boolean
}

async function run(create: (terminal: Terminal) => Command, ...args: string[]): Promise<Ran> {
  const ran: Ran = { printed: [], told: [], hasFailed: false }
  const terminal: Terminal = {
    print: (text) => void ran.printed.push(text),
    tell: (text) => void ran.told.push(text),
    fail: () => {
      ran.hasFailed = true
    },
    databaseUrl: () => database.url,
    pricesFile: () => undefined,
  }
  await create(terminal).exitOverride().parseAsync(args, { from: 'user' })
  return ran
}

const audit = (...args: string[]) => run(auditCommand, 'pii', '--json', ...args)
const redaction = (...args: string[]) => run(redactionCommand, ...args)

test('stored secrets are counted and placed, never shown, in events and in the quarantine', async () => {
  expect(await audit()).toMatchObject({
    printed: [],
    hasFailed: false,
    told: ['0 rows read: nothing was found.'],
  })
  const payload = JSON.stringify({
    to: ['ann@example.com', 'bob@example.com'],
    'eve@example.com': 1,
    prompt: 'x',
  })
  const innocent = Array.from({ length: 2_500 }, () => anEvent({ message: 'all is well', user_id: 'u1' }))
  const secrets = secretTexts.map(([text]) => anEvent({ message: text }))
  const found = anEvent({ user_id: 'ann@example.com', payload })
  await storeEvents(database, [...innocent, ...secrets, found])
  await database.pool.query(
    `insert into quarantine (project_id, reason, detail, raw) values (1, 'test', 'broken', $1), (1, 'test', 'x', $2)`,
    [Buffer.from('{"password":"hunter22"}'), Buffer.of(0xff, 0x00)],
  )

  const { printed, told, hasFailed } = await audit()

  expect(hasFailed).toBe(true)
  const findings = printed.map(
    (line) => JSON.parse(line) as { kind: string; place: string; count: number; examples: string[] },
  )
  const at = (kind: string, place: string) => findings.find((one) => one.kind === kind && one.place === place)
  expect(at('email', 'log_events.user_id')).toMatchObject({ count: 1, examples: [found.id] })
  expect(at('email', 'log_events.payload.to.[]')).toMatchObject({ count: 2, examples: [found.id] })
  expect(at('email', 'log_events.payload.(a name)')).toMatchObject({ count: 1 })
  expect(at('content', 'log_events.payload.prompt')).toMatchObject({ count: 1 })
  expect(at('provider_key', 'log_events.message')?.count).toBeGreaterThan(10)
  expect(at('secret_field', 'quarantine.raw.password')).toMatchObject({ count: 1 })
  expect(told.at(-1)).toMatch(new RegExp(`^${2_500 + secrets.length + 3} rows read: \\d+ findings`))
  const text = [...printed, ...told].join('\n')
  for (const [, secret] of secretTexts) expect(text).not.toContain(secret)
  expect(text).not.toMatch(/ann@|bob@|eve@|hunter22/)
})

test('a range, and a project, are looked into alone', async () => {
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)
  expect((await audit('--from', tomorrow)).told).toEqual(['0 rows read: nothing was found.'])
  expect((await audit('--to', '2026-01-01')).told).toEqual(['0 rows read: nothing was found.'])
  expect((await audit('--project', 'other')).told).toEqual(['0 rows read: nothing was found.'])
  expect((await audit('--project', 'default', '--to', tomorrow)).hasFailed).toBe(true)
  await expect(audit('--project', 'unheard of')).rejects.toThrow('no project')
})

test('rules are changed one by one, written into the audit log, and followed by the search', async () => {
  expect(JSON.parse((await redaction('show', '--json')).printed[0] ?? '')).toMatchObject({
    emails: 'mask',
    content: 'drop',
  })
  await redaction('set', '--emails', 'keep', '--identities', 'keep', '--key-names', 'tax_id,iban')
  await redaction('set', '--content', 'keep')
  expect(JSON.parse((await redaction('show', '--json')).printed[0] ?? '')).toMatchObject({
    emails: 'keep',
    content: 'keep',
    key_names: ['tax_id', 'iban'],
  })
  expect((await redaction('show')).printed[0]).toMatch(/key_names +tax_id, iban/)
  const { rows } = await database.pool.query(`select actor, action, target from audit_log order by id`)
  expect(rows).toEqual(
    Array.from({ length: 2 }, () => ({ actor: 'cli', action: 'redaction.set', target: '1' })),
  )
  const kinds = (await audit()).printed.map((line) => (JSON.parse(line) as { kind: string }).kind)
  expect(kinds).not.toContain('email')
  expect(kinds).not.toContain('content')
  await redaction('set', '--reset')
  expect((await audit()).printed.join()).toContain('"email"')
  await expect(redaction('set', '--prefixes', 'x')).rejects.toThrow('prefixes')
})
