"""Somebody who has a keyboard and nothing else."""

from __future__ import annotations

from playwright.sync_api import Locator, Page

MOST_TABS = 90


class Keys:
    """Presses keys of a page, one after the other; never points at anything."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, *keys: str) -> Keys:
        for key in keys:
            self.page.keyboard.press(key)
        return self

    def type(self, text: str) -> Keys:
        self.page.keyboard.type(text)
        return self

    def write(self, text: str) -> Keys:
        """Replace what stands in the field that has the focus."""
        return self.press("Control+a").type(text)

    def go(self, to: Locator, *, back: bool = False) -> Keys:
        """Press Tab until `to` has the focus; it must be on the way."""
        to.wait_for()
        for _ in range(MOST_TABS):
            if to.evaluate("element => element === document.activeElement"):
                return self
            self.page.keyboard.press("Shift+Tab" if back else "Tab")
        raise AssertionError(f"{MOST_TABS} times Tab does not lead to {to}; the focus is on {self.where()}")

    def where(self) -> str:
        """Return what has the focus, for the words of a failure."""
        return str(self.page.evaluate("document.activeElement?.outerHTML.slice(0, 200) ?? ''"))
