import { Command } from 'commander'
import type { Terminal } from '../../terminal.ts'
import { listPricesCommand } from './list-prices.ts'
import { removePriceCommand } from './remove-price.ts'
import { repriceCommand } from './reprice.ts'
import { setPriceCommand } from './set-price.ts'

/** `weir prices` */
export function pricesCommand(terminal: Terminal): Command {
  return new Command('prices')
    .description('Your own prices of models, before the list prices, and costs estimated anew.')
    .addCommand(setPriceCommand(terminal))
    .addCommand(listPricesCommand(terminal))
    .addCommand(removePriceCommand(terminal))
    .addCommand(repriceCommand(terminal))
    .addHelpText(
      'after',
      `
Examples:
  npm run weir -- prices set gpt-4o --provider azure --input 2.2 --cache-read 1.1 --output 8.8
  npm run weir -- prices list
  npm run weir -- prices reprice --from 2026-11-01 --model gpt-4o --dry-run`,
    )
}
