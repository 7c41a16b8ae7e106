import type { TokenUsage } from './usage.ts'

/** What a payload says of how a call is priced, beyond the totals that have columns. */
export interface UsageDetails {
  /** In lower case: `batch`, `flex`, `default`, … */
  serviceTier: string | undefined
  parts: Partial<TokenUsage>
}

const worthReading = /service_?tier|audio_?tokens|image_?tokens|ephemeral_1h|tokens_?details/i
const maxDepth = 6
const maxEntries = 2_000

type Side = 'input' | 'output' | 'cache'

/** Kinds of token by the side that they are counted on. */
const parts: Readonly<Record<string, Readonly<Record<Side, keyof TokenUsage>>>> = {
  audio: { input: 'inputAudioTokens', output: 'outputAudioTokens', cache: 'cacheReadAudioTokens' },
  image: { input: 'inputImageTokens', output: 'outputImageTokens', cache: 'cacheReadImageTokens' },
}

/**
 * Reads the service tier, and the tokens of audio, of images and of long-lived caches from a payload's JSON text, in
 * the forms of OpenAI, Anthropic, Google and OpenTelemetry, wherever in it they stand. What stands first counts.
 */
export function readUsageDetails(json: string | null): UsageDetails {
  const details: UsageDetails = { serviceTier: undefined, parts: {} }
  if (json === null || !worthReading.test(json)) return details
  try {
    read(JSON.parse(json), undefined, details, { entries: 0 }, 0)
  } catch {
    // The database refuses the row, too.
  }
  return details
}

function read(
  value: unknown,
  side: Side | undefined,
  details: UsageDetails,
  seen: { entries: number },
  depth: number,
): void {
  if (typeof value !== 'object' || value === null || depth > maxDepth) return
  if (Array.isArray(value)) {
    for (const item of value) readModality(item, side, details)
    return
  }
  for (const [name, field] of Object.entries(value)) {
    seen.entries += 1
    if (seen.entries > maxEntries) return
    const key = name.toLowerCase().replaceAll('_', '')
    if (typeof field === 'string' && key.endsWith('servicetier')) takeTier(details, key, field)
    else if (typeof field === 'number') takeCount(details, key, side, field)
    else read(field, sideOf(key) ?? side, details, seen, depth + 1)
  }
}

/** Google's `{ "modality": "AUDIO", "tokenCount": 12 }`. */
function readModality(item: unknown, side: Side | undefined, details: UsageDetails): void {
  if (typeof item !== 'object' || item === null || side === undefined) return
  if (!('modality' in item) || !('tokenCount' in item)) return
  const { modality, tokenCount } = item
  if (typeof tokenCount !== 'number') return
  const part = parts[String(modality).toLowerCase()]?.[side]
  if (part !== undefined) take(details, part, tokenCount)
}

/** Which side the details below a name are of. */
function sideOf(key: string): Side | undefined {
  if (!key.endsWith('details')) return undefined
  if (/cache/.test(key)) return 'cache'
  if (/prompt|input/.test(key)) return 'input'
  return /completion|output|candidates/.test(key) ? 'output' : undefined
}

/** What answered knows better than what was asked for. */
function takeTier(details: UsageDetails, key: string, tier: string): void {
  if (details.serviceTier === undefined || key.includes('response')) details.serviceTier = tier.toLowerCase()
}

function takeCount(details: UsageDetails, key: string, side: Side | undefined, count: number): void {
  if (key === 'ephemeral1hinputtokens') return take(details, 'cacheWrite1hTokens', count)
  const [, kind] = /(audio|image)tokens$/.exec(key) ?? []
  if (kind === undefined) return
  const named = /cache/.test(key) ? 'cache' : /output|completion/.test(key) ? 'output' : undefined
  const part = parts[kind]?.[named ?? (/input|prompt/.test(key) ? 'input' : (side ?? 'input'))]
  if (part !== undefined && (named !== undefined || side !== undefined || /input|prompt/.test(key)))
    take(details, part, count)
}

function take(details: UsageDetails, part: keyof TokenUsage, count: number): void {
  if (Number.isSafeInteger(count) && count >= 0) details.parts[part] ??= count
}
