import { scenarios } from './scenarios.ts'

/** Every scenario: what happens, where the queue may be, and what must have happened for it to count. */
export function listScenarios(): string {
  return scenarios
    .map(({ name, title, queues, mustHappen }) =>
      [
        `${name} (${queues.join(', ')})`,
        `  ${title}`,
        ...mustHappen.map((what) => `  must happen: ${what}`),
        '',
      ].join('\n'),
    )
    .join('')
}
