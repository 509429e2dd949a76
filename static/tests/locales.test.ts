import { describe, expect, it } from 'vitest'
import en from '@/i18n/en'
import zh from '@/i18n/zh-CN'

function keysOf(tree: unknown, path = ''): string[] {
  if (typeof tree !== 'object' || tree === null) return [path]
  return Object.entries(tree).flatMap(([name, value]) => keysOf(value, path ? `${path}.${name}` : name))
}
function placeholders(tree: unknown, path: string): string[] {
  const text = path.split('.').reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], tree)
  return [...new Set(String(text).match(/\{\w+\}/g) ?? [])].sort()
}

describe('the two languages', () => {
  it('have the same keys', () => {
    expect(keysOf(en).sort()).toEqual(keysOf(zh).sort())
  })
  it.each(keysOf(zh))('fill the same places in %s', (path) => {
    expect(placeholders(en, path)).toEqual(placeholders(zh, path))
  })
  it('leave no message empty', () => {
    expect([...keysOf(zh).filter((path) => !path)]).toEqual([])
  })
})
