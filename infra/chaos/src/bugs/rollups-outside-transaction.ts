import { rewriteQueries } from './rewrite-queries.ts'

// The events are committed before their rollups are written.
rewriteQueries((text, send) => {
  if (text.startsWith('copy rollup_deltas ')) {
    send('commit')
    send('begin')
  }
  return text
})
