/** Mistakes that the suite must notice, each a module of this folder that is loaded before the services. */
export const plantedBugs = [
  'acknowledge-before-sync',
  'no-batch-ledger',
  'client-id-as-job-id',
  'stalled-jobs-given-up',
  'rollups-outside-transaction',
  'journal-released-after-enqueue',
] as const

export type PlantedBug = (typeof plantedBugs)[number]

/** The module that plants a bug into whichever service loads it. */
export function bugPreload(bug: PlantedBug): URL {
  return new URL(`./${bug}.ts`, import.meta.url)
}
