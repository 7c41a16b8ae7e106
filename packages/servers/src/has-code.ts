/** Whether an error of the system is of this kind, e.g. `ENOENT`. Its class says nothing: Jest has another `Error`. */
export function hasCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code
}
