import type { Random } from './random.ts'

const userCount = 180
/** The user whose night job costs more than a third of everything. */
export const costlyUser = 'user-042'

/** Some users are there more often than others. */
export function somebody(random: Random): string {
  return userName(1 + Math.floor(random.next() ** 1.7 * userCount))
}

function userName(number: number): string {
  return `user-${String(number).padStart(3, '0')}`
}

/** The user's address, always the same, from the blocks that are kept for documentation (RFC 5737). */
export function addressOf(user: string): string {
  const number = Number(user.slice(-3))
  const block = number % 3 === 0 ? '198.51.100' : number % 3 === 1 ? '203.0.113' : '192.0.2'
  return `${block}.${1 + (number % 250)}`
}

const agents: readonly [string, ...string[]] = ['web-app/5.4', 'mobile-app/3.2', 'worker/1.8', 'web-app/5.3']
const countries: readonly [string, ...string[]] = ['DE', 'US', 'IN', 'BR', 'JP', 'GB', 'KE']

/** The key that the user's program has for a service's gateway: each program has one for each service. */
export function keyOf(user: string, service: string): string {
  const [program = ''] = (agents[Number(user.slice(-3)) % agents.length] ?? '').split('/')
  return `${service}-${program}`
}

/** What a request says about who made it. */
export function caller(user: string): Record<string, unknown> {
  const number = Number(user.slice(-3))
  return {
    user_id: user,
    client_ip: addressOf(user),
    user_agent: agents[number % agents.length],
    country: countries[number % countries.length],
  }
}
