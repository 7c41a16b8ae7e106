import { readFileSync } from 'node:fs'

/**
 * The lines that a page of docs/gateways tells people to write: all blocks of a language, in their order.
 * `replace` puts the test's own ports, paths and key in; each must be there, so that page and test stay together.
 */
export function readConfiguration(
  page: string,
  language: string,
  replace: Readonly<Record<string, string>>,
): string[] {
  const url = new URL(`../../../docs/gateways/${page}.md`, import.meta.url)
  const fence = new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'gms')
  const blocks = [...readFileSync(url, 'utf8').matchAll(fence)].map(([, block = '']) => block)
  return Object.entries(replace).reduce((texts, [from, to]) => {
    if (!texts.some((text) => text.includes(from)))
      throw new Error(`${page}.md does not say ${from} any more.`)
    return texts.map((text) => text.replaceAll(from, to))
  }, blocks)
}
