import { Queue, Worker } from 'bullmq'
import { wrapAdd } from './wrap-add.ts'

// A job whose worker died twice is failed, and a failed job is removed: BullMQ's defaults, and a common setting.
wrapAdd(Queue.prototype, (_data, options) => ({ ...options, removeOnFail: true }))

const prototype: { run: unknown } = Worker.prototype
// `run` starts the worker, and takes nothing.
const run = prototype.run as (this: Worker) => Promise<void>
prototype.run = function (this: Worker): Promise<void> {
  this.opts.maxStalledCount = 1
  return run.call(this)
}
