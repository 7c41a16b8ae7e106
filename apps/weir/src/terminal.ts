/** What a command works with. */
export interface Terminal {
  /** The answer, to standard output. */
  print: (text: string) => void
  /** What only a person needs, to standard error. */
  tell: (text: string) => void
  /** Makes the exit code 1. */
  fail: () => void
  /** Throws a `StartError` when there is none. */
  databaseUrl: () => string
  /** The path of a file of one's own prices, if there is one. */
  pricesFile: () => string | undefined
}
