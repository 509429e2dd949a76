/**
 * The life of one draft in the browser: read it, keep every change on this device at once and on the server within
 * two seconds, and say where it stands. It knows nothing about fields or selection.
 */
import { computed, ref, shallowRef, type ComputedRef, type Ref, type ShallowRef } from 'vue'
import { http } from '@/api/http'
import { isProblem, type ApiProblem } from '@/api/problem'
import type { Command } from './commands/command'
import type { FormDocument } from './document'
import { located } from './findings'
import { emptyHistory, perform, redo, undo, type History, type Step } from './history'
import { keep, kept, reached } from './keeper'

export interface Finding {
  code: string
  field: string | null
  /** Where in the document, as the server names it. */
  path?: string | null
  message: string | Record<string, string>
  severity?: 'error' | 'warning'
}
export interface DraftAnswer {
  id: string
  app: string
  kind: string
  key: string
  rev: number
  version: number | null
  document: FormDocument
  findings: Finding[]
  published: FormDocument | null
  saved_at: string
  published_at?: string | null
}
export interface Change {
  kind: 'added' | 'removed' | 'changed' | 'moved'
  path: string
  what: Record<string, string>
  affects_data: boolean
  /** Records that hold a value of it, and those whose value does not fit; null when we may not know. */
  records?: number | null
  fails?: number | null
}
export type SaveState = 'idle' | 'saving' | 'saved' | 'offline' | 'conflict' | 'error'
const QUIET_MS = 700
const LATEST_MS = 1_700
const RETRY_MS = 4_000

export interface Draft {
  about: ShallowRef<DraftAnswer | null>
  document: ShallowRef<FormDocument>
  history: ShallowRef<History>
  state: Ref<SaveState>
  savedAt: Ref<string | null>
  findings: Ref<Finding[]>
  changes: Ref<Change[]>
  problem: ShallowRef<ApiProblem | null>
  theirs: ShallowRef<DraftAnswer | null>
  isPublished: ComputedRef<boolean>
  load: () => Promise<void>
  run: (command: Command, label: string, params?: Record<string, string>) => void
  undo: () => Step | undefined
  redo: () => Step | undefined
  flush: () => Promise<boolean>
  readDiff: (counts?: boolean) => Promise<void>
  keepMine: () => Promise<void>
  takeTheirs: () => void
  stop: () => void
}

export function useDraft(id: string): Draft {
  const about = shallowRef<DraftAnswer | null>(null)
  const document = shallowRef<FormDocument>({ title: {}, fields: [] })
  const history = shallowRef<History>(emptyHistory())
  const state = ref<SaveState>('idle')
  const savedAt = ref<string | null>(null)
  const findings = ref<Finding[]>([])
  const changes = ref<Change[]>([])
  const problem = shallowRef<ApiProblem | null>(null)
  const theirs = shallowRef<DraftAnswer | null>(null)
  let rev = 0
  let saved: FormDocument | null = null
  let saving: Promise<void> | null = null
  let timer = 0
  let dirtySince = 0
  let lastDiff = 0

  const isDirty = () => saved !== document.value
  const remember = () => keep(id, { document: document.value, history: history.value, rev, isSaved: !isDirty() })

  async function load(): Promise<void> {
    const before = about.value ? document.value : null
    const answer = await http.get<DraftAnswer>(`/definitions/${id}/draft`)
    const local = await kept(id)
    const wentOn = before !== null && before !== document.value
    const ours = local && reached(local, answer.document)
    about.value = answer
    rev = answer.rev
    saved = answer.document
    if (!wentOn) document.value = answer.document
    savedAt.value = answer.saved_at
    findings.value = located(answer.findings, answer.document)
    state.value = 'saved'
    if (wentOn) {
      void remember() // somebody worked on while we read: that stays, on top of what the server has
    } else if (before) {
      // read again, after publishing or rolling back: what the server made of it is one more step
      if (JSON.stringify(before) !== JSON.stringify(answer.document)) history.value = perform(before, history.value, { kind: 'replace', document: answer.document }, 'designer.did.replace', Date.now()).history
      void remember()
    } else if (local && (local.rev === rev || ours)) {
      const isNewer = !local.isSaved && ours?.document !== local.document
      history.value = isNewer ? local.history : (ours ?? local).history
      if (isNewer) document.value = local.document
    } else if (local && !local.isSaved) {
      document.value = local.document
      history.value = local.history
      theirs.value = answer
      state.value = 'conflict'
      return
    }
    if (isDirty()) schedule()
    await readDiff()
  }

  function run(command: Command, label: string, params?: Record<string, string>): void {
    settle(perform(document.value, history.value, command, label, Date.now(), params))
  }
  function settle(changed: { document: FormDocument; history: History }): void {
    document.value = changed.document
    history.value = changed.history
    void remember()
    schedule()
  }

  function schedule(): void {
    if (state.value === 'conflict') return
    dirtySince ||= Date.now()
    if (state.value !== 'offline') state.value = 'saving'
    window.clearTimeout(timer)
    timer = window.setTimeout(() => void flush(), Math.max(0, Math.min(QUIET_MS, dirtySince + LATEST_MS - Date.now())))
  }

  /** Bring the server up to date; tells whether it is. */
  async function flush(): Promise<boolean> {
    window.clearTimeout(timer)
    while (saving) await saving
    if (isDirty()) {
      saving = save()
      await saving
      saving = null
      if (isDirty() && state.value === 'saved') schedule()
    } else if (state.value === 'saving') state.value = 'saved'
    return !isDirty()
  }

  async function save(): Promise<void> {
    const sent = document.value
    dirtySince = 0
    try {
      const answer = await http.put<{ rev: number; saved_at: string; findings: Finding[] }>(`/definitions/${id}/draft`, { document: sent }, { ifMatch: rev })
      rev = answer.rev
      saved = sent
      savedAt.value = answer.saved_at
      findings.value = located(answer.findings, sent)
      problem.value = null
      state.value = 'saved'
      void remember()
      void readDiff()
    } catch (caught) {
      if (!isProblem(caught)) throw caught
      await refused(caught)
    }
  }

  async function refused(caught: ApiProblem): Promise<void> {
    problem.value = caught
    if (caught.status === 409) {
      theirs.value = await http.get<DraftAnswer>(`/definitions/${id}/draft`).catch(() => null)
      if (theirs.value && reached({ document: document.value, history: history.value }, theirs.value.document)) return takeOver(theirs.value)
      state.value = theirs.value ? 'conflict' : 'offline'
    } else if (caught.isOffline || caught.status >= 500 || caught.status === 429) {
      state.value = 'offline'
    } else state.value = 'error'
    if (state.value === 'offline') timer = window.setTimeout(() => void flush(), RETRY_MS)
  }

  async function readDiff(counts = false): Promise<void> {
    const mine = ++lastDiff
    const answer = await http.get<{ changes: Change[] }>(`/definitions/${id}/diff`, { query: { counts: counts || undefined } }).catch(() => null)
    // A save asks without counts and may be answered after the dialog, which asked later.
    if (answer && mine === lastDiff) changes.value = answer.changes
  }

  async function keepMine(): Promise<void> {
    if (!theirs.value) return
    rebase(theirs.value)
    await flush()
  }
  /** What the server has came from here: go on from it, as part of the same save. */
  async function takeOver(ours: DraftAnswer): Promise<void> {
    rebase(ours)
    if (isDirty()) await save()
    else state.value = 'saved'
  }
  function rebase(on: DraftAnswer): void {
    rev = on.rev
    saved = on.document
    theirs.value = null
    state.value = 'saving'
  }

  function takeTheirs(): void {
    const other = theirs.value
    if (!other) return
    rev = other.rev
    saved = other.document
    theirs.value = null
    state.value = 'saved'
    settle(perform(document.value, history.value, { kind: 'replace', document: other.document }, 'designer.did.replace', Date.now()))
  }

  const back = (step: typeof undo) => () => {
    const last = step === undo ? history.value.done.at(-1) : history.value.undone.at(-1)
    if (last) settle(step(document.value, history.value))
    return last
  }
  const retry = () => void flush()
  const onHide = () => void (window.document.visibilityState === 'hidden' && flush())
  /** What stands in an input that writes when it is left counts too: the page leaves it. */
  const onLeave = () => (window.document.activeElement instanceof HTMLElement && window.document.activeElement.blur(), void flush())
  window.addEventListener('online', retry)
  window.addEventListener('pagehide', onLeave)
  window.document.addEventListener('visibilitychange', onHide)
  function stop(): void {
    window.removeEventListener('online', retry)
    window.removeEventListener('pagehide', onLeave)
    window.document.removeEventListener('visibilitychange', onHide)
    void flush()
  }

  return {
    about, document, history, state, savedAt, findings, changes, problem, theirs,
    isPublished: computed(() => (about.value?.version ?? 0) > 0),
    load, run, undo: back(undo), redo: back(redo), flush, readDiff, keepMine, takeTheirs, stop,
  }
}
