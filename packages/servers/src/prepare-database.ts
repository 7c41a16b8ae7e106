import { Client } from 'pg'

interface Preparation {
  port: number
  password: string
  /** Created if it is absent, owned by the role `weir`. */
  database: string
}

/**
 * Makes the role `weir` and its database. The role is no superuser, which could read and write files and run
 * programs of this machine; it may create databases, look at statistics, checkpoint, and end other sessions.
 */
export async function prepareDatabase({ port, password, database }: Preparation): Promise<void> {
  const client = new Client({
    host: '127.0.0.1',
    port,
    user: 'postgres',
    database: 'postgres',
    password,
    ssl: false,
  })
  await client.connect()
  try {
    const role = await client.query(`select from pg_roles where rolname = 'weir'`)
    if (role.rowCount === 0) {
      await client.query(`create role weir login createdb password ${client.escapeLiteral(password)}`)
      await client.query('grant pg_monitor, pg_checkpoint, pg_signal_backend to weir')
    }
    const found = await client.query('select from pg_database where datname = $1', [database])
    if (found.rowCount === 0)
      await client.query(`create database ${client.escapeIdentifier(database)} owner weir`)
  } finally {
    await client.end()
  }
}
