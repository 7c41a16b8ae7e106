import type { JobsOptions } from 'bullmq'

type Add = (this: unknown, name: string, data: unknown, options: JobsOptions) => Promise<unknown>

/** Changes the options of every job that this process adds to a queue. */
export function wrapAdd(
  prototype: { add: unknown },
  change: (data: unknown, options: JobsOptions) => JobsOptions,
): void {
  // Of BullMQ's generic method, the one form that Weir calls.
  const add = prototype.add as Add
  prototype.add = function (this: unknown, name: string, data: unknown, options: JobsOptions) {
    return add.call(this, name, data, change(data, options))
  }
}
