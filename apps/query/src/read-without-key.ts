import type { ApiKey } from '@weir/http'
import type { RequestHandler } from 'express'

const nobody: ApiKey = {
  id: 'without-key',
  // The first project, which `API_KEY` belongs to as well.
  projectId: 1,
  name: 'without a key',
  environment: 'local',
  scopes: ['read'],
  requestsPerMinute: undefined,
  expiresAt: undefined,
  revokedAt: undefined,
  allowedAddresses: undefined,
}

/** Lets everybody read the first project, in place of `requireKey`: for a demo on this machine only. */
export const readWithoutKey: RequestHandler = (_req, res, next) => {
  res.locals['apiKey'] = nobody
  next()
}
