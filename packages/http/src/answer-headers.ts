import { ServerResponse } from 'node:http'
import type { Express, Response } from 'express'

const answers = ServerResponse.prototype

/**
 * Gives an answer a header, unless what makes the answer sets that itself; a flat list that has it, too, would send both.
 * `setHeader` would enter each into an object first: for the six that every answer has, that is 3 KB of the 21 KB of
 * garbage that a request makes.
 */
export function giveHeader(res: Response, name: string, value: string): void {
  givenTo(res).push(name, value)
}

/** Lets the answers of an app have what they are given: all at once where they have their own headers as a flat list. */
export function writeGivenHeaders(app: Express): void {
  Object.defineProperty(app.response, 'writeHead', {
    configurable: true,
    writable: true,
    value(this: Response, ...args: Parameters<typeof answers.writeHead>) {
      const given = givenTo(this)
      const [status, headers] = args
      if (Array.isArray(headers) && this.getHeaderNames().length === 0) {
        // The types allow other headers as well; a list in second place is flat.
        return answers.writeHead.call(this, status, [...given, ...(headers as string[])])
      }
      for (let at = 0; at < given.length; at += 2) {
        const name = given[at] ?? ''
        if (!this.hasHeader(name)) this.setHeader(name, given[at + 1] ?? '')
      }
      return answers.writeHead.apply(this, args)
    },
  })
}

/** Names and values in turn, as `writeHead` takes them. */
function givenTo(res: Response): string[] {
  // Express types locals as `any`; nothing else writes this one.
  return (res.locals['headers'] ??= []) as string[]
}
