import { expect, test } from '@jest/globals'
import { createLogger, type LogLevel } from './logger.ts'

function logTo(level: LogLevel = 'info') {
  const lines: string[] = []
  return { lines, logger: createLogger('producer', level, { write: (line) => void lines.push(line) }) }
}

test('writes one JSON object a line, with the name', () => {
  const { lines, logger } = logTo()
  logger.info({ port: 8001 }, 'listening')
  expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    { level: 30, name: 'producer', port: 8001, msg: 'listening' },
  ])
})

test('never writes a credential from a header', () => {
  const { lines, logger } = logTo()
  const headers = { 'x-api-key': 'S3CRET', authorization: 'Bearer S3CRET', cookie: 'sid=S3CRET', host: 'a' }
  logger.warn({ headers }, 'a')
  logger.warn({ req: { headers } }, 'b')
  logger.warn(headers, 'c')
  expect(lines.join('')).not.toContain('S3CRET')
  expect(lines.join('')).toContain('"host":"a"')
})

test('writes nothing under its level', () => {
  const { lines, logger } = logTo('warn')
  logger.info('quiet')
  expect(lines).toEqual([])
})

test('runs as an ES module', () => {
  expect(import.meta.dirname).toContain('runtime')
})
