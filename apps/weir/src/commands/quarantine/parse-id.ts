import { InvalidArgumentError } from 'commander'

/** The id of something in the quarantine. */
export function parseId(text: string): string {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text))
    throw new InvalidArgumentError('An id is a UUID, as quarantine list shows it.')
  return text.toLowerCase()
}
