import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, test } from '@jest/globals'
import { anEvent, openTestDatabase, storeEvents } from '@weir/database/testing'
import { pricesCommand } from './prices.ts'

const database = await openTestDatabase()
const folder = mkdtempSync(join(tmpdir(), 'weir-prices-'))
afterAll(async () => {
  await database[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})
beforeEach(async () => {
  await database.pool.query('truncate price_overrides, log_events, rollup_deltas')
})

/** What a command prints and tells, and its exit code. */
async function run(...args: string[]) {
  const said = { printed: '', told: '', exitCode: 0 }
  const command = pricesCommand({
    print: (text) => void (said.printed += `${text}\n`),
    tell: (text) => void (said.told += `${text}\n`),
    fail: () => void (said.exitCode = 1),
    databaseUrl: () => database.url,
    pricesFile: () => pricesFile,
  })
  await command.exitOverride().parseAsync(args, { from: 'user' })
  return said
}

let pricesFile: string | undefined
const today = new Date().toISOString().slice(0, 10)
const actions = async () => {
  const { rows } = await database.pool.query<{ action: string }>('select action from audit_log order by id')
  return rows.map(({ action }) => action)
}

test('a price is set, listed beside those of the file, and removed; the audit log knows', async () => {
  const { printed } = await run(
    'set',
    'My-Model',
    '--input',
    '0.20',
    '--cache-write-1h',
    '0.4',
    '--provider',
    'mine',
  )
  const id = printed.trim()
  pricesFile = join(folder, 'prices.json')
  writeFileSync(
    pricesFile,
    JSON.stringify({ prices: [{ model: 'other*', input: '1', service_tier: 'batch' }] }),
  )
  const listed = await run('list')
  expect(listed.printed).toMatch(
    new RegExp(`^${id} +my-model +mine +always +input 0.20, cache_write_1h 0.4 +\\d{4}-`, 'm'),
  )
  expect(listed.printed).toMatch(/^file:1 +other\* +any +service_tier batch +input 1 +\d{4}-/m)
  pricesFile = undefined
  await run('remove', id)
  expect((await run('list', '--json')).printed).toBe('')
  await expect(run('remove', id)).rejects.toThrow(/No price has the id/)
  expect(await actions()).toEqual(['price.set', 'price.remove'])
})

test('what cannot be a price is refused, with its name', async () => {
  await expect(run('set', 'm')).rejects.toThrow('input must be given, or thousand_calls')
  await expect(run('set', 'm', '--input', '-1', '--from', 'today')).rejects.toThrow(
    /from must be RFC 3339.*; input must be a decimal/,
  )
  await expect(run('set', 'm', '--input', '1', '--above-input-tokens', 'many')).rejects.toThrow(
    /above-input-tokens/,
  )
})

test('nothing is repriced before the difference was shown and agreed to', async () => {
  await run('set', 'm', '--input', '1')
  await storeEvents(database, [anEvent({ category: 'llm', llm_model: 'm', input_tokens: 2_000 })])
  const costs = async () => (await database.pool.query('select cost_usd from log_events')).rows
  const difference = /^- +m +1 +1 +1 -> 0 +0 +0.002$/m
  const looked = await run('reprice', '--from', today, '--dry-run')
  expect(looked.printed).toMatch(difference)
  expect(looked.exitCode).toBe(0)
  expect(await run('reprice', '--from', today)).toMatchObject({
    exitCode: 1,
    told: expect.stringMatching(/add --yes/),
  })
  expect(await costs()).toEqual([{ cost_usd: null }])
  expect((await run('reprice', '--from', today, '--yes')).printed).toMatch(difference)
  expect(await costs()).toEqual([{ cost_usd: '0.002' }])
  expect((await run('reprice', '--from', today, '--yes')).told).toMatch(/Nothing changes/)
  await expect(run('reprice', '--from', today, '--project', 'nobody')).rejects.toThrow(/no project nobody/)
})
