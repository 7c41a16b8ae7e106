import type { Format, NativeRecord } from '../format.ts'

/** Weir's own form: told by its only required field. It is read as it is, by `toEvent`. */
export const native: Format = {
  name: 'native',
  recognises: (record) => 'event_type' in record,
  // `toEvent` checks every field of it, and says which is wrong.
  translate: (record) => [record as NativeRecord],
}
