/** An event as `POST /log` takes it, but for its `event_id`. */
export interface DemoEvent {
  atMs: number
  event_type: string
  source: string
  level?: 'info' | 'warning' | 'error'
  session_id?: string
  payload: Readonly<Record<string, unknown>>
}
