import { promisify } from 'node:util'
import { setRedactionRules, type Database } from '@weir/database'
import { adminActor, identityOf, keyOf, parseQuery, type RouteDescription } from '@weir/http'
import { redactionRules } from '@weir/redaction'
import express, { type RequestHandler } from 'express'
import { z } from 'zod'
import type { RedactionStore } from '../redaction/redaction-store.ts'

const readJson = promisify(express.json({ limit: '32kb', type: () => true }))
const noParameters = z.strictObject({})

/** GET /admin/redaction: the rules by which this producer redacts the events of the caller's project. */
export function getRedactionRoute(redaction: RedactionStore): RequestHandler {
  return (req, res) => {
    parseQuery(noParameters, req)
    res.json(redaction.of(keyOf(res).projectId).rules)
  }
}

/** PUT /admin/redaction: 200 with the new rules, which hold here at once and in every producer within 5 s. */
export function putRedactionRoute(db: Database, redaction: RedactionStore): RequestHandler {
  return async (req, res) => {
    parseQuery(noParameters, req)
    await readJson(req, res)
    const rules = redactionRules.parse(req.body)
    const { projectId, id: byKeyId } = keyOf(res)
    await setRedactionRules(db, projectId, rules, adminActor(req, res))
    await redaction.reload()
    identityOf(res).log.info({ projectId, byKeyId }, 'redaction rules set')
    res.json(rules)
  }
}

/** What OpenAPI says about them. */
export const redactionDescriptions: readonly RouteDescription[] = [
  {
    method: 'get',
    path: '/admin/redaction',
    scope: 'admin',
    summary: 'Show what is redacted',
    description: 'Of the events of the key’s project, before they are stored anywhere.',
    query: noParameters,
    response: { status: 200, description: 'The rules.', schema: redactionRules },
    problems: ['unknown-parameter', 'quota-exceeded'],
  },
  {
    method: 'put',
    path: '/admin/redaction',
    scope: 'admin',
    summary: 'Set what is redacted',
    description:
      'In place of all rules that the project had; what is left out has its default. They hold for what is sent ' +
      'from now on, in every producer within 5 s: what is stored stays as it is.',
    query: noParameters,
    body: { schema: redactionRules },
    response: { status: 200, description: 'The rules.', schema: redactionRules },
    problems: [
      'invalid-json',
      'validation-failed',
      'payload-too-large',
      'unknown-parameter',
      'quota-exceeded',
    ],
  },
]
