/** A link that one respondent was given, as the API tells it; its secret can't be read again. */
export interface RespondentLink {
  id: string
  kind: 'own' | 'personal' | 'draft'
  label: string | null
  record: string | null
  created_at: string
  created_by: string | null
  expires_at: string | null
  used_at: string | null
  state: 'good' | 'ended' | 'withdrawn'
}
export const STATE_COLOURS = { good: 'green', ended: 'grey', withdrawn: 'grey' } as const
