/** Kinds of activity, for filters and for what is kept how long. */
export const categories = [
  'llm',
  'api',
  'review',
  'analysis',
  'error',
  'authentication',
  'authorization',
  'user_management',
  'data_management',
  'system_management',
  'security',
  'workflow',
  'file_management',
  'configuration',
  'event',
] as const
export type Category = (typeof categories)[number]

/**
 * The event types that Weir knows, each with its category. Any other type is welcome: its category is
 * `event`, and its payload's well-known fields are lifted into columns all the same.
 */
export const knownEventTypes: Readonly<Record<string, Category>> = {
  review_started: 'review',
  review_completed: 'review',
  syntax_analysis_started: 'analysis',
  syntax_analysis_completed: 'analysis',
  llm_query_sent: 'llm',
  llm_feedback_received: 'llm',
  error_occurred: 'error',
  api_request: 'api',
  security_event: 'security',
  rate_limit_violation: 'security',
  authentication: 'authentication',
  authorization: 'authorization',
  oauth_authorize: 'authentication',
  oauth_token: 'authentication',
  oauth_refresh: 'authentication',
  oauth_revoke: 'authentication',
  oauth_error: 'authentication',
}

/** Other names of known types, as some senders use them. */
export const eventTypeAliases: Readonly<Record<string, string>> = {
  analysis_started: 'syntax_analysis_started',
  analysis_completed: 'syntax_analysis_completed',
}

/** The category of an event type. */
export function categoryOf(eventType: string): Category {
  if (Object.hasOwn(knownEventTypes, eventType)) return knownEventTypes[eventType] ?? 'event'
  return eventType.startsWith('oauth_') ? 'authentication' : 'event'
}

/** What becomes of an event type in a metric's label: known types by name, all others as one. */
export function boundedEventType(eventType: string): string {
  return Object.hasOwn(knownEventTypes, eventType) ? eventType : 'other'
}

/** Event types about an LLM that are no call of one: they name a model, and count as no query. */
export const llmRemarkTypes: readonly string[] = ['llm_feedback_received']

/** Whether an event is a call of a model: of the category `llm`, or naming a model, and no remark about one. */
export function isLlmQuery(event: {
  event_type: string
  category: string
  llm_model: string | null
}): boolean {
  return (event.category === 'llm' || event.llm_model !== null) && !llmRemarkTypes.includes(event.event_type)
}
