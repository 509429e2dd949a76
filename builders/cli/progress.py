"""Progress of long work: a line that rewrites itself on a terminal, plain lines elsewhere."""

import sys
import time

import click

EVERY_S = 2.0


class Counter:
    """Shows how far something has come."""

    def __init__(self, unit: str, total: int | None = None) -> None:
        self._unit = unit
        self._total = total
        self._is_terminal = sys.stderr.isatty()
        self._shown_at = 0.0
        self._began = time.monotonic()

    def step(self, what: str, done: int) -> None:
        """Say that `done` units are done, now working on `what`."""
        now = time.monotonic()
        if not self._is_terminal and now - self._shown_at < EVERY_S:
            return
        self._shown_at = now
        rate = done / max(now - self._began, 0.001)
        share = f"{100 * done // self._total:3d} % " if self._total else ""
        line = f"{share}{done} {self._unit}, {rate:,.0f}/s, {what}"
        click.echo(f"\r\x1b[K{line}" if self._is_terminal else line, err=True, nl=not self._is_terminal)

    def finish(self) -> None:
        """Clear the line."""
        if self._is_terminal:
            click.echo("\r\x1b[K", err=True, nl=False)
