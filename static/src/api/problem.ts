/** One thing that the server found wrong; `field` is the id of the field it is about. */
export interface FieldError {
  field: string | null
  code: string
  message: string
}

/** An answer that is no success, as an RFC 9457 problem document; `status` 0 when the server can't be reached. */
export class ApiProblem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly title: string,
    readonly detail: string,
    readonly errors: FieldError[] = [],
    readonly retryAfterS: number | null = null,
    readonly traceId: string | null = null,
    /** Where a text that was sent can't be read, in characters from 0. */
    readonly position: number | null = null,
  ) {
    super(detail || title || code)
    this.name = 'ApiProblem'
  }

  get isOffline(): boolean {
    return this.status === 0
  }

  /** The message for a field, if the server had one. */
  of(field: string): string | undefined {
    return this.errors.find((error) => error.field === field)?.message
  }
}

export function isProblem(caught: unknown): caught is ApiProblem {
  return caught instanceof ApiProblem
}
