/** How a field's value is written. */
export type FieldForm =
  | 'value'
  | 'identifier'
  | 'event-type'
  | 'event-id'
  | 'timestamp'
  | 'level'
  | 'source'
  | 'service'
  | 'payload'

export interface WireField {
  /** `,"user_id":` */
  prefix: string
  form: FieldForm
}

/** The names that are not simply written as they are. */
const translated = [
  'component category action message method host path route country model provider operation cost',
  'durationMs upstreamMs ttftMs clientIp userAgent statusCode traceId spanId bytesIn bytesOut errorType',
  'errorMessage riskScore requestModel inputTokens outputTokens cachedTokens cacheWriteTokens reasoningTokens',
  'totalTokens tokensUsed cacheHit finishReason codeLength feedbackLength analysisCount analysisType',
  'responseId sampleRate securityType securityEvents clientId queryParams entityType errorCode',
].flatMap((line) => line.split(' '))

const specialForms: Readonly<Record<string, FieldForm>> = {
  eventType: 'event-type',
  eventId: 'event-id',
  sessionId: 'identifier',
  userId: 'identifier',
  apiKeyId: 'identifier',
  requestId: 'identifier',
  timestamp: 'timestamp',
  level: 'level',
  source: 'source',
  service: 'service',
  payload: 'payload',
}

const known = new Map<string, WireField>()
for (const name of translated) add(name, 'value')
for (const [name, form] of Object.entries(specialForms)) add(name, form)

function add(name: string, form: FieldForm): void {
  const wireName = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  const field = { prefix: `,"${wireName}":`, form }
  known.set(name, field)
  known.set(wireName, field)
}

/** Fields of a host's own, written as they are; emptied when a host invents names without end. */
const others = new Map<string, WireField>()
const maxOthers = 1_000

/** How a field is written. `undefined` for a name that Weir would refuse. */
export function wireFieldOf(name: string): WireField | undefined {
  return known.get(name) ?? others.get(name) ?? addOther(name)
}

function addOther(name: string): WireField | undefined {
  if (name === '__proto__') return undefined
  if (others.size >= maxOthers) others.clear()
  const field: WireField = { prefix: `,${JSON.stringify(name)}:`, form: 'value' }
  others.set(name, field)
  return field
}
