import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { findPort } from '@weir/chaos/find-port'

/** A server that answers as OpenAI does, with always the same answer and usage. */
export interface MockModel extends AsyncDisposable {
  /** As `baseURL` of an SDK. */
  url: string
}

const usage = {
  prompt_tokens: 10,
  completion_tokens: 5,
  total_tokens: 15,
  prompt_tokens_details: { cached_tokens: 3 },
  completion_tokens_details: { reasoning_tokens: 2 },
}
const common = { id: 'chatcmpl-1', created: 1_795_170_645, model: 'gpt-4o-2024-08-06' }

export async function openMockModel(): Promise<MockModel> {
  const port = await findPort()
  const server = createServer((req, res) => void answer(req, res))
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${port}/v1`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
  // What an SDK sends to a model is a JSON object.
  const body = JSON.parse(await text(req)) as Record<string, unknown>
  if (req.url?.endsWith('/embeddings') === true) return sendJson(res, 200, toEmbedding(body))
  if (body['model'] === 'missing-model') {
    const error = { message: 'The model `missing-model` does not exist', type: 'invalid_request_error' }
    return sendJson(res, 404, { error: { ...error, code: 'model_not_found' } })
  }
  if (body['stream'] === true) return stream(res)
  const message = { role: 'assistant', content: 'Hello there' }
  const choices = [{ index: 0, message, finish_reason: 'stop' }]
  sendJson(res, 200, { ...common, object: 'chat.completion', choices, usage })
}

function toEmbedding({ model }: Record<string, unknown>) {
  const data = [{ object: 'embedding', index: 0, embedding: [0.5, 0.25] }]
  return { object: 'list', data, model, usage: { prompt_tokens: 4, total_tokens: 4 } }
}

function stream(res: ServerResponse): void {
  res.writeHead(200, { 'Content-Type': 'text/event-stream' })
  const send = (choices: object[], more: object = {}): void => {
    const chunk = { ...common, object: 'chat.completion.chunk', choices, ...more }
    res.write(`data: ${JSON.stringify(chunk)}\n\n`)
  }
  send([{ index: 0, delta: { role: 'assistant', content: 'Hello' }, finish_reason: null }])
  send([{ index: 0, delta: { content: ' there' }, finish_reason: 'stop' }])
  send([], { usage })
  res.end('data: [DONE]\n\n')
}

function sendJson(res: ServerResponse, status: number, body: object): void {
  res.writeHead(status, { 'Content-Type': 'application/json' })
  res.end(JSON.stringify(body))
}
