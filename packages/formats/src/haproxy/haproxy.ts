import { createAccessLog } from '../access-log.ts'

/** HAProxy with the `log-format` of docs/gateways/haproxy.md. Its termination state is `--` where all went well. */
export const haproxy = createAccessLog('haproxy', ({ error_type: state }) =>
  typeof state === 'string' && state.startsWith('-') ? { error_type: undefined } : {},
)
