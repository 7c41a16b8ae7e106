import { expect, test } from '@jest/globals'
import express, { type Response } from 'express'
import request from 'supertest'
import { giveHeader, writeGivenHeaders } from './answer-headers.ts'

async function answerBy(answer: (res: Response) => void) {
  const app = express()
  writeGivenHeaders(app)
  app.get('/', (_req, res) => {
    giveHeader(res, 'X-Given', 'given')
    giveHeader(res, 'Cache-Control', 'no-store')
    answer(res)
  })
  const { status, headers, text } = await request(app).get('/')
  return {
    status,
    given: headers['x-given'],
    cache: headers['cache-control'],
    type: headers['content-type'],
    text,
  }
}

const type = 'text/plain; charset=utf-8'

test.each<[string, (res: Response) => void]>([
  ['a flat list', (res) => void res.writeHead(202, ['Content-Type', type]).end('x')],
  ['an object', (res) => void res.writeHead(202, { 'Content-Type': type }).end('x')],
  ['a reason and an object', (res) => void res.writeHead(202, 'Fine', { 'Content-Type': type }).end('x')],
  ['setHeader', (res) => void res.status(202).setHeader('Content-Type', type).end('x')],
  [
    'setHeader and a flat list',
    (res) => void res.setHeader('Connection', 'close').writeHead(202, ['Content-Type', type]).end('x'),
  ],
  ['Express', (res) => void res.status(202).set('Content-Type', type).end('x')],
])('an answer that sets its headers by %s has those that it was given, too', async (_how, answer) => {
  expect(await answerBy(answer)).toEqual({
    status: 202,
    given: 'given',
    cache: 'no-store',
    type,
    text: 'x',
  })
})

test('an answer without headers has those that it was given', async () => {
  expect(await answerBy((res) => void res.end('x'))).toMatchObject({ status: 200, given: 'given' })
})

test('what makes the answer may set such a header itself', async () => {
  const answer = await answerBy((res) => void res.setHeader('Cache-Control', 'public').json({}))
  expect(answer).toMatchObject({ given: 'given', cache: 'public' })
})
