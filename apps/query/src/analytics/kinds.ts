import { analysisParameters } from './analysis.ts'
import { llm, llmMetrics } from './llm.ts'
import { performance, performanceMetrics } from './performance.ts'
import { usage, usageMetrics } from './usage.ts'

/** The analytics there are, each with its route's parameters and the schema of its metrics. */
export const analyticsKinds = {
  usage: { analytics: usage, parameters: analysisParameters('event_type'), metrics: usageMetrics },
  llm: { analytics: llm, parameters: analysisParameters('model'), metrics: llmMetrics },
  performance: {
    analytics: performance,
    parameters: analysisParameters('route'),
    metrics: performanceMetrics,
  },
} as const
