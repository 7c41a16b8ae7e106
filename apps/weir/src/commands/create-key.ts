import { Command } from 'commander'
import { createKey, findOrCreateProject, firstProjectName, type Scope } from '@weir/http'
import {
  parseAddresses,
  parseCount,
  parseDuration,
  parseEnvironmentName,
  parseName,
  parseScopes,
} from '../parse-options.ts'
import type { Terminal } from '../terminal.ts'
import { withDatabase } from '../with-database.ts'
import { commandLine } from './command-line.ts'
import { toKeyJson } from './key-json.ts'

interface Options {
  name: string
  scopes: Scope[]
  project: string
  environment: string
  expiresIn?: number
  allowIp?: string[]
  limit?: number
  json: boolean
}

/** `weir keys create` */
export function createKeyCommand(terminal: Terminal): Command {
  return new Command('create')
    .description('Makes a key and prints its text, which is stored nowhere.')
    .requiredOption('--name <name>', 'what or whom the key is for', parseName)
    .option('--scopes <scopes>', 'ingest, read, admin, with commas between', parseScopes, ['ingest'])
    .option(
      '--project <name>',
      'the project that its events belong to; made if it is new',
      parseName,
      firstProjectName,
    )
    .option('--environment <name>', 'shows in the key: live, test, …', parseEnvironmentName, 'live')
    .option('--expires-in <duration>', 'such as 90d; without it the key does not expire', parseDuration)
    .option(
      '--allow-ip <addresses>',
      'only from these addresses or subnets, with commas between',
      parseAddresses,
    )
    .option('--limit <requests>', 'requests a minute, in place of the default', parseCount)
    .option('--json', 'print the key and what it may do as JSON', false)
    .addHelpText('after', help)
    .action((options: Options) => create(options, terminal))
}

const help = `
Examples:
  npm run weir -- keys create --name my-gateway --scopes ingest
  npm run weir -- keys create --name dashboard --scopes read --expires-in 90d --allow-ip 203.0.113.0/24
  export API_KEY=$(npm run --silent weir -- keys create --name me --scopes ingest,read)`

async function create(options: Options, terminal: Terminal): Promise<void> {
  const { name, scopes, environment, expiresIn, allowIp, limit, project } = options
  const { text, key } = await withDatabase(terminal.databaseUrl(), async (db) =>
    createKey(
      db,
      {
        projectId: await findOrCreateProject(db, project),
        name,
        scopes,
        environment,
        allowedIps: allowIp,
        requestsPerMinute: limit,
        expiresAt: expiresIn === undefined ? undefined : new Date(Date.now() + expiresIn),
      },
      commandLine,
    ),
  )
  terminal.tell(
    `Key ${key.id} for ${name}, project ${project}, may ${scopes.join(', ')}. It is not shown again:`,
  )
  terminal.print(options.json ? JSON.stringify({ text, ...toKeyJson(key, project) }) : text)
}
