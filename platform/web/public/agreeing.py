"""The control by which somebody agrees to a text."""

from formloom.platform.definitions.fields.types.consent import fingerprint, worded
from formloom.platform.web.public.questions import OneOf

LONG_TEXT = {"zh-CN": 160, "en": 420}
"""From so many characters on, the text of a consent is opened only by who wants to read it."""


class Consent(OneOf):
    """A box beside a text; what it sends is the fingerprint of that text, in the language of the page."""

    asked_by = "must_agree"

    @property
    def said(self) -> dict[str, str]:
        """Return the words that are agreed to."""
        return worded(self.cfg, self.locale)

    @property
    def mark(self) -> str:
        """Return what the box sends."""
        return fingerprint(self.cfg, self.locale)

    @property
    def is_ticked(self) -> bool:
        """Tell whether somebody has agreed: on a record before, or to this very text."""
        return self.data is True or self.data == self.mark

    @property
    def is_long(self) -> bool:
        """Tell whether the text would fill the page."""
        text = self.said["text"]
        return len(text) > LONG_TEXT[self.locale] or text.count("\n") > 7
