import type { EventFields, LlmFields } from '../core/event-fields.ts'
import type { RecordEvent } from './record.ts'

export interface ReviewStarted extends EventFields {
  language?: string | undefined
  codeLength?: number | undefined
}

export interface ReviewCompleted extends EventFields {
  analysisCount?: number | undefined
  success?: boolean | undefined
}

export interface AnalysisStarted extends EventFields {
  analysisType?: string | undefined
}

export interface AnalysisCompleted extends EventFields {
  results?: unknown
}

export interface LlmFeedback extends EventFields {
  model?: string | undefined
  feedbackLength?: number | undefined
}

export interface WorkLogs {
  logReviewStarted: (review: ReviewStarted) => void
  logReviewCompleted: (review: ReviewCompleted) => void
  /** `syntax_analysis_started` */
  logAnalysisStarted: (analysis: AnalysisStarted) => void
  /** `syntax_analysis_completed` */
  logAnalysisCompleted: (analysis: AnalysisCompleted) => void
  /** A call of a model: `llm_query_sent`. */
  logLlmQuery: (query: LlmFields) => void
  /** What somebody thought of an answer: `llm_feedback_received`. */
  logLlmFeedback: (feedback: LlmFeedback) => void
}

export function createWorkLogs(record: RecordEvent): WorkLogs {
  return {
    logReviewStarted: (review) => record('review_started', undefined, review),
    logReviewCompleted: (review) => record('review_completed', undefined, review),
    logAnalysisStarted: (analysis) => record('syntax_analysis_started', undefined, analysis),
    logAnalysisCompleted: (analysis) => record('syntax_analysis_completed', undefined, analysis),
    logLlmQuery: (query) => record('llm_query_sent', undefined, query),
    logLlmFeedback: (feedback) => record('llm_feedback_received', undefined, feedback),
  }
}
