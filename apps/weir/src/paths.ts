import { join, resolve } from 'node:path'

/** The folder of the repository. */
export const repository = resolve(import.meta.dirname, '..', '..', '..')

/** Where everything of this installation is kept unless WEIR_HOME or --data-dir names another folder. */
export const defaultHome = join(repository, '.weir')
