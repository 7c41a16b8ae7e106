import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { Router, type RequestHandler } from 'express'

const assets = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png']

/** Nothing is loaded from, and nothing is sent to, any other origin. Swagger UI sets inline styles. */
const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** Answers with a document, which is written out once. */
export function serveOpenApi(document: object): RequestHandler {
  const body = JSON.stringify(document)
  return (_req, res) => {
    res.setHeader('Content-Type', 'application/json; charset=utf-8')
    res.end(body)
  }
}

/**
 * The page that shows the document at `documentPath`: Swagger UI, from the files of the npm package. Mount it:
 * `app.use('/docs', serveDocs('/openapi.json'))`.
 */
export function serveDocs(documentPath: string): RequestHandler {
  const require = createRequire(import.meta.url)
  const root = dirname(require.resolve('swagger-ui-dist/package.json'))
  const router = Router({ strict: true, caseSensitive: true })
  router.get('/', (req, res) => {
    res.setHeader('Content-Security-Policy', pagePolicy)
    res.type('html').end(page(req.baseUrl))
  })
  router.get('/start.js', (_req, res) => {
    res.type('js').end(startScript(documentPath))
  })
  for (const name of assets) {
    router.get(`/${name}`, (_req, res) => {
      res.setHeader('Cache-Control', 'public, max-age=3600')
      res.sendFile(name, { root })
    })
  }
  return router
}

function page(path: string): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Weir API</title>
    <link rel="stylesheet" href="${path}/swagger-ui.css">
    <link rel="icon" type="image/png" href="${path}/favicon-32x32.png">
  </head>
  <body>
    <div id="docs"></div>
    <script src="${path}/swagger-ui-bundle.js"></script>
    <script src="${path}/start.js"></script>
  </body>
</html>
`
}

/** `validatorUrl` would send the document to swagger.io. */
function startScript(documentPath: string): string {
  return `SwaggerUIBundle({
  url: ${JSON.stringify(documentPath)},
  dom_id: '#docs',
  deepLinking: true,
  validatorUrl: null,
})
`
}
