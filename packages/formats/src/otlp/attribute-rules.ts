import { rule, type Convert, type Rule } from '../mapping.ts'
import { toCount, toText } from '../values.ts'

/** A line of a table: a field, and the attributes that may hold it, the first of which wins. */
export function attributes(to: string, names: readonly string[], as?: Convert): Rule {
  const pointers = names.map((name) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`)
  return rule(to, pointers, as)
}

/** The same for a number of tokens. */
export function tokens(to: string, names: readonly string[]): Rule {
  return attributes(to, names, toCount)
}

/** Who did it, on spans and log records of every kind. */
export const identityRules: readonly Rule[] = [
  attributes(
    'user_id',
    ['user.id', 'langfuse.user.id', 'enduser.id', 'ai.telemetry.metadata.userId'],
    toText,
  ),
  attributes(
    'session_id',
    ['session.id', 'langfuse.session.id', 'gen_ai.conversation.id', 'ai.telemetry.metadata.sessionId'],
    toText,
  ),
  // OpenRouter, also below what it says of the trace, and the callback of LiteLLM.
  attributes(
    'api_key_id',
    [
      'api_key_id',
      'openrouter.api_key_name',
      'trace.metadata.openrouter.api_key_name',
      'metadata.user_api_key_alias',
      'metadata.user_api_key_hash',
    ],
    toText,
  ),
]
