/** A public link of a form, as the API tells it. */
export interface FormLink {
  token: string
  url: string
  open: boolean
  submissions: number
  has_password: boolean
}
