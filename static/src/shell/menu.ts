/** Where an entry of an app's menu leads; null for kinds that have no page. */
export function routeOf(app: string, item: { kind: string; key: string }): string | null {
  const pages: Record<string, string> = { form: 'f', dashboard: 'd' }
  const part = pages[item.kind]
  return part ? `/a/${app}/${part}/${item.key}` : null
}
