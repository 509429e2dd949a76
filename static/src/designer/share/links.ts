/** What a query page asks and shows. */
export interface PublicQuery {
  by: string[]
  show: string[]
  mask: string[]
  rows: number
  edit: boolean
  open_from: string | null
  open_until: string | null
}
/** A public link of a form, as the API tells it. */
export interface FormLink {
  token: string
  url: string
  open: boolean
  submissions: number
  last_submission_at: string | null
  name: string | null
  source: string | null
  has_password: boolean
  /** The origins of sites that may hold the form. */
  hosts: string[]
  purpose: 'fill' | 'query'
  query: PublicQuery | null
}
