import { expect, test } from '@jest/globals'
import { createTestWeir } from './testing.ts'
import type { Weir } from './create-weir.ts'
import type { WeirOptions } from './core/options.ts'

async function logged(log: (weir: Weir) => void, options: WeirOptions = {}) {
  const { weir, server, clock } = createTestWeir(options)
  log(weir)
  await clock.advance(100)
  return server.events
}

test('messages have a level, the component of the call, and any fields', async () => {
  const events = await logged((weir) => {
    // Taken out of the object, as functions.
    const { logInfo, logWarning, logCritical } = weir
    logInfo('stored', 'billing', { requestId: 'r1' })
    logWarning('memory', { component: 'cache', memory_mb: 512 })
    logCritical('down')
  })
  expect(events).toMatchObject([
    { event_type: 'log', level: 'info', message: 'stored', component: 'billing', request_id: 'r1' },
    { level: 'warning', message: 'memory', component: 'cache', memory_mb: 512 },
    { level: 'critical', message: 'down' },
  ])
})

test.each([
  ['TRACE', 6],
  ['debug', 5],
  ['INFO', 4],
  ['warn', 3],
  ['ERROR', 2],
  ['CRITICAL', 1],
])('from level %s on there are %d messages; events are always logged', async (level, count) => {
  const events = await logged(
    (weir) => {
      weir.logTrace('a')
      weir.logDebug('b')
      weir.logInfo('c')
      weir.logWarning('d')
      weir.logError('e')
      weir.logCritical('f')
      weir.logLlmQuery({ model: 'm' })
    },
    { level },
  )
  expect(events).toHaveLength(count + 1)
})

test('an error says its type, message, stack, code and causes', async () => {
  const error = Object.assign(new RangeError('too far', { cause: new Error('inner', { cause: 'root' }) }), {
    code: 'E_FAR',
  })
  const [first, second, third] = await logged((weir) => {
    weir.logError(error, 'router', { userId: 'u' })
    weir.logError('could not store', 'db', { error })
    weir.logError({ odd: true })
  })
  expect(first).toMatchObject({
    event_type: 'error_occurred',
    level: 'error',
    component: 'router',
    user_id: 'u',
    message: 'too far',
    error_type: 'RangeError',
    error_message: 'too far',
    error_code: 'E_FAR',
    stack: expect.stringContaining('events.test.ts'),
    causes: ['Error: inner', 'root'],
  })
  expect(second).toMatchObject({ message: 'could not store', error_type: 'RangeError', component: 'db' })
  expect(second).not.toHaveProperty('error')
  expect(third).toMatchObject({ error_type: 'object', error_message: '{"odd":true}' })
})

test('each helper logs the event that it is named for', async () => {
  const events = await logged((weir) => {
    weir.logReviewStarted({ sessionId: 1, userId: 'u', language: 'ts', codeLength: 10 })
    weir.logAnalysisStarted({ sessionId: 1, analysisType: 'syntax' })
    weir.logAnalysisCompleted({ sessionId: 1, results: { issues: 2 } })
    weir.logLlmQuery({
      sessionId: 1,
      provider: 'openai',
      model: 'gpt-4o',
      tokensUsed: 1_299,
      cost: '0.0123',
      durationMs: 873,
    })
    weir.logLlmFeedback({ sessionId: 1, model: 'gpt-4o', feedbackLength: 40 })
    weir.logReviewCompleted({ sessionId: 1, analysisCount: 1, success: true })
    weir.logRequest({ method: 'GET', path: '/a', clientIp: '10.0.0.1', host: 'h' })
    weir.logResponse({ statusCode: 404, durationMs: 4, traceId: 't' })
    weir.logApiCall({ method: 'GET', path: '/a', statusCode: 503, durationMs: 9 })
    weir.logAuthenticationEvent({ action: 'login', userId: 'u', success: false })
    weir.logSecurityEvent({
      securityType: 'IP_BLOCKED',
      description: 'blocked',
      severity: 'HIGH',
      riskScore: 75,
    })
  })
  expect(events).toMatchObject([
    { event_type: 'review_started', session_id: '1', user_id: 'u', language: 'ts', code_length: 10 },
    { event_type: 'syntax_analysis_started', analysis_type: 'syntax' },
    { event_type: 'syntax_analysis_completed', results: { issues: 2 } },
    {
      event_type: 'llm_query_sent',
      provider: 'openai',
      model: 'gpt-4o',
      tokens_used: 1_299,
      cost: '0.0123',
      duration_ms: 873,
    },
    { event_type: 'llm_feedback_received', model: 'gpt-4o', feedback_length: 40 },
    { event_type: 'review_completed', analysis_count: 1, success: true },
    { event_type: 'request_started', method: 'GET', path: '/a', client_ip: '10.0.0.1', host: 'h' },
    { event_type: 'request_completed', level: 'warning', status_code: 404, trace_id: 't' },
    { event_type: 'api_request', level: 'error', status_code: 503, duration_ms: 9 },
    { event_type: 'authentication', level: 'warning', action: 'login', success: false },
    {
      event_type: 'security_event',
      level: 'error',
      action: 'SECURITY_EVENT',
      message: 'blocked',
      security_type: 'IP_BLOCKED',
      risk_score: 75,
    },
  ])
})
