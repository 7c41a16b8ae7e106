import { Command } from 'commander'

/** What the command line of `npm start` asks for. */
export interface StartArguments {
  demo: boolean
  dataDir?: string
}

/** Reads the arguments behind `npm start --`. Prints help, or what is wrong, and ends the process where they ask for it. */
export function readArguments(argv: readonly string[]): StartArguments {
  const program = new Command('npm start --')
    .description('Starts Weir on this machine: PostgreSQL, the producer, the consumer and the query service.')
    .option('--demo', 'add a believable week of events, ending now', false)
    .option('--data-dir <folder>', 'keep everything in this folder (default: $WEIR_HOME, else .weir)')
    .allowExcessArguments(false)
    .addHelpText('after', help)
  return program.parse(argv).opts<StartArguments>()
}

const help = `
Ctrl-C stops everything; the data stays, and the next start goes on with it.

Environment (also read from the file .env; all variables: .env.example):
  DATABASE_URL    your PostgreSQL in place of an own one
  REDIS_URL       your Redis for the queue, which is in PostgreSQL otherwise
  PRODUCER_PORT, QUERY_SERVICE_PORT, CONSUMER_PORT    8001, 8002, 8003
  API_KEY, ADMIN_API_KEY    keys of your own choice
  LOG_LEVEL       warn

Examples:
  npm start
  npm start -- --demo
  PRODUCER_PORT=9001 npm start -- --data-dir /srv/weir`
