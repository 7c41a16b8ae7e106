import { once } from 'node:events'
import { createServer } from 'node:http'

/** A provider of models that answers always the same, to the paths of OpenAI and of Anthropic. */
export async function openModel(): Promise<AsyncDisposable & { url: string }> {
  const server = createServer((request, response) => {
    const isAnthropic = request.url?.endsWith('/messages') === true
    request.resume().on('end', () => {
      response.setHeader('Content-Type', 'application/json')
      response.end(JSON.stringify(isAnthropic ? message : completion))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The system gave no TCP port')
  return {
    url: `http://127.0.0.1:${address.port}/v1`,
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

const completion = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1_795_266_597,
  model: 'gpt-4o-2024-08-06',
  choices: [{ index: 0, message: { role: 'assistant', content: 'hi' }, finish_reason: 'stop' }],
  usage: {
    prompt_tokens: 1_000,
    completion_tokens: 200,
    total_tokens: 1_200,
    prompt_tokens_details: { cached_tokens: 400 },
    completion_tokens_details: { reasoning_tokens: 64 },
  },
}

const message = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-sonnet-4-5',
  content: [{ type: 'text', text: 'hi' }],
  stop_reason: 'end_turn',
  usage: { input_tokens: 10, output_tokens: 3, cache_read_input_tokens: 70, cache_creation_input_tokens: 5 },
}
