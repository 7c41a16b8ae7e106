/** A server, or a program that prepares one, ended before it should. `lines` is the end of what it wrote, oldest first. */
export class ServerStartError extends Error {
  override readonly name = 'ServerStartError'
  readonly lines: readonly string[]

  constructor(program: string, lines: readonly string[]) {
    super(`${program} ended before it was ready: ${lines.slice(-3).join(' / ')}`)
    this.lines = lines
  }
}
