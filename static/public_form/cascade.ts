/** Levels of a tree, one select each: the list of whole paths that the server drew stays, hidden, and holds the answer. */
import { element } from './page'

const STEP = '\u2009›\u2009'

interface Node {
  label: string
  path: string[]
  canStop: boolean
  below: Node[]
}

export function followCascade(box: HTMLElement): void {
  const whole = box.querySelector('select')
  if (!whole) return
  const tree = treeOf(whole)
  const [empty, name, id] = [whole.options[0]?.textContent ?? '', whole.getAttribute('aria-label') ?? '', whole.id]
  let steps: string[] = []

  const draw = () => {
    box.querySelectorAll('.level').forEach((one) => one.remove())
    const barred = JSON.parse(box.dataset.barred ?? '[]') as string[]
    whole.before(...levelsOf(tree.filter((node) => !barred.includes(node.path[0] ?? '')), steps).map(level))
  }
  const level = (nodes: Node[], at: number) => {
    const options = nodes.map((node) => new Option(node.label, node.path[at], false, node.path[at] === steps[at]))
    const made = element('select', { class: 'in level', id: at ? `${id}-${at}` : id, 'aria-label': at ? `${name} ${at + 1}` : name }, new Option(empty, ''), ...options)
    made.addEventListener('change', () => choose(at, made.value))
    return made
  }
  const choose = (at: number, value: string) => {
    steps = [...steps.slice(0, at), ...(value ? [value] : [])]
    whole.value = nodeAt(tree, steps)?.canStop ? JSON.stringify(steps) : ''
    draw()
    box.querySelectorAll<HTMLElement>('.level')[at]?.focus()
    whole.dispatchEvent(new Event('input', { bubbles: true }))
  }
  const read = () => {
    steps = whole.value ? (JSON.parse(whole.value) as string[]) : []
    draw()
  }

  whole.hidden = true
  whole.removeAttribute('id')
  whole.addEventListener('change', read)
  whole.form?.addEventListener('reset', () => window.setTimeout(read))
  read()
}

function treeOf(whole: HTMLSelectElement): Node[] {
  const top: Node[] = []
  for (const option of whole.options) {
    if (!option.value) continue
    const path = JSON.parse(option.value) as string[]
    const group = option.parentElement instanceof HTMLOptGroupElement ? option.parentElement.label : null
    const own = (option.textContent ?? '').split(STEP)
    const labels = group === null || path.length === 1 ? own : [group, ...own]
    let level = top
    path.forEach((value, at) => {
      let node = level.find((one) => one.path[at] === value)
      if (!node) level.push((node = { label: labels[at] ?? value, path: path.slice(0, at + 1), canStop: false, below: [] }))
      if (at === path.length - 1) node.canStop = true
      level = node.below
    })
  }
  return top
}

function nodeAt(tree: Node[], path: string[]): Node | undefined {
  let [level, found]: [Node[], Node | undefined] = [tree, undefined]
  path.forEach((value, at) => {
    found = level.find((one) => one.path[at] === value)
    level = found?.below ?? []
  })
  return found
}

/** The options of each level that is open with these steps chosen. */
function levelsOf(tree: Node[], path: string[]): Node[][] {
  const below = path.map((_, at) => nodeAt(tree, path.slice(0, at + 1))?.below ?? [])
  return [tree, ...below].filter((nodes) => nodes.length)
}
