import { expect, test } from '@jest/globals'
import { createMetrics } from '@weir/runtime'
import { Router } from 'express'
import request from 'supertest'
import { createApp } from './create-app.ts'
import { countRequests, serveMetrics } from './metrics.ts'
import { notFound, sendProblem } from './send-problem.ts'

test('counts requests by the pattern of their route, and nothing that a sender made up', async () => {
  const metrics = createMetrics()
  const app = createApp()
  app.use(countRequests(metrics))
  app.get('/metrics', serveMetrics(metrics.registry))
  app.get('/events/:id', (_req, res) => void res.end())
  const admin = Router()
  admin.get('/keys', (_req, res) => void res.status(204).end())
  app.use('/admin', admin)
  app.use(notFound, sendProblem)

  for (const path of ['/events/1', '/events/2', '/nope/1', '/nope/2', '/admin/keys'])
    await request(app).get(path)
  await request(app).propfind('/events/1')
  const { text, headers } = await request(app).get('/metrics')
  expect(headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/)
  expect(
    text
      .split('\n')
      .filter((line) => line.startsWith('api_requests_total'))
      .toSorted(),
  ).toEqual([
    'api_requests_total{method="GET",route="/admin/keys",status_code="204"} 1',
    'api_requests_total{method="GET",route="/events/:id",status_code="200"} 2',
    'api_requests_total{method="GET",route="unmatched",status_code="404"} 2',
    'api_requests_total{method="OTHER",route="unmatched",status_code="404"} 1',
  ])
  expect(text).toContain('request_duration_seconds_count{method="GET",route="/events/:id"} 2')
  expect(text).toContain('request_duration_seconds_bucket{method="GET",route="/events/:id",le="+Inf"} 2')
})
