import type OpenAI from 'openai'
import { variable } from './environment.ts'

const messages = [{ role: 'user' as const, content: 'Say hello' }]

/** Calls the mock model: in vain, as usual, streamed, and for an embedding. */
export async function callModel(Client: typeof OpenAI): Promise<void> {
  const openai = new Client({ apiKey: 'none', baseURL: variable('MODEL_URL'), maxRetries: 0 })
  await openai.chat.completions.create({ model: 'missing-model', messages }).catch(() => undefined)
  await openai.chat.completions.create({ model: 'gpt-4o', messages })
  const streamed = await openai.chat.completions.create({
    model: 'gpt-4o',
    messages,
    stream: true,
    stream_options: { include_usage: true },
  })
  for await (const chunk of streamed) void chunk
  await openai.embeddings.create({ model: 'text-embedding-3-small', input: 'hello' })
}
