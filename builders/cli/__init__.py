"""The command line: `formloom <command>`.

Each command opens the installation (settings, database, files), does one thing through the same use cases as the
web, and closes it. Exit status 0, or 1 with one clear line on stderr.
"""

from collections.abc import Callable
from typing import Protocol

import click

from formloom.platform.web.runtime import Runtime


class Installation(Protocol):
    """What `app.py` puts together for a command."""

    runtime: Runtime

    def close(self) -> None: ...


Open = Callable[..., Installation]
"""Opens the installation; `port` decides the default base URL."""


class Refused(click.ClickException):
    """One clear line for the person at the terminal."""

    def show(self, file: object = None) -> None:  # noqa: ARG002 - click's signature
        click.echo(f"formloom: {self.message}", err=True)
