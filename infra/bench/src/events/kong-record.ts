/** What Kong logs of a request, without an id, so that none of many is a duplicate; `startedAt` is its time. */
export function makeKongRecord(index: number, startedAt: string | number) {
  return {
    request: {
      uri: `/orders/${index}?sort=asc`,
      method: 'GET',
      headers: { host: 'api.example', 'user-agent': 'curl/8.5.0', accept: '*/*' },
      size: 210,
    },
    response: {
      status: index % 50 === 0 ? 503 : 200,
      headers: { 'content-type': 'application/json' },
      size: 1_024,
    },
    latencies: { kong: 2, proxy: 41, request: 43, receive: 0 },
    route: { id: 'r1', name: 'orders' },
    service: { id: 's1', name: 'shop' },
    client_ip: '192.0.2.7',
    started_at: startedAt,
  }
}
