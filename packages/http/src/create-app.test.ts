import { expect, test } from '@jest/globals'
import type { RequestHandler } from 'express'
import request from 'supertest'
import { createApp } from './create-app.ts'
import { Problem } from './problem.ts'
import { notFound, sendProblem } from './send-problem.ts'

function appWith(...before: RequestHandler[]) {
  const passed: string[] = []
  const noting: RequestHandler = (_req, _res, next) => {
    passed.push('last')
    next()
  }
  const app = createApp({ before: [...before, noting] })
  app.get('/a', (_req, res) => res.json(passed))
  app.use(notFound)
  app.use(sendProblem)
  return { app, passed }
}

test('what every request passes comes in its order, anew for each of them', async () => {
  const { app, passed } = appWith((_req, _res, next) => {
    passed.push('first')
    next()
  })
  await request(app).get('/a').expect(200, ['first', 'last'])
  await request(app).get('/a').expect(200, ['first', 'last', 'first', 'last'])
  await request(app).get('/b').expect(404)
})

test.each<[string, RequestHandler]>([
  ['says', (_req, _res, next) => next(new Problem('bad-request', 'Not this one.'))],
  [
    'throws',
    () => {
      throw new Problem('bad-request', 'Not this one.')
    },
  ],
])('nothing comes after one that %s an error', async (_how, handler) => {
  const { app, passed } = appWith(handler)
  const { body } = await request(app).get('/a').expect(400)
  expect(body).toMatchObject({ detail: 'Not this one.' })
  expect(passed).toEqual([])
})
