"""`formloom init` and `formloom token create`."""

import click

from formloom.builders.cli import Open, Refused
from formloom.platform.access import api_tokens, setup
from formloom.platform.access.emails import email_key
from formloom.platform.access.passwords import hash_new
from formloom.platform.kernel.errors import FormloomError
from formloom.platform.kernel.text import LOCALES


def people_commands(open_installation: Open) -> list[click.Command]:
    """Return the commands about people and their tokens."""

    @click.command()
    @click.option("--admin-email", required=True)
    @click.option("--admin-password", required=True)
    @click.option("--admin-name", default="Admin")
    @click.option("--organisation", default="Formloom")
    @click.option("--locale", type=click.Choice(LOCALES), default=LOCALES[0])
    def init(admin_email: str, admin_password: str, admin_name: str, organisation: str, locale: str) -> None:
        """Set the installation up without a browser."""
        installation = open_installation()
        rt = installation.runtime
        wanted = setup.Installation(organisation, locale, admin_name, admin_email)
        try:
            password = hash_new(admin_password, personal=(admin_email, admin_name))
            rt.db.write(lambda uow: setup.init_installation(uow, wanted, password, now=rt.now()))
        except FormloomError as fault:
            raise Refused(_one_line(fault, locale)) from fault
        finally:
            installation.close()
        click.echo(f"{organisation}: {admin_email} is the administrator")

    @click.group()
    def token() -> None:
        """API tokens."""

    @token.command()
    @click.option("--email", required=True, help="Whose token it is.")
    @click.option("--name", required=True, help="What it is for.")
    def create(email: str, name: str) -> None:
        """Make a token; stdout is the token, alone."""
        installation = open_installation()
        rt = installation.runtime
        try:
            made = rt.db.write(lambda uow: api_tokens.create_for(uow, email_key(email), name, now=rt.now()))
        except FormloomError as fault:
            raise Refused(f"nobody active has the address {email}") from fault
        finally:
            installation.close()
        click.echo(made.secret)

    return [init, token]


def _one_line(fault: FormloomError, locale: str) -> str:
    details = "; ".join(found.words(locale) for found in fault.findings)
    return f"{fault.words(locale)}: {details}" if details else fault.words(locale)
