import type { Transaction } from 'kysely'
import type { Schema } from './schema.ts'

/** Who does something that an auditor asks about, and from where. */
export interface AdminActor {
  /** The id of a key, or `cli`, `environment`, `first-start`, `program`. */
  actor: string
  /** The address of the request. */
  address?: string | undefined
  requestId?: string | undefined
}

/** What was done, and to what. */
export interface AdminAction {
  /** `key.create`, `key.rotate`, …: the kind of thing, a dot, what happens to it. */
  action: string
  /** The id of the thing. */
  target: string
  /** The project whose administrators see it; left out for what belongs to none. */
  projectId?: number | undefined
  /** What else there is to know. Never a secret. */
  details?: Readonly<Record<string, unknown>> | undefined
}

/**
 * Writes an action into the audit log, in the transaction that does it: there is no action without its row, and no row
 * of an action that was rolled back. Rows can only be added.
 */
export async function recordAdminAction(
  transaction: Transaction<Schema>,
  by: AdminActor,
  { action, target, projectId, details = {} }: AdminAction,
): Promise<void> {
  await transaction
    .insertInto('audit_log')
    .values({
      project_id: projectId ?? null,
      actor: by.actor,
      action,
      target,
      address: by.address ?? null,
      request_id: by.requestId ?? null,
      details: JSON.stringify(details),
    })
    .execute()
}
