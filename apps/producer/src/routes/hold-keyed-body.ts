import {
  hasPresentedKey,
  isBlocked,
  readPresentedKey,
  type KeyVerifier,
  type PresentedKeys,
} from '@weir/http'
import type { Request, RequestHandler, Response } from 'express'
import type { Admission, BodyHold } from '../admission.ts'
import type { IntakeLimits } from '../intake-request.ts'
import { readAway, readBody } from '../read-body.ts'

/** Most bytes that are read, before and after decompression, of a sender that nobody knows yet. */
const maxUnknownBytes = 1_048_576

/** A body that was read to find the key in it, and what it holds of the producer's memory. */
interface HeldBody {
  body: Buffer
  hold: BodyHold
  key: string | undefined
}

export interface HoldOptions {
  keys: KeyVerifier
  admission: Pick<Admission, 'enter'>
  limits: Pick<IntakeLimits, 'maxBodyBytes'>
}

/**
 * Reads the body of a request that has no key elsewhere, for the senders that put it there. The only place where
 * anything of a stranger is parsed: at most 1 MiB, within what all bodies may take, and nothing from an address that
 * has failed too often.
 */
export function holdKeyedBody({ keys, admission, limits }: HoldOptions): RequestHandler {
  return async (req, res, next) => {
    if (hasPresentedKey(req) || isBlocked(keys, req)) return next()
    let hold: BodyHold
    try {
      hold = admission.enter()
    } catch (error) {
      await readAway(req, limits.maxBodyBytes)
      throw error
    }
    res.once('close', () => hold.release())
    const body = await readBody(req, Math.min(limits.maxBodyBytes, maxUnknownBytes), hold)
    const held: HeldBody = { body, hold, key: findKey(body) }
    res.locals['heldBody'] = held
    next()
  }
}

/** For `requireKey`: the key of the body that is held, else that of the request. */
export function readHeldKey(req: Request, res: Response): PresentedKeys | undefined {
  const key = heldBodyOf(res)?.key
  return key === undefined ? readPresentedKey(req, true) : [key]
}

/** The body that `holdKeyedBody` has read; undefined where it read none. */
export function heldBodyOf(res: Response): HeldBody | undefined {
  // Express types locals as `any`; nothing else writes this one.
  const held: HeldBody | undefined = res.locals['heldBody']
  return held
}

/** PostHog's `api_key`, Segment's `writeKey`, and `token`, as PostHog's older clients call it. */
function findKey(body: Buffer): string | undefined {
  let read: unknown
  try {
    read = JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
  const first: unknown = Array.isArray(read) ? read[0] : read
  if (typeof first !== 'object' || first === null) return undefined
  const {
    api_key: apiKey,
    writeKey,
    token,
  }: { api_key?: unknown; writeKey?: unknown; token?: unknown } = first
  const key = apiKey ?? writeKey ?? token
  return typeof key === 'string' && /^[!-~]{1,256}$/.test(key) ? key : undefined
}
