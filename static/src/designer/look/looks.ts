import { computed, type ComputedRef } from 'vue'
import { catalog } from '@/api/catalog'
import type { L10n } from '@/api/types'
import { useDesigner } from '../designer'
import type { Theme } from '../document'

export interface Preset {
  id: string
  label: L10n
  settings: Partial<Theme>
}
export interface Variable {
  id: string
  label: L10n
  kind: 'colour' | 'length' | 'weight'
  min: number
  max: number
  unit: string
}
interface Described {
  presets: Preset[]
  variables: Variable[]
  limits: { cover_image: number; logo: number }
}

/** The ready themes and variables that the server knows. */
export function themes(): Described {
  return catalog.value?.raw.themes as Described
}

export interface Look {
  /** What the form itself says. */
  own: ComputedRef<Theme>
  /** What holds: the ready theme with the form's own over it. */
  whole: ComputedRef<Theme>
  put: (changed: Partial<Theme>) => void
}

/** The theme of the form in the designer. What is the same as in the ready theme is not kept. */
export function useLook(): Look {
  const designer = useDesigner()
  const own = computed<Theme>(() => designer.document.value.settings?.theme ?? {})
  const ready = computed(() => presetOf(own.value.preset).settings)
  function put(changed: Partial<Theme>): void {
    const next = { ...own.value, ...changed }
    const base: Record<string, unknown> = presetOf(next.preset).settings
    const kept = Object.entries(next).filter(([name, value]) => value !== undefined && value !== '' && (name === 'preset' || value !== base[name]))
    designer.setForm(['settings', 'theme'], kept.length ? Object.fromEntries(kept) : undefined)
  }
  return { own, whole: computed(() => ({ ...ready.value, ...own.value })), put }
}

function presetOf(id: string | undefined): Preset {
  const { presets } = themes()
  return presets.find((one) => one.id === (id ?? 'loom')) ?? (presets[0] as Preset)
}

/** A picture file made small enough for a form: at most `width` × `height`, at most `longest` characters. */
export async function shrunk(file: File, width: number, height: number, longest: number): Promise<string | null> {
  const source = await createImageBitmap(file).catch(() => null)
  if (!source) return null
  const isOpaque = file.type === 'image/jpeg'
  for (const step of [1, 0.8, 0.62, 0.48]) {
    const scale = Math.min(1, width / source.width, height / source.height) * step
    const canvas = Object.assign(document.createElement('canvas'), { width: Math.max(1, Math.round(source.width * scale)), height: Math.max(1, Math.round(source.height * scale)) })
    canvas.getContext('2d')?.drawImage(source, 0, 0, canvas.width, canvas.height)
    for (const quality of [0.84, 0.7, 0.55]) {
      const made = canvas.toDataURL(isOpaque ? 'image/jpeg' : 'image/webp', quality)
      if (made.length <= longest) return made
    }
  }
  return null
}
