/** Why there is no room: the journal's own limit, the disk's free space, or appends that wait for a slow disk. */
export type FullReason = 'max-bytes' | 'disk' | 'queue'

/** There is no room for the batch now. Nothing of it is kept; the sender may try again later (503, `Retry-After`). */
export class JournalFullError extends Error {
  override readonly name = 'JournalFullError'
  readonly reason: FullReason

  constructor(reason: FullReason, message: string, options?: ErrorOptions) {
    super(message, options)
    this.reason = reason
  }
}

/**
 * The batch could not be made durable, or the journal is broken or closed.
 *
 * The batch is not acknowledged, yet its bytes may have reached the disk: it may come back at the next start.
 */
export class JournalWriteError extends Error {
  override readonly name = 'JournalWriteError'
}

/** The frame is not there any more, or its bytes do not match its checksum. */
export class JournalReadError extends Error {
  override readonly name = 'JournalReadError'
}

/** Another journal, in this process or another, owns the directory; the message says which. */
export class JournalLockedError extends Error {
  override readonly name = 'JournalLockedError'
}

/** Codes after which room may come back by itself. */
export const fullCodes = new Set(['ENOSPC', 'EDQUOT'])

/** Codes that say nothing about the disk's health: the process or the machine is short of something. */
const transientCodes = new Set([...fullCodes, 'EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN', 'EINTR'])

export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

export function isTransient(error: unknown): boolean {
  return transientCodes.has(errorCode(error) ?? '')
}

/** The error that an append is rejected with, for what the file system said. */
export function toAppendError(cause: unknown): JournalFullError | JournalWriteError {
  if (fullCodes.has(errorCode(cause) ?? '')) {
    return new JournalFullError('disk', `The disk has no room for the journal: ${String(cause)}`, { cause })
  }
  return new JournalWriteError(`The journal could not be written: ${String(cause)}`, { cause })
}
