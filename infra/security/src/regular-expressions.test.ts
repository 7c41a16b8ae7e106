import { parseSync } from '@swc/core'
import { expect, test } from '@jest/globals'
import { analyse } from 'scslre'
import { readText } from './repository.ts'
import { listSourceFiles } from './source-files.ts'

interface Found {
  path: string
  source: string
  flags: string
}

/** Every regular expression that is written in the code of the services. */
function findRegularExpressions(): Found[] {
  const found: Found[] = []
  for (const path of listSourceFiles()) {
    visit(parseSync(readText(path), { syntax: 'typescript', target: 'es2024' }), (source, flags) =>
      found.push({ path, source, flags }),
    )
  }
  return found
}

function visit(node: unknown, onFound: (source: string, flags: string) => void): void {
  if (typeof node !== 'object' || node === null) return
  if ('type' in node && node.type === 'RegExpLiteral' && 'pattern' in node && 'flags' in node) {
    onFound(String(node.pattern), String(node.flags))
  }
  for (const child of Object.values(node)) visit(child, onFound)
}

/** Where the time can grow faster than the text. */
function slowPlaces(source: string, flags: string): string[] {
  return analyse({ source, flags }).reports.map(
    (report) => `${report.type}${report.exponential ? ' (exponential)' : ''} ${report.character.pick}`,
  )
}

test.each([['(a+)+$'], ['\\s*$'], ['^(\\w+\\s?)*$'], ['a*a*b']])('%s is noticed', (source) => {
  expect(slowPlaces(source, '')).not.toEqual([])
})

test('every regular expression takes time in proportion to its text', () => {
  const expressions = findRegularExpressions()
  expect(expressions.length).toBeGreaterThan(40)
  const slow = expressions
    .map(({ path, source, flags }) => ({ path, source, places: slowPlaces(source, flags) }))
    .filter(({ places }) => places.length > 0)
  expect(slow).toEqual([])
})

test('no regular expression is made of text that is not written in the code', () => {
  const makers = listSourceFiles().filter((path) => /\bRegExp\(/.test(readText(path)))
  expect(makers).toEqual([])
})

test('no text that comes from outside becomes SQL or code', () => {
  const evaluating = listSourceFiles().filter((path) =>
    /(?<!\.)\beval\(|new Function\(|\bsql\.lit\(|node:vm\b|insecureHTTPParser: true/.test(readText(path)),
  )
  expect(evaluating).toEqual([])
})
