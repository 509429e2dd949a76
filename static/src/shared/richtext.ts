/**
 * HTML of a few harmless tags, as elements. The server has cleaned what it gives out; here nothing is trusted anyway:
 * elements are built anew from the list below, so markup is never put into the page as it came.
 */
const TAGS = new Set(['P', 'BR', 'STRONG', 'B', 'EM', 'I', 'U', 'S', 'UL', 'OL', 'LI', 'A', 'BLOCKQUOTE', 'H2', 'H3', 'CODE', 'PRE', 'HR'])
const DROPPED = new Set(['SCRIPT', 'STYLE', 'TEMPLATE', 'IFRAME', 'SVG', 'MATH', 'NOSCRIPT'])
const ADDRESS = /^(https?:|mailto:|tel:)/i

const BLOCKS = new Set(['P', 'UL', 'OL', 'BLOCKQUOTE', 'H2', 'H3', 'PRE', 'HR'])

/** Whether a text is markup of ours, and not plain words. */
export function isMarkup(text: string): boolean {
  return [...text.matchAll(/<([a-z][a-z0-9]*)\b/gi)].some((found) => TAGS.has((found[1] ?? '').toUpperCase()))
}

/** Markup in which every word stands in a paragraph, a list or another block. */
export function inBlocks(html: string): string {
  const made = document.createElement('div')
  let line: Element | null = null
  for (const node of [...elementsOf(html).childNodes]) {
    const isBlock = BLOCKS.has(node.nodeName)
    line = isBlock ? null : (line ?? made.appendChild(document.createElement('p')))
    ;(line ?? made).append(node)
  }
  return made.innerHTML
}

export function elementsOf(html: string): DocumentFragment {
  const found = document.createDocumentFragment()
  copy(new DOMParser().parseFromString(html, 'text/html').body, found)
  return found
}

/** What a person reads, in one line. */
export function wordsOf(html: string): string {
  const body = new DOMParser().parseFromString(html.replace(/<(br|\/p|\/li|\/h[23]|\/blockquote)>/gi, '$& '), 'text/html').body
  return (body.textContent ?? '').replace(/\s+/g, ' ').trim()
}

/** An address that may stand in a link; one without a scheme is one of the web. */
export function addressOf(typed: string): string {
  const text = typed.trim()
  if (!text || ADDRESS.test(text)) return text
  return /^[\w+.-]+:/.test(text) && !/^[\w.-]+:\d/.test(text) ? '' : ['https:', '', text].join('/')
}

function copy(from: Node, to: Node): void {
  for (const node of from.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) to.appendChild(document.createTextNode(node.nodeValue ?? ''))
    else if (node instanceof Element && !DROPPED.has(node.tagName.toUpperCase())) copy(node, TAGS.has(node.tagName) ? to.appendChild(remade(node)) : to)
  }
}

function remade(from: Element): Element {
  const made = document.createElement(from.tagName)
  const href = from.getAttribute('href') ?? ''
  if (from.tagName === 'A' && ADDRESS.test(href)) {
    made.setAttribute('href', href)
    made.setAttribute('target', '_blank')
    made.setAttribute('rel', 'noopener noreferrer nofollow')
  }
  return made
}
