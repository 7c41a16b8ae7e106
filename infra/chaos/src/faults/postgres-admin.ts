import { Client } from 'pg'

/** The address of a server as its superuser `postgres`, who has the password of `weir`. */
export function toAdminUrl(url: string): string {
  const admin = new URL(url)
  admin.username = 'postgres'
  return admin.href
}

/** Connects, as whom and where the URL says. The loss of the connection is left to whoever uses it next. */
export async function connectTo(url: string): Promise<Client> {
  const client = new Client({
    connectionString: url,
    application_name: 'weir-fault',
    connectionTimeoutMillis: 10_000,
  })
  client.on('error', () => undefined)
  await client.connect()
  return client
}

/** Lets `act` use a superuser's session, of the database in the URL. */
export async function asAdmin<T>(url: string, act: (client: Client) => Promise<T>): Promise<T> {
  const client = await connectTo(toAdminUrl(url))
  try {
    // So that what heals a read-only server can.
    await client.query('set default_transaction_read_only = off; set statement_timeout = 0')
    return await act(client)
  } finally {
    await client.end()
  }
}
