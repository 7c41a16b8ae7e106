const maxLength = 200

/** Text of others on one line: what senders wrote may be in it, and must not move the cursor of a terminal. */
export function oneLine(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, ' ').slice(0, maxLength)
}
