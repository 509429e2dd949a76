/** The colour of each state of a job; its name stands beside it. */
import type { OptionColour } from '@/api/types'
import type { Job } from './imports'

export const COLOURS: Record<Job['state'], OptionColour> = { queued: 'grey', running: 'indigo', done: 'green', failed: 'red', cancelled: 'amber', undone: 'grey' }
