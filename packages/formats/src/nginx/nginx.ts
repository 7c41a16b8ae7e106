import { createAccessLog } from '../access-log.ts'

/** nginx with the `log_format` of docs/gateways/nginx.md. */
export const nginx = createAccessLog('nginx')
