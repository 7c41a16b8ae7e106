/** Something that a person can put right keeps Weir from starting. The message is one line that says how. */
export class StartError extends Error {
  override readonly name = 'StartError'
}
