import { BlockList, isIPv6 } from 'node:net'

/** What a key may do. `admin` is about keys: it implies neither of the others. */
export const scopes = ['ingest', 'read', 'admin'] as const
export type Scope = (typeof scopes)[number]

/** A key as a request meets it: what it may do, and for whom. Never the key itself. */
export interface ApiKey {
  id: string
  projectId: number
  name: string
  environment: string
  scopes: readonly Scope[]
  /** The key's own limit; undefined for the route's. */
  requestsPerMinute: number | undefined
  expiresAt: Date | undefined
  revokedAt: Date | undefined
  /** Undefined when it may be used from anywhere. */
  allowedAddresses: BlockList | undefined
}

/** Why a text is not accepted as a key. `unavailable`: nobody can tell at the moment. */
export type KeyRefusal = 'unknown' | 'revoked' | 'expired' | 'unavailable'

/** Tells whose key a text is, from memory. */
export interface KeyVerifier {
  verify(presented: string): ApiKey | KeyRefusal
}

export function isScope(text: string): text is Scope {
  return scopes.some((scope) => scope === text)
}

/**
 * Addresses and subnets (`203.0.113.7`, `2001:db8::/32`) as a list that can be asked. Throws a `RangeError`
 * naming the first that is neither.
 */
export function toAddressList(addresses: readonly string[]): BlockList {
  const list = new BlockList()
  for (const text of addresses) {
    const [address = '', prefix, ...rest] = text.split('/')
    const family = isIPv6(address) ? 'ipv6' : 'ipv4'
    try {
      if (rest.length > 0 || (prefix !== undefined && !/^\d{1,3}$/.test(prefix))) throw new RangeError(text)
      if (prefix === undefined) list.addAddress(address, family)
      else list.addSubnet(address, Number(prefix), family)
    } catch (error) {
      throw new RangeError(`${text} is neither an address nor a subnet.`, { cause: error })
    }
  }
  return list
}

/** Whether a key may be used from an address. An IPv4 address written as IPv6 is the IPv4 address. */
export function isAllowedFrom(key: ApiKey, address: string | undefined): boolean {
  if (key.allowedAddresses === undefined) return true
  if (address === undefined) return false
  return key.allowedAddresses.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
}
