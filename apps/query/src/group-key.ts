/** The values of the dimensions of a group, as text. */
export type GroupKeys = readonly (string | null)[]

/** One text for the keys of a group. */
export function groupKey(keys: GroupKeys): string {
  return JSON.stringify(keys)
}
