import { expect, test } from '@jest/globals'
import { ProgressBar } from './progress-bar.ts'

function run(isTTY: boolean): string[] {
  const written: string[] = []
  const bar = new ProgressBar({ isTTY, write: (text) => written.push(text) }, 1_000, 'events')
  for (let done = 50; done <= 1_000; done += 50) bar.show(done)
  return written
}

test('outside a terminal there are ten plain lines', () => {
  const lines = run(false)
  expect(lines).toHaveLength(10)
  expect(lines.at(-1)).toMatch(/^ {2}100 % {2}1,000 of 1,000 events/)
})

test('in a terminal the bar stays on its line until it is full', () => {
  const written = run(true)
  expect(written.filter((text) => text.includes('\n'))).toEqual(['\n'])
  expect(written[0]).toMatch(/^\r/)
})
