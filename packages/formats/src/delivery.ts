import type { Delivery } from './format.ts'

/** A body about which nothing is said beside its bytes. */
export const plainDelivery: Delivery = { format: undefined, contentType: undefined, headers: {} }

/** Whether a body may be read as Weir's own form before anything else is tried. */
export function mayBeNative({ format, headers }: Delivery): boolean {
  return (format === undefined || format === 'native') && headers['ce-specversion'] === undefined
}
