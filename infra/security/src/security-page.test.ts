import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { readText, repository } from './repository.ts'

const page = readText('SECURITY.md')

test('every file that the page names is there', () => {
  const paths = [...page.matchAll(/`((?:apps|packages|infra|docs)\/[\w./-]+)`/g)].map(([, path = '']) => path)
  expect(paths.length).toBeGreaterThan(30)
  expect(paths.filter((path) => !existsSync(join(repository, path)))).toEqual([])
})

test('every control names what shows it', () => {
  const rows = page.split('\n').filter((line) => line.startsWith('| ') && !/^\| (Control|---)/.test(line))
  expect(rows.length).toBeGreaterThan(15)
  for (const row of rows) expect(row.split('|').at(-2)).toMatch(/\.test\.ts`/)
})
