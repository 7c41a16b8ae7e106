import { isIPv4, isIPv6 } from 'node:net'

/** /24 of an IPv4 address, /48 of an IPv6 one; undefined for what is no address. */
export function truncateAddress(text: string): string | undefined {
  if (isIPv4(text)) return `${text.slice(0, text.lastIndexOf('.'))}.0`
  if (!isIPv6(text)) return undefined
  const mapped = /:(\d{1,3}\.\d{1,3}\.\d{1,3}\.)\d{1,3}(?:%.*)?$/.exec(text)
  // Its last 32 bits are an IPv4 address, which is not to be longer for being written so.
  if (mapped !== null) return `::ffff:${mapped[1]}0`
  return `${firstGroups(text.split('%', 1)[0] ?? text)}::`
}

/** The first three groups of an IPv6 address, without zeros at their end. */
function firstGroups(address: string): string {
  const [head = '', tail] = address.split('::')
  const groups = head === '' ? [] : head.split(':')
  if (tail !== undefined) {
    const behind = tail === '' ? [] : tail.split(':')
    while (groups.length + behind.length < 8) groups.push('0')
    groups.push(...behind)
  }
  const first = groups.slice(0, 3)
  while (first.length > 0 && Number.parseInt(first.at(-1) ?? '', 16) === 0) first.pop()
  return first.join(':')
}

/** Addresses in lists and in `Forwarded`, with or without a port: what can be one between separators. */
const candidate = /[0-9A-Fa-f:.]{2,45}(?:%[0-9A-Za-z]{1,16})?/g

/** Replaces each address in the text of a field that says where a client came from. */
export function replaceAddresses(text: string, replace: (address: string) => string): string {
  return text.replaceAll(candidate, (found) => {
    if (truncateAddress(found) !== undefined) return replace(found)
    const port = found.lastIndexOf(':')
    const address = found.slice(0, port)
    return port > 0 && isIPv4(address) ? replace(address) + found.slice(port) : found
  })
}
