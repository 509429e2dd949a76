/** The code that puts a form into another site. */
export type EmbedKind = 'script' | 'popup' | 'frame'

export function embedCode(kind: EmbedKind, url: string, title: string, button: string): string {
  const script = `<script async src="${new URL('/embed.js', url).href}"></` + 'script>'
  const named = escaped(title)
  if (kind === 'script') return `<div data-formloom="${escaped(url)}" data-formloom-title="${named}"></div>\n${script}`
  if (kind === 'popup') return `<button type="button" data-formloom-popup="${escaped(url)}" data-formloom-title="${named}">${escaped(button)}</button>\n${script}`
  return `<iframe src="${escaped(url)}?embed" title="${named}" width="100%" height="720" style="border:0" allow="camera; geolocation" loading="lazy"></iframe>`
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (mark) => `&#${mark.charCodeAt(0)};`)
}
