/** Between the moments of the API (UTC) and `datetime-local`, which speaks the reader's time. */
export function toLocal(at: unknown): string {
  const moment = typeof at === 'string' && at ? new Date(at) : null
  if (!moment || Number.isNaN(moment.getTime())) return ''
  return new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}
export function fromLocal(text: string): string | null {
  const moment = text ? new Date(text) : null
  return moment && !Number.isNaN(moment.getTime()) ? moment.toISOString() : null
}
