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
export { methodNotAllowed, notFound, sendProblem } from './send-problem.ts'
export { identifyRequest, identityOf, type RequestIdentity } from './request-identity.ts'
export { parseParams, parseQuery, wholeNumber } from './parse-query.ts'
export { createApp, type AppOptions } from './create-app.ts'
export { closeServer, createHttpServer, listen, ListenError } from './server.ts'
export { countRequests, serveMetrics } from './metrics.ts'
