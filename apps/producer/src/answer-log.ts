import type { Refusal, RefusedRecord } from '@weir/formats'
import type { RefusedBody, Rejection } from './intake-request.ts'

/** Most refusals, and most names of fields that are not kept, that an answer lists. */
const maxListed = 100

type Remarks = Record<string, unknown>

/** `ids` have `","` between them: an id needs no escapes, and this is written for every request. */
export function toAnswer(count: number, ids: string, isSingle: boolean, remarks?: Remarks): string {
  const list = `"accepted":${count},"ids":[${count === 0 ? '' : `"${ids}"`}]`
  if (isSingle && remarks === undefined) return `{"id":"${ids}","status":"queued",${list}}`
  if (remarks === undefined) return `{${list}}`
  return `{${list},${JSON.stringify(remarks).slice(1)}`
}

/** What else a sender should hear of a list: which events were refused, and what beside them is not kept. */
export function toRemarks(
  refused: readonly RefusedRecord[],
  quarantinedCount: number,
  ignored: readonly string[],
): Remarks | undefined {
  if (refused.length === 0 && ignored.length === 0) return undefined
  return {
    ...(refused.length > 0 && {
      rejected: refused.slice(0, maxListed).map((one) => toRejection(one, false)),
      rejected_count: refused.length,
    }),
    ...(refused.length > maxListed && { truncated: true }),
    ...(quarantinedCount > 0 && { quarantined: quarantinedCount }),
    ...(ignored.length > 0 && { ignored: ignored.slice(0, maxListed).map((name) => name.slice(0, 100)) }),
  }
}

/** Nothing of the body can be kept, for one reason. */
export function refuse(code: Refusal['code'], detail: string): RefusedBody {
  return { code, detail, errors: [], rejectedCount: undefined }
}

/** Nothing of the body can be kept, for the reasons that its records have. */
export function toRefusedBody(refused: readonly RefusedRecord[], isSingle: boolean): RefusedBody {
  const first = refused[0]?.refusal
  return {
    code: first?.code ?? 'validation-failed',
    detail:
      refused.length === 1 && first !== undefined ? first.detail : 'None of the events could be accepted.',
    errors: refused.slice(0, maxListed).map((one) => toRejection(one, isSingle)),
    rejectedCount: refused.length > maxListed ? refused.length : undefined,
  }
}

function toRejection({ index, refusal }: RefusedRecord, isSingle: boolean): Rejection {
  const pointer = isSingle ? refusal.pointer : `#/${index}${refusal.pointer.slice(1)}`
  return { index, code: refusal.code, detail: refusal.detail, pointer }
}
