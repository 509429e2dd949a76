/**
 * Keys of the whole workspace. `shortcut()` binds keys while the calling component lives and lists them in the `?`
 * sheet. Combinations always work; single keys stay away from text fields and from an input method that is
 * composing, and can be switched off (WCAG 2.1.4).
 */
import { tinykeys } from 'tinykeys'
import { onScopeDispose, ref, shallowRef } from 'vue'

export interface Shortcut {
  keys: string
  /** What it does, as a message key. */
  label: string
  group: string
}
const STORE = 'formloom.singleKeys'
export const shortcuts = shallowRef<Shortcut[]>([])
export const singleKeysOn = ref(localStorage.getItem(STORE) !== 'off')

export function setSingleKeys(on: boolean): void {
  singleKeysOn.value = on
  localStorage.setItem(STORE, on ? 'on' : 'off')
}

export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName) && !['checkbox', 'radio', 'button'].includes((target as HTMLInputElement).type))
}

function isSingle(keys: string): boolean {
  return !/\$mod|Control|Alt|Meta/.test(keys) && !/^(Escape|Delete|Backspace|Arrow|F\d)/.test(keys)
}

/** Bind `keys` (tinykeys syntax, `$mod+k`) until the component goes; the handler returns false to let the key pass. */
export function shortcut(keys: string, label: string, group: string, run: (event: KeyboardEvent) => unknown): void {
  const entry: Shortcut = { keys, label, group }
  shortcuts.value = [...shortcuts.value, entry]
  const handler = (event: KeyboardEvent) => {
    if (event.isComposing || event.defaultPrevented) return
    if (isSingle(keys) && !singleKeysOn.value) return
    if (!keys.includes('$mod') && isTyping(event.target)) return
    if (document.querySelector('dialog[open]') && keys !== 'Escape') return
    if (run(event) !== false) event.preventDefault()
  }
  // tinykeys by itself leaves every field and every repeat alone, combinations too; what may pass is decided above
  const off = tinykeys(window, { [keys]: handler }, { ignore: (event) => event.isComposing || (event.repeat && isSingle(keys)) })
  onScopeDispose(() => {
    off()
    shortcuts.value = shortcuts.value.filter((one) => one !== entry)
  })
}
