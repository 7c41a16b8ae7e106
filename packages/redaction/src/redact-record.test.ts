import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { redactRecord } from './redact-record.ts'
import { redactionRules, type ProjectRedaction } from './rules.ts'
import { aJwt, aPem, secretTexts, word } from './testing-secrets.ts'

const secret = `sk-${word(40)}`

function redaction(rules: object = {}, projectId = 1): ProjectRedaction {
  return { projectId, rules: redactionRules.parse(rules), hashKey: 'of the tests' }
}

function redact(record: unknown, rules: object = {}): unknown {
  return redactRecord(record, redaction(rules)).value
}

test.each([
  'password',
  'Passwd',
  'user_password',
  'secret',
  'client_secret',
  'clientSecret',
  'token',
  'access_token',
  'refreshToken',
  'id-token',
  'Authorization',
  'Proxy-Authorization',
  'cookie',
  'Set-Cookie',
  'X-API-Key',
  'api_key',
  'apikey',
  'OPENAI_API_KEY',
  'x-portkey-config',
  'x-portkey-api-key',
  'private_key',
  'privateKey',
  'sanitized_items',
  'ai.sanitizer.sanitized_items',
  'http.request.header.authorization',
  'http.request.header.set-cookie',
  'aws_secret_access_key',
  'db.connection_string',
  'x-amz-security-token',
])('what is called %s is secret, as text, number, list or object', (name) => {
  const masked = '[redacted:secret_field]'
  for (const value of ['hunter22', ['a', 'b'], { a: 1 }]) {
    expect(redact({ payload: { headers: { [name]: value } } })).toEqual({
      payload: { headers: { [name]: masked } },
    })
    expect(redact({ [name]: value })).toEqual({ [name]: masked })
  }
})

test.each([
  'tokens_used',
  'prompt_tokens',
  'max_tokens',
  'total_tokens',
  'token_type',
  'token_count',
  'input_tokens',
  'tokens',
  'passwordless',
  'secretary',
  'cookie_consent',
  'api_key_alias',
  'user_api_key_hash',
  'next_page_token',
  'finish_reason',
  'private',
  'key',
  'authorized',
  'cache_key_hit',
  'keyword',
  'message',
  'model',
  'author',
])('what is called %s is not', (name) => {
  for (const value of ['hunter22', 17, true, null])
    expect(redact({ a: { [name]: value } })).toEqual({ a: { [name]: value } })
})

test('flags, nothing, and what was redacted before are no secrets', () => {
  const record = {
    password: true,
    secret: null,
    token: '',
    api_key: 'REDACTED',
    cookie: '****',
    authorization: '[redacted:jwt]',
  }
  const { value, counts } = redactRecord(record, redaction())
  expect(value).toBe(record)
  expect(counts).toBeUndefined()
})

test('headers in lists of names and values are found', () => {
  const headers = [
    { name: 'Authorization', value: 'hunter22' },
    ['Cookie', 'a=b'],
    ['Accept', '*/*'],
    { key: 'token', value: 't' },
  ]
  expect(redact({ payload: { headers } })).toEqual({
    payload: {
      headers: [
        { name: 'Authorization', value: '[redacted:secret_field]' },
        ['Cookie', '[redacted:secret_field]'],
        ['Accept', '*/*'],
        { key: 'token', value: '[redacted:secret_field]' },
      ],
    },
  })
})

test('the configuration that Portkey sends in clear is masked, and so it is as JSON in a text', () => {
  const config = JSON.stringify({ provider: 'openai', api_key: 'no known form' })
  expect(redact({ payload: { request: { headers: { 'x-portkey-config': config } } } })).toEqual({
    payload: { request: { headers: { 'x-portkey-config': '[redacted:secret_field]' } } },
  })
  expect(redact({ payload: { note: config } })).toEqual({
    payload: { note: JSON.stringify({ provider: 'openai', api_key: '[redacted:secret_field]' }) },
  })
  expect(
    JSON.stringify(redact({ payload: { note: JSON.stringify(JSON.stringify({ a: config })) } })),
  ).not.toContain('known form')
  expect(JSON.stringify(redact({ payload: { note: `config: ${config}` } }))).not.toContain('no known form')
})

test('JSON in a text stays as it was written when nothing is found in it', () => {
  const record = { payload: { note: '{ "big": 12345678901234567890, "x": [1.0] }' } }
  expect(redactRecord(record, redaction()).value).toBe(record)
})

test('names of fields that hold a secret are hashed, so that none is lost', () => {
  const value = redact({
    payload: { 'ann@example.com': 1, 'bob@example.com': 2, [secret]: 3, __proto__x: 4 },
  })
  const text = JSON.stringify(value)
  expect(text).not.toContain('example.com')
  expect(text).not.toContain(secret)
  expect(Object.keys((value as { payload: object }).payload)).toHaveLength(4)
})

test('an e-mail address that is an id is hashed: the same is the same, in its project only', () => {
  const at = (user_id: string, projectId = 1) =>
    (redactRecord({ user_id, payload: {} }, redaction({}, projectId)).value as { user_id: string }).user_id
  expect(at('ann@example.com')).toMatch(/^\[email~[0-9a-f]{24}\]$/)
  expect(at('Ann@Example.com')).toBe(at('ann@example.com'))
  expect(at('bob@example.com')).not.toBe(at('ann@example.com'))
  expect(at('ann@example.com', 2)).not.toBe(at('ann@example.com'))
  expect(at('user-7')).toBe('user-7')
})

test('ids are hashed where others are masked, the number of a card and a key among them', () => {
  expect(redact({ session_id: 4_111_111_111_111_111, event_id: secret, payload: { user_id: aJwt } })).toEqual(
    {
      session_id: expect.stringMatching(/^\[card~/),
      event_id: expect.stringMatching(/^\[provider_key~/),
      payload: { user_id: expect.stringMatching(/^\[jwt~/) },
    },
  )
})

test('a key that stands where the id of one belongs is hashed: calls by two keys stay apart', () => {
  const at = (api_key_id: string) =>
    (redactRecord({ api_key_id, payload: {} }, redaction({})).value as { api_key_id: string }).api_key_id
  expect(at(secret)).toMatch(/^\[provider_key~[0-9a-f]{24}\]$/)
  expect(at(`${secret}a`)).not.toBe(at(secret))
  expect(at('key-7')).toBe('key-7')
})

test('ids may be kept, masked or dropped; what a retry is known by is still one of its own', () => {
  const record = {
    user_id: 'ann@example.com',
    event_id: 'ann@example.com',
    payload: { to: 'ann@example.com' },
  }
  const masked = { to: '[redacted:email]' }
  expect(redact(record, { identities: 'keep' })).toEqual({ ...record, payload: masked })
  expect(redact(record, { identities: 'mask' })).toEqual({
    user_id: '[redacted:email]',
    event_id: expect.stringMatching(/^\[email~/),
    payload: masked,
  })
  expect(redact(record, { identities: 'drop' })).toEqual({
    event_id: expect.stringMatching(/^\[email~/),
    payload: masked,
  })
})

test('an event stays valid: a type that was a secret has a placeholder, a long source too, a long id is hashed', () => {
  const long = `${'x'.repeat(240)} ann@example.com`
  expect(
    redact({ event_type: secret, source: `${'x'.repeat(64)} ann@example.com`, session_id: long }),
  ).toEqual({
    event_type: 'redacted',
    source: 'redacted',
    session_id: expect.stringMatching(/^.{1,256}$/),
  })
  expect(redact({ event_type: secret, source: secret, user_id: secret }, { secrets: 'drop' })).toEqual({
    event_type: 'redacted',
    user_id: expect.stringMatching(/^\[provider_key~/),
  })
})

test.each<[object, unknown]>([
  [{}, { to: '[redacted:email]', card: '[redacted:card]', password: '[redacted:secret_field]' }],
  [{ emails: 'drop', cards: 'drop', secrets: 'drop' }, {}],
  [
    { emails: 'keep' },
    { to: 'ann@example.com', card: '[redacted:card]', password: '[redacted:secret_field]' },
  ],
  [
    { emails: 'hash', cards: 'hash', secrets: 'hash' },
    {
      to: expect.stringMatching(/^\[email~/),
      card: expect.stringMatching(/^\[card~/),
      password: expect.stringMatching(/^\[secret_field~/),
    },
  ],
])('the rules %j are followed', (rules, expected) => {
  expect(redact({ to: 'ann@example.com', card: 4_111_111_111_111_111, password: 'p' }, rules)).toEqual(
    expected,
  )
})

const chat = { model: 'gpt-4o', messages: [{ role: 'user', content: 'secret plans' }], temperature: 1 }
const answer = { id: 'c1', choices: [{ message: { content: 'secret plans' } }], usage: { prompt_tokens: 7 } }

test.each<[string, object, object]>([
  ['prompt and completion', { prompt: 'p', completion: 'c', x: 1 }, { x: 1 }],
  [
    'a request and a response',
    { request: { body: chat }, response: answer },
    {
      request: { body: { model: 'gpt-4o', temperature: 1 } },
      response: { id: 'c1', usage: { prompt_tokens: 7 } },
    },
  ],
  [
    'bodies as text',
    { model: 'm', request_body: JSON.stringify(chat), response_body: 'secret plans' },
    { model: 'm', request_body: '{"model":"gpt-4o","temperature":1}' },
  ],
  [
    'input and output of a model',
    { model: 'm', input: 'secret plans', output: ['secret plans'] },
    { model: 'm' },
  ],
  [
    'OpenTelemetry',
    {
      'gen_ai.input.messages': '[]',
      'gen_ai.prompt.0.content': 'x',
      'gen_ai.prompt.0.role': 'user',
      'gen_ai.usage.input_tokens': 3,
    },
    { 'gen_ai.prompt.0.role': 'user', 'gen_ai.usage.input_tokens': 3 },
  ],
  [
    'OpenInference and Vercel',
    {
      'llm.input_messages.0.message.content': 'x',
      'input.value': 'x',
      'ai.response.text': 'x',
      'llm.model_name': 'm',
    },
    { 'llm.model_name': 'm' },
  ],
  ['messages of a model, without its name', { messages: chat.messages }, {}],
])('the content of %s is dropped, the rest is kept', (_name, payload, expected) => {
  expect(redact({ event_type: 'api_request', payload })).toEqual({
    event_type: 'api_request',
    payload: expected,
  })
})

test('what is called so in other events is no content', () => {
  const record = {
    event_type: 'api_request',
    payload: {
      input: 'x',
      output: 'y',
      query: 'a',
      messages: ['started', 'ended'],
      choices: 3,
      response: 'ok',
      prompts: 2,
    },
  }
  expect(redact(record)).toEqual(record)
  expect(redact({ event_type: 'llm_query_sent', payload: { query: 'x', input: 3 } })).toEqual({
    event_type: 'llm_query_sent',
    payload: { input: 3 },
  })
})

test('a project may keep content; what is secret in it is still taken out', () => {
  expect(
    redact({ payload: { prompt: 'mail ann@example.com', messages: chat.messages } }, { content: 'keep' }),
  ).toEqual({
    payload: { prompt: 'mail [redacted:email]', messages: chat.messages },
  })
  expect(redact({ payload: { prompt: 'x' } }, { content: 'mask' })).toEqual({
    payload: { prompt: '[redacted:content]' },
  })
})

test('addresses of clients are kept, or truncated wherever headers say them', () => {
  const record = {
    payload: {
      client_ip: '203.0.113.77',
      headers: {
        'X-Forwarded-For': '203.0.113.77, 2001:db8:1:2::3',
        forwarded: 'for="203.0.113.77:123";proto=http',
      },
      host: '10.1.2.3',
    },
  }
  expect(redact(record)).toEqual(record)
  expect(redact(record, { addresses: 'truncate' })).toEqual({
    payload: {
      client_ip: '203.0.113.0',
      headers: {
        'X-Forwarded-For': '203.0.113.0, 2001:db8:1::',
        forwarded: 'for="203.0.113.0:123";proto=http',
      },
      host: '10.1.2.3',
    },
  })
  expect(redact({ ip: '::ffff:203.0.113.77' }, { addresses: 'truncate' })).toEqual({
    ip: '::ffff:203.0.113.0',
  })
  expect(redact({ ip: '::1' }, { addresses: 'truncate' })).toEqual({ ip: '::' })
  expect(redact({ ip: '203.0.113.77' }, { addresses: 'mask' })).toEqual({ ip: '[redacted:address]' })
})

test('a project may name more fields and prefixes', () => {
  const rules = { key_names: ['Tax-ID'], prefixes: ['acme_'] }
  expect(redact({ taxId: 17, note: 'acme_x' }, rules)).toEqual({
    taxId: '[redacted:secret_field]',
    note: '[redacted:custom]',
  })
  expect(Object.keys(redact({ acme_y: 1 }, rules) as object)).toEqual([expect.stringMatching(/^\[custom~/)])
})

test('what is found is counted, and where is told', () => {
  const paths: string[] = []
  const { counts } = redactRecord(
    { payload: { to: ['ann@example.com', 'bob@example.com'], a: { password: 'p' } } },
    redaction(),
    (kind, path) => paths.push(`${kind} ${path.join('.')}`),
  )
  expect(counts).toEqual({ email: 2, secret_field: 1 })
  expect(paths).toEqual(['email payload.to.0', 'email payload.to.1', 'secret_field payload.a.password'])
})

test('neither depth nor names of Object.prototype are a way around', () => {
  const deep = JSON.parse(`${'{"a":'.repeat(30)}${JSON.stringify(aPem)}${'}'.repeat(30)}`) as unknown
  expect(JSON.stringify(redact(deep))).not.toContain(word(40))
  const deeper = JSON.parse(`${'['.repeat(5_000)}${JSON.stringify(secret)}${']'.repeat(5_000)}`) as unknown
  expect(JSON.stringify(redact(deeper))).not.toContain(secret)
  const odd = JSON.parse(
    `{"__proto__":{"x":"${secret}"},"constructor":"${secret}","hasOwnProperty":1}`,
  ) as unknown
  const text = JSON.stringify(redact(odd))
  expect(text).not.toContain(secret)
  expect(text).toContain('__proto__')
  let nested = JSON.stringify({ a: secret })
  for (let i = 0; i < 12; i += 1) nested = JSON.stringify({ a: nested })
  expect(JSON.stringify(redact({ payload: { nested } }))).not.toContain(word(40))
})

test('no planted secret is left in any record, and redacting again changes nothing', () => {
  const planted = fc.constantFrom(...secretTexts).map(([text]) => text)
  const leaf = fc.oneof(planted, fc.string(), fc.integer(), fc.boolean(), fc.constant(null))
  const name = fc.oneof(
    fc.string({ maxLength: 8 }),
    planted,
    fc.constantFrom('user_id', 'source', 'payload', 'model', 'input', 'headers'),
  )
  const tree = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(name, tie('value'), { maxKeys: 4 }),
      tie('value').map((value) => JSON.stringify(value)),
    ),
  })).value
  fc.assert(
    fc.property(tree, (value) => {
      const before = JSON.stringify(value)
      const once = redactRecord({ payload: { value } }, redaction())
      expect(JSON.stringify(value)).toBe(before)
      const again = redactRecord(once.value, redaction())
      expect([again.counts, JSON.stringify(again.value)]).toEqual([undefined, JSON.stringify(once.value)])
    }),
    { numRuns: 2_000 },
  )
})
