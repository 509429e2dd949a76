/** Do `work` for every id, a few at a time; what fails is told at the end. */
import { isProblem } from '@/api/problem'

export interface Tally {
  done: string[]
  failed: { id: string; message: string }[]
}
const AT_ONCE = 4

export async function forEachId(ids: readonly string[], work: (id: string) => Promise<unknown>, onStep: (finished: number) => void = () => undefined): Promise<Tally> {
  const tally: Tally = { done: [], failed: [] }
  const waiting = [...ids]
  async function hand(): Promise<void> {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      try {
        await work(id)
        tally.done.push(id)
      } catch (caught) {
        if (!isProblem(caught)) throw caught
        tally.failed.push({ id, message: caught.errors[0]?.message ?? caught.message })
      }
      onStep(tally.done.length + tally.failed.length)
    }
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, ids.length) }, hand))
  return tally
}
