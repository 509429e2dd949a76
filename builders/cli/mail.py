"""`formloom mail receive`: what a mail server pipes its mails into."""

import sys
from os import EX_TEMPFAIL

import click

from formloom.builders.cli import Open, Refused
from formloom.platform.kernel.errors import FormloomError
from formloom.platform.web.runtime import Runtime
from formloom.workflows.inbound import mailboxes
from formloom.workflows.inbound.mailboxes import Mailbox
from formloom.workflows.inbound.receiving import Received, receive
from formloom.workflows.mail.reading import MAX_BYTES, read


class NotKept(Refused):
    """The mail could not be taken in for now: at this status mail servers try again, at others they send it back."""

    exit_code = EX_TEMPFAIL


def mail_commands(open_installation: Open) -> list[click.Command]:
    """Return the commands about mails."""

    @click.group("mail")
    def mail_group() -> None:
        """Mails that come in."""

    @mail_group.command("receive")
    @click.option("--to", "recipients", multiple=True, help="Whom it was sent to, instead of what it says.")
    def receive_mail(recipients: tuple[str, ...]) -> None:
        """Take in one mail from standard input. Status 1: no mailbox has that address; 75: not for now, try again."""
        raw = sys.stdin.buffer.read(MAX_BYTES + 1)
        while sys.stdin.buffer.read(65_536):
            pass  # a mail server whose pipe breaks takes the mail for undelivered
        try:
            click.echo(_line(_taken_in(open_installation, recipients, raw)))
        except Refused:
            raise
        except Exception as fault:
            raise NotKept(_why(fault)) from fault

    return [mail_group]


def _taken_in(open_installation: Open, recipients: tuple[str, ...], raw: bytes) -> Received:
    installation = open_installation()
    try:
        rt = installation.runtime
        return receive(rt, _mailbox(rt, recipients or read(raw).to), raw)
    finally:
        installation.close()


def _why(fault: Exception) -> str:
    """Return in one line why a mail was not taken in, whatever it was."""
    if isinstance(fault, FormloomError):
        return fault.words("en")
    if isinstance(fault, click.ClickException):
        return fault.message
    return f"{type(fault).__name__}: {fault}".split("\n", 1)[0]


def _mailbox(rt: Runtime, recipients: tuple[str, ...]) -> Mailbox:
    with rt.db.read() as unit:
        found = mailboxes.for_recipients(unit, recipients)
    if found is None:
        named = ", ".join(recipients[:5]) or "nobody"
        raise Refused(f"no published mailbox that is switched on has this address: {named}")
    return found


def _line(done: Received) -> str:
    return " ".join(part for part in (done.id, done.state, done.cause, done.record_id) if part)
