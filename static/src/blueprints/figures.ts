/** How long records stay in each state of a blueprint, and which ways they take. */
import { http } from '@/api/http'
import type { L10n } from '@/api/types'
import { ANY, leads, type BlueprintDocument } from './blueprint'
import type { Category } from './transitions'

export interface StateFigures {
  state: string
  category: Category
  now: number
  left: number
  entered: number
  median_s: number | null
  p90_s: number | null
  is_bottleneck: boolean
}
export interface Moves { from: string | null; to: string; transition: string | null; label: L10n | null; count: number }
export interface BlueprintFigures { id: string; key: string; field: string; states: StateFigures[]; moves: Moves[] }
/** A way with how many of a hundred records that left its first state took it; null where records begin. */
export interface TakenWay extends Moves { share: number | null }

export const figuresOf = async (form: string, since: string | undefined): Promise<BlueprintFigures[]> =>
  (await http.get<{ blueprints: BlueprintFigures[] }>(`/forms/${form}/stages/figures`, { query: { since } })).blueprints

/** The ways in the order of the states that they leave, with those that the blueprint has and nobody took. */
export function waysOf(document: Pick<BlueprintDocument, 'transitions'>, figures: BlueprintFigures): TakenWay[] {
  const states = figures.states.map((one) => one.state)
  const isTaken = (key: string, from: string) => figures.moves.some((move) => move.transition === key && (from === ANY || move.from === from))
  const idle = document.transitions.flatMap((way) => way.from
    .filter((from) => (from === ANY || (states.includes(from) && leads(way, from))) && states.includes(way.to) && !isTaken(way.key, from))
    .map((from): Moves => ({ from: from === ANY ? null : from, to: way.to, transition: way.key, label: way.label, count: 0 })))
  const all = [...figures.moves, ...idle]
  const leaving = (state: string) => all.reduce((sum, one) => sum + (one.from === state ? one.count : 0), 0)
  const place = (state: string | null) => (state === null ? -1 : states.indexOf(state))
  return all
    .map((one) => ({ ...one, share: one.from !== null && leaving(one.from) ? Math.round((100 * one.count) / leaving(one.from)) : null }))
    .sort((one, other) => place(one.from) - place(other.from) || other.count - one.count || place(one.to) - place(other.to))
}
