/** Mails and webhook calls that the installation sends. */
export type State = 'pending' | 'sending' | 'sent' | 'retrying' | 'dead' | 'unsent' | 'suspended'
export const STATES: State[] = ['pending', 'retrying', 'dead', 'unsent', 'suspended', 'sent']
export const STATE_COLOURS: Record<State, string> = { pending: 'blue', sending: 'blue', sent: 'green', retrying: 'amber', dead: 'red', unsent: 'grey', suspended: 'amber' }
/** What can be put in line again; what was sent is never sent twice. */
export const RESENDABLE: State[] = ['dead', 'unsent', 'suspended']

export interface Delivery {
  id: string
  channel: string
  state: State
  to: string
  subject: string | null
  attempts: number
  next_at: string | null
  last_error: string | null
  message_id: string | null
  created_at: string
  record?: { form: string; id: string; app?: string } | null
}
export interface DeliveryDetail extends Delivery {
  payload?: { text?: string; url?: string; body?: unknown } | null
}
