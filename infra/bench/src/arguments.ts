import { parseArgs } from 'node:util'

/** What a run is asked to do. */
export interface BenchArguments {
  isQuick: boolean
  isJson: boolean
  /** Names of rows, or of what they begin with; all when empty. */
  only: readonly string[]
  /** Also what each index costs; `--only indexes` means this alone. */
  hasIndexes: boolean
  /** Where CPU profiles of the services go. */
  profileDirectory: string | undefined
}

/** Reads the command line. Throws with a line that says what is wrong. */
export function readArguments(args: readonly string[]): BenchArguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      indexes: { type: 'boolean', default: false },
      'cpu-prof': { type: 'string' },
    },
  })
  return {
    isQuick: values.quick,
    isJson: values.json,
    only: values.only,
    hasIndexes: values.indexes || values.only.includes('indexes'),
    profileDirectory: values['cpu-prof'],
  }
}

/** Whether a row is asked for: `--only analytics` means every row whose name begins so. */
export function isWanted(name: string, only: readonly string[]): boolean {
  return only.length === 0 || only.some((wanted) => name === wanted || name.startsWith(`${wanted}-`))
}
