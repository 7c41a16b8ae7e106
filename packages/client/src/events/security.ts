import type { EventFields } from '../core/event-fields.ts'
import { readLevel, type Level } from '../core/levels.ts'
import type { RecordEvent } from './record.ts'

export type Severity = 'LOW' | 'MEDIUM' | 'HIGH' | 'CRITICAL'

export interface SecurityFields extends EventFields {
  /** What it is, such as `RATE_LIMIT_EXCEEDED`. */
  securityType?: string | undefined
  severity?: Severity | undefined
  description?: string | undefined
}

export interface AuthenticationFields extends EventFields {
  /** `login`, `logout`, `registration`, … */
  action?: string | undefined
  success?: boolean | undefined
}

export interface SecurityLogs {
  /** Somebody signed in or out, or tried: `authentication`. */
  logAuthenticationEvent: (event: AuthenticationFields) => void
  /** Something that looks like an attack: `security_event`. */
  logSecurityEvent: (event: SecurityFields) => void
}

const levelOfSeverity: Readonly<Record<Severity, Level>> = {
  LOW: 'info',
  MEDIUM: 'warning',
  HIGH: 'error',
  CRITICAL: 'critical',
}

export function createSecurityLogs(record: RecordEvent): SecurityLogs {
  return {
    logAuthenticationEvent: (event) =>
      record(
        'authentication',
        readLevel(event?.level) ?? (event?.success === false ? 'warning' : 'info'),
        event,
      ),
    logSecurityEvent: (event) =>
      record('security_event', readLevel(event?.level) ?? levelOfSeverity[event?.severity ?? 'MEDIUM'], {
        action: 'SECURITY_EVENT',
        message: event?.description,
        ...event,
      }),
  }
}
