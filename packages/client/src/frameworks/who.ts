import type { Identifier } from '../core/event-fields.ts'

/** What authentication and session middleware leave behind; every part may be anything. */
export interface Carrier {
  user?: unknown
  auth?: unknown
  session?: unknown
  sessionID?: unknown
}

/** The id of a user object of passport, express-jwt, @fastify/jwt and their like. */
export function userIdOf({ user, auth }: Carrier): Identifier {
  return idOf(user, ['id', '_id', 'sub', 'userId', 'user_id']) ?? idOf(auth, ['userId', 'sub'])
}

export function sessionIdOf({ sessionID, session }: Carrier): Identifier {
  return toIdentifier(sessionID) ?? idOf(session, ['id', 'sessionId'])
}

function idOf(holder: unknown, names: readonly string[]): Identifier {
  if (typeof holder !== 'object' || holder === null) return undefined
  for (const name of names) {
    const id = toIdentifier((holder as Record<string, unknown>)[name])
    if (id !== undefined) return id
  }
  return undefined
}

function toIdentifier(value: unknown): string | number | undefined {
  return (typeof value === 'string' && value !== '') || typeof value === 'number' ? value : undefined
}
