"""Pictures of options. They stand in the form's document and are given out one by one, so that pages stay small."""

import base64
import binascii

from flask import Response

from formloom.platform.kernel.errors import NotFound
from formloom.platform.web.public.controls import Pictures
from formloom.platform.web.public.page_form import PageForm
from formloom.platform.web.public.visits import Visit

KEPT_S = 300
"""So long a browser keeps a picture without asking again; a form that changes shows the new one soon."""


def place(questions: PageForm, path: str) -> None:
    """Let the page fetch its pictures below `path`."""
    for question in questions:
        if isinstance(question, Pictures):
            question.path = path


def answer(visit: Visit, field_id: str, number: int) -> Response:
    """Return the picture of a public field's option. Raises NotFound, also for one that can't be read."""
    item = visit.form.by_id.get(field_id)
    options = item.cfg.get("options", ()) if item is not None and item.public else ()
    image = options[number].get("image") if number < len(options) else None
    if not image:
        raise NotFound
    kind, data = image.removeprefix("data:").split(";base64,", 1)
    try:
        content = base64.b64decode(data)
    except binascii.Error as fault:
        raise NotFound from fault
    return Response(content, content_type=kind, headers={"Cache-Control": f"max-age={KEPT_S}"})
