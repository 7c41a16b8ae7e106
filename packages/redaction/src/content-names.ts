import { normaliseName } from './names.ts'

/** Prompts and completions, whatever the event. */
const contentNames: ReadonlySet<string> = new Set(
  (
    'prompt prompts completion completions systemprompt userprompt chathistory inputmessages ' +
    'outputmessages generatedtext systeminstructions reasoningcontent'
  ).split(' '),
)

/** So named in messages to and from models; lists of numbers or texts of other events may be too. */
const messageListNames: ReadonlySet<string> = new Set(['messages', 'choices', 'candidates', 'contents'])

/** What holds content if the event is about a model. */
const modelContentNames: ReadonlySet<string> = new Set(
  (
    'input inputs output outputs content text query question answer instructions system toolcalls ' +
    'functioncall arguments inputtext outputtext responsetext delta thinking documents transcript ' +
    'embedding embeddings generations suffix'
  ).split(' '),
)

/** What holds content and other things, if the event is about a model: usage is to be kept. */
const containerNames: ReadonlySet<string> = new Set(
  'request response body requestbody responsebody rawrequest rawresponse'.split(' '),
)

/** Names of attributes of OpenTelemetry, OpenInference, OpenLLMetry, the Vercel AI SDK and Langfuse. */
const contentAttribute =
  /^(?:gen_ai\.(?:prompt|completion|content|input\.messages|output\.messages|system_instructions|tool\.definitions|tool\.call\.(?:arguments|result))|llm\.(?:input_messages|output_messages|prompts?|completions?|prompt_template|tools|function_call)|input\.value|output\.value|embedding\.(?:text|embeddings)|ai\.(?:prompt|embeddings?|response\.(?:text|object|toolcalls|reasoning)|toolcall\.(?:args|result)|value|values)|traceloop\.entity\.(?:input|output)|langfuse\.(?:observation|trace)\.(?:input|output)|mlflow\.span(?:inputs|outputs))(?:$|\.)/i
const attributeAboutContent = /\.(?:role|finish_reason)$/i

/** What a field of this name can hold. */
export type ContentRole = 'content' | 'message-list' | 'model-content' | 'container' | 'none'

export function contentRoleOf(name: string): ContentRole {
  if (name.includes('.') && contentAttribute.test(name) && !attributeAboutContent.test(name)) return 'content'
  const normalised = normaliseName(name)
  if (contentNames.has(normalised)) return 'content'
  if (messageListNames.has(normalised)) return 'message-list'
  if (modelContentNames.has(normalised)) return 'model-content'
  return containerNames.has(normalised) ? 'container' : 'none'
}

const memberOfMessage: readonly string[] = ['role', 'content', 'message', 'delta', 'parts', 'finish_reason']

/** Whether it is a list of messages to or from a model, by what is in it. */
export function isMessageList(value: unknown): boolean {
  if (!Array.isArray(value)) return false
  return value.some(
    (item: unknown) =>
      typeof item === 'object' && item !== null && memberOfMessage.some((name) => Object.hasOwn(item, name)),
  )
}

const modelNames: readonly string[] = ['model', 'llm_model', 'request_model', 'gen_ai.request.model']

/** Whether an object names a model. */
export function namesModel(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return modelNames.some((name) => Object.hasOwn(value, name))
}

/** Whether an event is about a model: its type, or what it or its payload names, says so. */
export function isAboutModel(record: object): boolean {
  if (
    'event_type' in record &&
    typeof record.event_type === 'string' &&
    /^(?:llm|gen_ai\.)/.test(record.event_type)
  ) {
    return true
  }
  return (
    namesModel(record) ||
    ('payload' in record && namesModel(record.payload)) ||
    ('metadata' in record && namesModel(record.metadata))
  )
}
