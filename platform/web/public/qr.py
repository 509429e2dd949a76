"""QR codes of addresses."""

import io

import segno


def drawn(address: str, *, title: str | None = None) -> bytes:
    """Return a QR code as an SVG document."""
    out = io.BytesIO()
    segno.make(address, error="m", micro=False).save(out, kind="svg", scale=8, border=2, light="#fff", title=title)
    return out.getvalue()


def inline(address: str) -> str:
    """Return a QR code as an address that holds the picture itself."""
    return str(segno.make(address, error="m", micro=False).svg_data_uri(scale=5, border=2, light="#fff"))
