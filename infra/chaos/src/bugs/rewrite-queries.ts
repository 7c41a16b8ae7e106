import { Client } from 'pg'

type Query = (this: Client, statement: unknown, ...rest: unknown[]) => unknown

/**
 * Lets `rewrite` change the text of every statement that this process sends to PostgreSQL. It also gets a way to
 * send others before it.
 */
export function rewriteQueries(rewrite: (text: string, send: (text: string) => void) => string): void {
  const prototype: { query: unknown } = Client.prototype
  // The method has a dozen overloads; what they share is all that is needed here.
  const query = prototype.query as Query
  prototype.query = function (this: Client, statement: unknown, ...rest: unknown[]): unknown {
    const send = (text: string): void => {
      query.call(this, text, () => undefined)
    }
    if (typeof statement === 'string') return query.call(this, rewrite(statement, send), ...rest)
    if (hasText(statement)) statement.text = rewrite(statement.text, send)
    return query.call(this, statement, ...rest)
  }
}

function hasText(statement: unknown): statement is { text: string } {
  return (
    typeof statement === 'object' &&
    statement !== null &&
    'text' in statement &&
    typeof statement.text === 'string'
  )
}
