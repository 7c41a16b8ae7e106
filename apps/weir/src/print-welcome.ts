import { styleText } from 'node:util'
import type { KeyNews } from './first-key.ts'
import type { Addresses } from './config.ts'
import { toUrl } from './services.ts'

/** What a person sees when everything runs. */
export interface Welcome {
  addresses: Addresses
  store: { description: string }
  usesRedis: boolean
  key: KeyNews
}

const sample =
  '{"event_type":"llm_query_sent","session_id":123,"payload":{"model":"gpt-4o","tokens_used":1299,"cost":0.0123,"latency_ms":873,"user_id":"user-001"}}'

const makeKey = 'npm run --silent weir -- keys create --name my-gateway --scopes ingest,read'

/** What runs where, and lines to paste into a shell. */
export function describeRun({ addresses, store, usesRedis, key }: Welcome): string {
  const [producer, query] = [toUrl(addresses.producer), toUrl(addresses.query)]
  const header = `-H "X-API-Key: ${shownKey(key)}"`
  return [
    '',
    styleText('bold', 'Weir is running.'),
    '',
    `  send events    ${producer}/log`,
    `  read answers   ${query}/events, ${query}/analytics/usage`,
    `  all routes     ${query}/docs`,
    `  health         ${producer}/health, ${query}/health, ${toUrl(addresses.consumer)}/health`,
    `  data           ${store.description}; the queue is in ${usesRedis ? 'Redis' : 'PostgreSQL'}`,
    '',
    'Send an event:',
    `  curl -sS ${producer}/log ${header} -H 'Content-Type: application/json' -d '${sample}'`,
    '',
    'Read it, and what it adds up to:',
    `  curl -sS '${query}/events?limit=5' ${header}`,
    `  curl -sS '${query}/analytics/usage?days=7' ${header}`,
    '',
    'Ctrl-C stops everything; the data stays.',
    '',
  ].join('\n')
}

/** The key as the lines for the shell have it. */
export function shownKey(key: KeyNews): string {
  if (key.kind === 'created') return key.text
  return key.kind === 'environment' ? `$${key.variable}` : '$API_KEY'
}

/** What a person has to know about the keys: a new one is shown this once. */
export function describeKey(key: KeyNews): string {
  return ['', ...keyLines(key)].join('\n')
}

function keyLines(key: KeyNews): string[] {
  if (key.kind === 'environment') {
    return [`The lines below use the key in $${key.variable}. More: npm run weir -- keys create --help`]
  }
  if (key.kind === 'created') {
    return [
      'Your first key. It may do everything and is stored nowhere: keep it.',
      `  ${styleText('bold', key.text)}`,
      'More, with fewer rights: npm run weir -- keys create --name my-gateway --scopes ingest',
    ]
  }
  return [
    'The lines below use $API_KEY. Export the text of one of these keys, if you kept it:',
    ...key.prefixes.map((prefix) => `  ${prefix}`),
    'or make another:',
    `  export API_KEY=$(${makeKey})`,
  ]
}
