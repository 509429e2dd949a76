const files = import.meta.glob<{ default: Record<string, unknown> }>('../locales/zh-CN/*.json', { eager: true })

export default Object.fromEntries(
  Object.entries(files).map(([path, file]) => [path.slice(path.lastIndexOf('/') + 1, -'.json'.length), file.default]),
)
