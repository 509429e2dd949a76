/** Taking running processes to another version: what would happen, and doing it part by part. */
import { http } from '@/api/http'
import type { L10n } from '@/api/types'

export type Why = 'left' | 'gone' | 'other_kind' | 'other_ways' | 'calling'
export interface Station {
  node: string
  title: L10n
  type: string
}
export interface StandingNode extends Station {
  runs: number
  to: string
  fits: boolean
  why: Why | null
}
export interface MovedProcess {
  process: string
  record: string
  title: string | null
  from: number
  nodes: string[]
  moves: boolean
  why: Why | null
}
export interface Migration {
  to: number
  runs: number
  moved: number
  nodes: StandingNode[]
  targets: Station[]
  processes: MovedProcess[]
  next: string | null
}
export interface Standing {
  version: number | null
  versions: { version: number; runs: number }[]
}
export type Mapping = Record<string, string>
/** Where a node's runs stay as they are. */
export const STAYS = ''
const PART = 50

export const movingApi = {
  standing: (flow: string) => http.get<Standing>(`/flows/${flow}/running`),
  older: async (app: string) => (await http.get<{ flows: Record<string, number> }>(`/apps/${app}/processes/older`)).flows,
  preview: (flow: string, mapping: Mapping) => http.post<Migration>(`/flows/${flow}/migrate`, { mapping }),
}
/** How many processes run on a version that is not the current one. */
export const olderOf = (standing: Standing): number => standing.versions.filter((one) => one.version !== standing.version).reduce((sum, one) => sum + one.runs, 0)

/** Move everything, telling after each part what became of it. */
export async function moveAll(flow: string, mapping: Mapping, told: (part: MovedProcess[]) => void): Promise<void> {
  let after: string | null = ''
  while (after !== null) {
    const part: Migration = await http.post<Migration>(`/flows/${flow}/migrate`, { mapping, after, most: PART, dry_run: false })
    told(part.processes)
    after = part.next
  }
}

/** The way back; null where two steps became one, so that nobody can tell who came from which. */
export function reversed(nodes: StandingNode[]): Mapping | null {
  const back: Mapping = {}
  for (const one of nodes) {
    if (!one.fits) continue
    if (one.to in back) return null
    back[one.to] = one.node
  }
  return back
}
export async function moveBack(flow: string, moved: MovedProcess[], mapping: Mapping): Promise<number> {
  let done = 0
  for (const version of new Set(moved.map((one) => one.from))) {
    const ids = moved.filter((one) => one.from === version).map((one) => one.process)
    for (let at = 0; at < ids.length; at += PART) done += (await http.post<Migration>(`/flows/${flow}/migrate`, { to: version, mapping, processes: ids.slice(at, at + PART), dry_run: false })).moved
  }
  return done
}
