import type { Format } from '../format.ts'
import { isTextDelivery } from './read-text-body.ts'

/** Lines of text. A line that is JSON of a known shape is read as that. */
export const text: Format = {
  name: 'text',
  recognises: (record, delivery) =>
    typeof record['message'] === 'string' && Object.keys(record).length === 1 && isTextDelivery(delivery),
  carries: ({ message }) => ({ inside: message, fields: {}, beside: {} }),
  translate: ({ message, ...payload }) => [{ event_type: 'log', source: 'text', message, payload }],
}
