import { listPriceOverrides, type Database } from '@weir/database'
import { PriceBook, readPricesFile, toPriceOverride } from '@weir/prices'

/** The prices that a consumer would use now: those that were set, those of the file, and list prices. */
export async function openPriceBook(db: Database, path: string | undefined): Promise<PriceBook> {
  const stored = await listPriceOverrides(db)
  const ofDatabase = stored.flatMap((override) => toPriceOverride(override) ?? [])
  return new PriceBook([...ofDatabase, ...(path === undefined ? [] : readPricesFile(path))])
}
