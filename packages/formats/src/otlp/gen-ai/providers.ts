import { toText } from '../../values.ts'

/** Names that conventions and SDKs have for one provider, beside the one that Weir counts it under. */
const aliases: Readonly<Record<string, string>> = {
  'az.ai.inference': 'azure',
  'az.ai.openai': 'azure',
  'azure.ai.inference': 'azure',
  'azure.ai.openai': 'azure',
  'azure-openai': 'azure',
  'amazon-bedrock': 'aws',
  'aws.bedrock': 'aws',
  'gcp.gemini': 'google',
  'gcp.gen_ai': 'google',
  'gcp.vertex_ai': 'google',
  'google.generative-ai': 'google',
  'google.vertex': 'google',
  'google-ai-studio': 'google',
  'google-vertex': 'google',
  mistral_ai: 'mistral',
  mistralai: 'mistral',
  'vertex.anthropic': 'google',
  x_ai: 'xai',
}

/** What the AI SDK of Vercel appends: the kind of model of the provider. */
const modelKind =
  /\.(?:chat|completion|embedding|image|messages|responses|speech|textembedding|transcription)$/

/** A provider as Weir counts it: `openai.chat` is `openai`. */
export function toProvider(value: unknown): string | undefined {
  const name = toText(value)?.toLowerCase()
  if (name === undefined) return undefined
  const base = name.replace(modelKind, '')
  return Object.hasOwn(aliases, base) ? aliases[base] : base
}
