export {
  Problem,
  problemContentType,
  problemKinds,
  toProblemBody,
  type FieldError,
  type ProblemBody,
  type ProblemKind,
  type ProblemOptions,
} from './problem.ts'
export { toFieldErrors, toPointer, toProblem } from './to-problem.ts'
export { methodNotAllowed, notFound, sendProblem, sendProblemAs } from './send-problem.ts'
export { identifyRequest, identityOf, type RequestIdentity } from './request-identity.ts'
export { parseParams, parseQuery, wholeNumber } from './parse-query.ts'
export { createApp, type AppOptions } from './create-app.ts'
export { trustProxyVariable, type TrustedProxies } from './trust-proxy.ts'
export {
  closeServer,
  createHttpServer,
  drainServer,
  listen,
  ListenError,
  type HttpServer,
  type HttpServerOptions,
} from './server.ts'
export { countRequests, serveMetrics } from './metrics.ts'
export {
  isAllowedFrom,
  scopes,
  toAddressList,
  type ApiKey,
  type KeyRefusal,
  type KeyVerifier,
  type Scope,
} from './keys/api-key.ts'
export { isKeyText, keyTextForm } from './keys/key-text.ts'
export { hasPresentedKey, readPresentedKey, type PresentedKeys } from './keys/present-key.ts'
export { checkKey, isBlocked, keyOf, requireKey } from './keys/require-key.ts'
export { listenForChanges } from './keys/key-listener.ts'
export { openKeyStore, type KeyStore, type KeyStoreOptions } from './keys/key-store.ts'
export {
  createKey,
  defaultOverlapMs,
  findOrCreateProject,
  listKeys,
  revokeKey,
  rotateKey,
  type CreatedKey,
  type KeyRecord,
  type NewKey,
} from './keys/manage-keys.ts'
export {
  bootstrapKeys,
  ensureAdminKey,
  firstProjectName,
  minBootstrapKeyLength,
  type BootstrapKeys,
} from './keys/bootstrap-keys.ts'
export { limitRequests, type LimitOptions } from './limiter/limit-requests.ts'
export { createPostgresBackend } from './limiter/postgres-backend.ts'
export { createRedisBackend } from './limiter/redis-backend.ts'
export { defaultRequestsPerMinute, parseRateLimits } from './limiter/rate-limits.ts'
export {
  openRateLimitStore,
  type RateLimitBackend,
  type RateLimitStore,
  type RateLimitStoreOptions,
} from './limiter/rate-limit-store.ts'
export {
  adminActor,
  createKeyRoute,
  listKeysRoute,
  revokeKeyRoute,
  rotateKeyRoute,
} from './keys/routes/key-routes.ts'
export { auditRouteDescription, listAuditLogRoute } from './keys/routes/audit-route.ts'
export { keyRouteDescriptions } from './keys/routes/key-route-descriptions.ts'
export {
  createOpenApi,
  problemSchema,
  type OpenApiDocument,
  type RouteDescription,
  type RouteGroup,
} from './docs/openapi.ts'
export { serveDocs, serveOpenApi } from './docs/serve-docs.ts'
