/** Every function of the formula language; a test holds the list against the server's. */
import { aggregates } from './aggregates'
import { dates } from './dates'
import type { Family } from './function'
import { logic } from './logic'
import { lookup } from './lookup'
import { numbers } from './numbers'
import { people } from './people'
import { text } from './text'

export const FUNCTIONS: Family = { ...aggregates, ...dates, ...logic, ...lookup, ...numbers, ...people, ...text }
