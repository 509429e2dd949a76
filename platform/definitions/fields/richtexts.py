"""HTML of a few harmless tags: what the rich text fields keep and show.

`nh3` (the Rust library ammonia) parses as browsers do and writes only what stands in the lists here, so there is no
script, style, event handler, form, frame or foreign address scheme in what comes out, whatever went in.
"""

import html
import re

import nh3

TAGS = {
    "p", "br", "strong", "b", "em", "i", "u", "s", "ul", "ol", "li", "a", "blockquote", "h2", "h3", "code", "pre", "hr",
}  # fmt: skip
_OTHERS = (
    "div", "span", "img", "script", "style", "svg", "math", "iframe", "object", "embed", "template", "form", "input",
    "table", "tr", "td", "th", "h1", "h4", "h5", "h6", "font", "meta", "link", "html", "head", "body", "title",
)  # fmt: skip
_TAG = re.compile(rf"<!--|</?(?:{'|'.join(sorted(TAGS | set(_OTHERS), key=len, reverse=True))})\b", re.IGNORECASE)
"""What makes a text markup. "1 <two> 3" is not: whoever writes that means it as it stands."""
_BREAK = re.compile(r"<br>|<hr>|</(?:p|li|h2|h3|blockquote|pre)>")
_PARAGRAPHS = re.compile(r"\n\s*\n")
_ROUNDS = 5
_CLEANER = nh3.Cleaner(
    tags=TAGS, attributes={"a": {"href"}}, url_schemes={"http", "https", "mailto", "tel"}, link_rel="noopener nofollow"
)
_STRIPPER = nh3.Cleaner(tags=set())


def sanitised(text: str) -> str:
    """Return harmless HTML; text without tags becomes paragraphs. Cleaning the answer again changes nothing."""
    found = text if _TAG.search(text) else _paragraphs(text)
    for _ in range(_ROUNDS):
        cleaned = _CLEANER.clean(found).strip()
        cleaned = cleaned if not cleaned or "<" in cleaned else f"<p>{cleaned}</p>"
        if cleaned == found:
            return found
        found = cleaned
    return _paragraphs(plain(found))


def plain(markup: str) -> str:
    """Return what a person reads, one line for each paragraph or item."""
    lines = html.unescape(_STRIPPER.clean(_BREAK.sub(lambda found: f"{found[0]}\n", markup))).splitlines()
    return "\n".join(line.strip() for line in lines if line.strip())


def _paragraphs(text: str) -> str:
    parts = [html.escape(part.strip(), quote=False).replace("\n", "<br>") for part in _PARAGRAPHS.split(text)]
    return "".join(f"<p>{part}</p>" for part in parts if part)
