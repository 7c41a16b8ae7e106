import type { ProblemKind } from '@weir/http'
import { ask, entry, names, type Case, type Entry } from './entry.ts'

const refused = (path: string, parameter: string, kind: ProblemKind = 'invalid-parameter'): Case => [
  path.slice(0, 100),
  ask(path),
  400,
  kind,
  names(parameter),
]
const unknown = (path: string, parameter: string): Case => refused(path, parameter, 'unknown-parameter')
const usage =
  (parameter: string) =>
  (value: string): Case =>
    refused(`/analytics/usage?${parameter}=${encodeURIComponent(value)}`, parameter)
const many = Array.from({ length: 2_000 }, () => 'a').join('&')

/** Parameters that are refused. */
// prettier-ignore
export const queries: readonly Entry[] = [
  entry('B160', 'odd limits', ['', '0', '-1', '1.5', '1e9', 'abc', '%D9%A3', '0x10', '1001', '+5', '%2B5', '99999999999999999999'].map((limit) => refused(`/events?limit=${limit}`, 'limit')).concat([['1', ask('/events?limit=1'), 200], ['1000', ask('/events?limit=1000'), 200]])),
  entry('B161', 'a parameter twice, or nested', [
    refused('/events?limit=10&limit=20', 'limit', 'duplicate-parameter'),
    refused('/events?event_type=a&event_type=b', 'event_type', 'duplicate-parameter'),
    unknown('/events?a[]=1', 'a[]'), unknown('/events?event_type[$ne]=x', 'event_type[$ne]'), unknown('/events?__proto__[x]=1', '__proto__[x]'),
    unknown('/events?__proto__=1', '__proto__'), unknown('/events?constructor=1', 'constructor'), unknown('/analytics/llm?toString=1', 'toString'),
  ]),
  entry('B162', 'a parameter that nobody knows', [unknown('/events?foo=1', 'foo'), unknown('/analytics/usage?Days=1', 'Days'), unknown('/events/types?days=1', 'days')]),
  entry('B163', 'times', [
    refused('/events?start_time=2025-06-02T00:00:00Z&end_time=2025-06-01T00:00:00Z', 'start_time'),
    ...['infinity', 'now', '2025-06-02T00:00:00', '2025-06-02', '0', '-1'].map((text) => refused(`/events?start_time=${text}`, 'start_time')),
    refused('/events?end_time=2025-02-30T00:00:00Z', 'end_time'),
    ['only an end', ask('/events?end_time=2025-06-01T00:00:00Z'), 200],
    refused('/analytics/usage?start_time=2000-01-01T00:00:00Z&end_time=2050-01-01T00:00:00Z', 'start_time', 'range-too-wide'),
    ['400 days', ask('/analytics/usage?days=400'), 200], refused('/analytics/usage?days=401', 'days'), refused('/events?days=1&hours=1', 'days'), refused('/events?hours=1&start_time=2025-06-01T00:00:00Z', 'hours'),
  ]),
  entry('B165', 'far pages', [unknown('/events?offset=1000000000000', 'offset'), ['the last page', ask('/events?page=200'), 200], refused('/events?page=201', 'page'), refused('/events?page=1000000000000', 'page')]),
  entry('B166', 'sorting', [unknown('/events?sort=ts;drop%20table', 'sort'), unknown('/events?order=sideways', 'order')], 'lists have one order'),
  entry('B167', 'groupings', ['type"; drop table x; --', '(select 1)', '1', "payload->>'x'", 'a.b', 'constructor', '__proto__', 'model,model', '', ','].map(usage('group_by'))),
  entry('B168', 'buckets', [
    ...['bogus', '0 seconds', '-1 day', '1 microsecond', ''].map(usage('bucket')),
    refused('/analytics/usage?bucket=15m&days=365', 'start_time', 'range-too-wide'),
  ]),
  entry('B170', 'time zones', ['Mars/Olympus', "'; drop", 'UTC+25', '+05:45', '', '../../etc/localtime', 'x'.repeat(5_000)].map(usage('tz'))),
  entry('B171', 'paths into the payload', [unknown('/events?payload.a.b=1', 'payload.a.b'), unknown("/events?$.a%20?%20(=1", '$.a ? (')], 'no filter reaches into the payload'),
  entry('B173', 'patterns', [unknown('/events?regex=(a*)*b', 'regex'), ['512 characters', ask(`/events?q=${'a'.repeat(512)}`), 200], refused(`/events?q=${'a'.repeat(513)}`, 'q'), ['a pattern is text', ask('/events?q=(a*)*b%28%5B'), 200]], 'no pattern is read'),
  entry('B174', 'texts that cannot be stored', [
    ...['%00', '%ff', '%F0%9F', 'a%00b', '%ED%A0%80', '%c0%af'].map((text) => refused(`/events?event_type=${text}`, 'event_type')),
    refused('/events?session_id=%00', 'session_id'), refused('/events?q=%ff', 'q'), refused('/analytics/llm?model=%ff', 'model'),
    ['a percent sign that starts nothing is text', ask('/events?event_type=%'), 200],
  ]),
  entry('B175', 'ids that are none', [
    refused('/events/not-a-uuid', 'id'), refused('/events/01972a5e-9d80-7000-8000-00000000000', 'id'),
    refused("/events/01972a5e-9d80-7000-8000-000000000000'", 'id'), refused('/events/%7B01972a5e-9d80-7000-8000-000000000000%7D', 'id'),
    ['in capitals', ask('/events/01972A5E-9D80-7000-8000-000000000000'), 404, 'not-found'],
    ['the greatest', ask('/events/ffffffff-ffff-ffff-ffff-ffffffffffff'), 404, 'not-found'],
    ['the least', ask('/events/00000000-0000-0000-0000-000000000000'), 404, 'not-found'],
  ]),
  entry('B177', 'columns to choose', [unknown('/events?fields=key_hash,project_id,__proto__', 'fields')], 'answers have all fields'),
  entry('B179', 'many parameters', [
    refused(`/events?${many}`, 'a', 'duplicate-parameter'),
    ['8 KB', ask(`/events?q=${'a'.repeat(8_200)}`), 414, 'uri-too-long'],
    ['20 values', ask(`/events?event_type=${Array.from({ length: 20 }, (_none, index) => `a${index}`).join()}`), 200],
    refused(`/events?event_type=${Array.from({ length: 21 }, () => 'a').join()}`, 'event_type'), refused('/events?event_type=a,,b', 'event_type'),
  ]),
  entry('B183', 'many groups', [
    refused('/analytics/usage?group_by=user_id&limit=100000', 'limit'), refused('/analytics/usage?limit=0', 'limit'),
    refused('/events?min_risk=101', 'min_risk'), refused('/events?slow_ms=86400001', 'slow_ms'),
    refused('/events?status=4x', 'status'), refused('/events?status=499-400', 'status'), refused('/analytics/llm?compare=next', 'compare'),
  ]),
]
