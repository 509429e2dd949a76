/** How the states of received mails look, and why a mail is where it is, in words. */
import { t, i18n } from '@/i18n'
import type { MailRow, State } from '../mailboxes'

export const COLOURS: Record<State, string> = { held: 'amber', made: 'green', joined: 'teal', unverified: 'orange', bounced: 'red', dropped: 'grey' }

export function whyOf(mail: Pick<MailRow, 'state' | 'cause'>): string {
  const known = [`mailboxes.cause.${mail.state}_${mail.cause}`, `mailboxes.cause.${mail.cause}`].find((key) => mail.cause && i18n.global.te(key))
  return t(known ?? `mailboxes.told.${mail.state}`)
}
export const senderOf = (mail: Pick<MailRow, 'name' | 'from'>): string => mail.name || mail.from || t('mailboxes.nobody')
