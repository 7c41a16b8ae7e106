import type { Random } from '@weir/chaos/random'
import { pick } from './pick.ts'

// prettier-ignore
const tokens = [
  '', 'null', 'true', '{}', '[]', '""', '-0', '0', '1', '-1', '1e400', '-1e400', '1e-400', '1e308', '9007199254740993', '12345678901234567890', '0.1',
  '"\\u0000"', '"\\ud800"', '"\\udc00\\ud800"', '"\\ud83d\\ude00"', '"😀"', '"\u202e"', '"\uffff"', '"\\\\N"', '"\\t\\n\\r\\\\"', '"a\\\\tb"',
  '"now"', '"infinity"', '"2024-02-30T00:00:00Z"', '"1e131072"', '"=cmd()"', '"\'; drop table log_events; --"', '"<script>"', '"%00"', '"::1"', '"1.2.3.4"',
  '{"__proto__":{"polluted":1}}', '{"constructor":{"prototype":1}}', '{"":0}', '{"a":{"b":{"c":[1,[2,[3]]]}}}', '["a","b"]', '{"usd":1}', 'NaN', '/**/1', "'x'", '+1', '01',
]

/** A JSON value, or what is nearly one, that programs have stumbled over. */
export function oddJson(random: Random): string {
  const kind = random.between(0, 20)
  if (kind === 0) return '9'.repeat(random.between(1, 500))
  if (kind === 1) return nest(random, random.between(1, 60))
  if (kind === 2) return `"${'x'.repeat(random.between(1, 70_000))}"`
  if (kind === 3) return JSON.stringify(anyText(random, random.between(0, 300)))
  if (kind === 4) return `[${Array.from({ length: random.between(0, 1_200) }, () => '1').join(',')}]`
  if (kind === 5 && random.between(0, 10) === 0) return nest(random, random.between(1_000, 200_000))
  return pick(random, tokens)
}

function nest(random: Random, depth: number): string {
  const [open, close] = pick(random, [
    ['[', ']'],
    ['{"a":', '}'],
  ] as const)
  return open.repeat(depth) + '1' + close.repeat(depth)
}

/** Text of characters of all planes, halves of pairs and control characters among them. */
export function anyText(random: Random, length: number): string {
  const bounds = [0x20, 0x7f, 0x100, 0x3000, 0xffff, 0x10ffff]
  const codes = Array.from({ length }, () => random.between(0, pick(random, bounds)))
  return String.fromCodePoint(...codes)
}

// prettier-ignore
const parameterTexts = [
  '', '0', '-1', '1', '7', '50', '1000', '1001', '1e9', '0x10', '٣', 'abc', 'null', 'true', 'now', 'infinity', '2026-02-30T00:00:00Z', '2000-01-01T00:00:00Z', '2099-12-31T23:59:59Z',
  "' or 1=1 --", '";drop table log_events;--', '%', '_', '\\', '(a*)*b', '$.a ? (', '../../etc', '__proto__', 'constructor', 'toString', '\0', '\ud800', '😀', ',', 'a,,b', '5xx', '400-499',
  '999-100', 'UTC', 'Asia/Kathmandu', 'Mars/Olympus', 'hour', 'day', '15m', 'month', 'previous', 'info', 'llm_query_sent', 'event_type', 'model,user_id', '01972a5e-9d80-7000-8000-000000000000',
]

/** The text of a parameter, good or not. */
export function oddParameter(random: Random): string {
  const kind = random.between(0, 12)
  if (kind === 0) return anyText(random, random.between(0, 40))
  if (kind === 1) return 'x'.repeat(random.between(0, 3_000))
  if (kind === 2) return String(random.between(-10, 5_000))
  return pick(random, parameterTexts)
}
