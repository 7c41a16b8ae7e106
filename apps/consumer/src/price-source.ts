import { listPriceOverrides, type Database } from '@weir/database'
import { PriceBook, PricesFileError, readPricesFile, toPriceOverride, type PriceOverride } from '@weir/prices'
import { ConfigError, type Logger } from '@weir/runtime'

/** The prices of the moment: those that an operator set with the command line, those of a file, and list prices. */
export interface PriceSource {
  current: () => PriceBook
  /** Looks for changes of either. What cannot be read is told, and what it said before goes on holding. */
  refresh: () => Promise<void>
}

export interface PriceSourceOptions {
  db: Database
  /** A file of an operator's own prices. */
  path: string | undefined
  logger: Logger
}

/** Reads the file, if there is one, and knows nothing of the database before the first `refresh`. Throws a `ConfigError`. */
export function openPriceSource({ db, path, logger }: PriceSourceOptions): PriceSource {
  let ofFile = readFileOrRefuse(path)
  let ofDatabase: readonly PriceOverride[] = []
  let book = new PriceBook(ofFile)
  let known = JSON.stringify([ofFile])

  async function readDatabase(): Promise<PriceOverride[]> {
    const stored = await listPriceOverrides(db)
    return stored.flatMap((override) => {
      const parsed = toPriceOverride(override)
      if (parsed === undefined) logger.warn({ id: override.id }, 'a price cannot be read and is not used')
      return parsed ?? []
    })
  }

  return {
    current: () => book,
    async refresh() {
      ofDatabase = await readDatabase()
      try {
        ofFile = readFile(path)
      } catch (error) {
        logger.warn({ err: error }, 'the file of prices is not used as it is now')
      }
      // The newest first: of equals, the first one wins.
      const overrides = [...ofDatabase, ...ofFile]
      const text = JSON.stringify(overrides)
      if (text === known) return
      known = text
      book = new PriceBook(overrides)
      logger.info({ overrides: overrides.length }, 'prices changed')
    },
  }
}

function readFile(path: string | undefined): readonly PriceOverride[] {
  return path === undefined ? [] : readPricesFile(path)
}

function readFileOrRefuse(path: string | undefined): readonly PriceOverride[] {
  try {
    return readFile(path)
  } catch (error) {
    throw error instanceof PricesFileError ? new ConfigError([`PRICES_FILE: ${error.message}`]) : error
  }
}
