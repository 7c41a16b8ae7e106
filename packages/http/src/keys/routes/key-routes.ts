import { promisify } from 'node:util'
import express, { type Request, type RequestHandler, type Response } from 'express'
import type { AdminActor, Database } from '@weir/database'
import { z } from 'zod'
import { parseParams, parseQuery, wholeNumber } from '../../parse-query.ts'
import { Problem } from '../../problem.ts'
import { identityOf } from '../../request-identity.ts'
import { createKey, listKeys, revokeKey, rotateKey } from '../manage-keys.ts'
import { keyOf } from '../require-key.ts'
import { newKeyBody, rotateKeyBody, toCreatedKeyAnswer, toKeyAnswer } from './key-schemas.ts'

const readJson = promisify(express.json({ limit: '16kb', type: () => true }))

/** A key's id in the path. */
export const keyPath = z.object({ id: z.string() })

/** The parameters of `GET /admin/keys`. */
export const keyListQuery = z.object({
  limit: wholeNumber(1, 1_000).default(100),
  after: z.string().optional().meta({ description: 'The `next_after` of the page before.' }),
})

/** POST /admin/keys: 201 with a new key of the caller's project, its text included this once. */
export function createKeyRoute(db: Database): RequestHandler {
  return async (req, res) => {
    const { allowed_ips, requests_per_minute, expires_at, ...rest } = newKeyBody.parse(
      await readBody(req, res),
    )
    const key = {
      ...rest,
      projectId: keyOf(res).projectId,
      allowedIps: allowed_ips,
      requestsPerMinute: requests_per_minute,
      expiresAt: expires_at,
    }
    const created = await createKey(db, key, adminActor(req, res))
    logChange(res, created.key.id, 'key created')
    res.status(201).json(toCreatedKeyAnswer(created))
  }
}

/** GET /admin/keys: the keys of the caller's project, the revoked ones too, in the order of the id. */
export function listKeysRoute(db: Database): RequestHandler {
  return async (req, res) => {
    const { limit, after } = parseQuery(keyListQuery, req)
    const keys = await listKeys(db, { projectId: keyOf(res).projectId, limit: limit + 1, after })
    const page = keys.slice(0, limit)
    res.json({ data: page.map(toKeyAnswer), next_after: keys.length > limit ? page.at(-1)?.id : undefined })
  }
}

/** POST /admin/keys/{id}/rotate: 201 with the successor of a valid key; the old one expires after the overlap. */
export function rotateKeyRoute(db: Database): RequestHandler {
  return async (req, res) => {
    const { id } = parseParams(keyPath, req)
    const { overlap_seconds, expires_at } = rotateKeyBody.parse((await readBody(req, res)) ?? {})
    const { projectId } = keyOf(res)
    const options = { projectId, overlapMs: overlap_seconds * 1_000, expiresAt: expires_at }
    const created = await rotateKey(db, id, options, adminActor(req, res))
    if (created === undefined) throw new Problem('not-found', 'There is no valid key with this id.')
    logChange(res, created.key.id, 'key rotated')
    res.status(201).json(toCreatedKeyAnswer(created))
  }
}

/** DELETE /admin/keys/{id}: 204 once the key is revoked; every process knows it within 5 s. */
export function revokeKeyRoute(db: Database): RequestHandler {
  return async (req, res) => {
    const { id } = parseParams(keyPath, req)
    const { projectId } = keyOf(res)
    if (!(await revokeKey(db, id, { projectId }, adminActor(req, res)))) {
      throw new Problem('not-found', 'There is no key with this id that is not revoked.')
    }
    logChange(res, id, 'key revoked')
    res.status(204).end()
  }
}

/** The parsed body; undefined when there is none. */
async function readBody(req: Request, res: Response): Promise<unknown> {
  await readJson(req, res)
  return req.body
}

/** Who sends a request, as the audit log has it. Comes after `requireKey`. */
export function adminActor(req: Request, res: Response): AdminActor {
  return { actor: keyOf(res).id, address: req.ip, requestId: identityOf(res).requestId }
}

/** The line of the log beside the row of the audit log. */
function logChange(res: Response, keyId: string, message: string): void {
  identityOf(res).log.info({ keyId, byKeyId: keyOf(res).id }, message)
}
