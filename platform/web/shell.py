"""The page that the workspace and the designers live in: one HTML document, everything else is the bundle."""

import re
from functools import cache
from pathlib import Path

from flask import Response, redirect

from formloom.platform.access.acts import Act
from formloom.platform.web.route import Api, Call
from formloom.platform.web.security import nonce, page_policy

PAGES = (
    "/", "/setup", "/sign-in", "/forgot", "/invite/<token>", "/reset/<token>", "/gallery", "/gallery/<path:rest>",
    "/a/<path:rest>", "/settings", "/settings/<path:rest>", "/jobs/<path:rest>", "/notifications", "/tasks", "/queue",
)  # fmt: skip
_SCRIPT = re.compile(r"<script\b")
_MISSING = """<!doctype html><meta charset="utf-8"><title>Formloom 织单</title>
<p>浏览器端尚未构建，请运行 <code>make run</code>。<p>The browser side is not built yet; run <code>make run</code>."""


@cache
def shell_api(bundle: Path) -> Api:
    """Return the routes of the pages drawn by the bundle in `bundle`."""
    api = Api("shell", prefix="")

    def page(_call: Call, **_path: object) -> Response:
        """Serve the workspace page."""
        file = bundle / "index.html"
        html = file.read_text(encoding="utf-8") if file.is_file() else _MISSING
        marked = _SCRIPT.sub(f'<script nonce="{nonce()}"', html)
        headers = {"Cache-Control": "no-cache", "Content-Security-Policy": page_policy()}
        return Response(marked, content_type="text/html; charset=utf-8", headers=headers)

    for number, path in enumerate(PAGES):
        page.__name__ = f"page_{number}"
        api.get(path, act=Act.SHELL_READ, who="anyone", gives="text/html")(page)

    @api.get("/favicon.ico", act=Act.SHELL_READ, who="anyone", gives="image/svg+xml")
    def favicon(_call: Call) -> object:
        """Send the browser to the icon."""
        return redirect("/static/favicon.svg", code=302)

    return api
