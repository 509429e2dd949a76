"""`formloom templates list|install|remove`."""

import click

from formloom.builders.cli import Open, Refused
from formloom.builders.cli.acting import first_administrator
from formloom.builders.gallery import browsing, removing, shelf
from formloom.builders.gallery.installing import Wish, install
from formloom.platform.kernel.errors import FormloomError
from formloom.platform.kernel.text import resolve


def template_commands(open_installation: Open) -> list[click.Command]:
    """Return the commands about the gallery."""

    @click.group()
    def templates() -> None:
        """The gallery: apps to install."""

    @templates.command("list")
    def list_() -> None:
        """List what the gallery has."""
        installation = open_installation()
        rt = installation.runtime
        try:
            actor = first_administrator(rt)
            with rt.db.read() as unit:
                found = browsing.list_packages(unit, actor)
        finally:
            installation.close()
        for entry in found:
            state = "installed" if entry.installed else "-"
            click.echo(f"{entry.package.slug:<12} {state:<10} {resolve(entry.package.manifest['title'], 'en')}")

    @templates.command("install")
    @click.argument("slug")
    @click.option("--no-sample-data", is_flag=True, help="Without sample records.")
    def install_(slug: str, no_sample_data: bool) -> None:
        """Install the app SLUG."""
        installation = open_installation()
        rt = installation.runtime
        try:
            actor = first_administrator(rt)
            wish = Wish(sample_data=not no_sample_data, listeners=rt.listeners)
            package = shelf.get(slug)
            done = rt.db.write(lambda uow: install(uow, actor, package, now=rt.now(), catalog=rt.catalog, wish=wish))
        except FormloomError as fault:
            raise Refused(fault.words("en")) from fault
        finally:
            installation.close()
        click.echo(f"{slug}: {'installed' if done.is_new else 'was installed already'} as app {done.app_key}")

    @templates.command("remove")
    @click.argument("slug")
    def remove_(slug: str) -> None:
        """Remove the app SLUG."""
        installation = open_installation()
        rt = installation.runtime
        try:
            actor = first_administrator(rt)
            rt.db.write(lambda uow: removing.remove(uow, actor, slug, now=rt.now(), catalog=rt.catalog))
        except FormloomError as fault:
            raise Refused(fault.words("en")) from fault
        finally:
            installation.close()
        click.echo(f"{slug}: removed")

    return [templates]
