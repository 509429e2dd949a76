"""A mail server and a web server that fail when told to: real ones, on ports of their own."""

import asyncio
import contextlib
import socket
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

from tests.waiting import PATIENCE_S

HELD_S = 2 * PATIENCE_S
"""How long an answer is held back that nobody releases: longer than anybody waits for something else meanwhile."""


@dataclass
class Post:
    """A mail server. `plan` holds what it does with the next mails; when it is empty it takes them.

    Steps: a reply such as "451 busy"; "drop" hangs up after DATA; "keep and drop" takes the mail first; "held" answers
    once it is `released`.
    """

    plan: deque[str] = field(default_factory=deque)
    taken: list[Message] = field(default_factory=list)
    asked: int = 0
    released: threading.Event = field(default_factory=threading.Event)
    recipients: dict[str, str] = field(default_factory=dict)
    parting: str = "221 bye"
    admits: bool = True
    port: int = 0

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def ids(self) -> list[str]:
        return [str(mail["Message-ID"]) for mail in self.taken]

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802 - aiosmtpd's name
        answer = self.recipients.get(address, "250 OK")
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_QUIT(self, _server: Any, _session: Any, _envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        return self.parting

    async def handle_DATA(self, server: SMTP, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.asked += 1
        step = self.plan.popleft() if self.plan else "250 taken"
        if step == "held":
            await asyncio.to_thread(self.released.wait, HELD_S)
            step = "250 taken at last"
        if step.startswith("2") or step == "keep and drop":
            self.taken.append(message_from_bytes(envelope.content))
        if step.endswith("drop"):
            assert server.transport is not None
            server.transport.close()
        return step


@contextmanager
def mail_server(**settings: Any) -> Iterator[Post]:
    """Run a mail server."""
    post = Post(**settings)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        post.port = free.getsockname()[1]
    controller = Controller(
        post, hostname="127.0.0.1", port=post.port, ready_timeout=PATIENCE_S, auth_require_tls=False,
        authenticator=lambda *_: AuthResult(success=post.admits, handled=False),
    )  # fmt: skip
    controller.start()
    yield post
    post.released.set()
    controller.stop()


@dataclass
class Call:
    """One request that came."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Web:
    """A web server. `plan` holds the next answers: a status, or a redirect's target.

    "held" answers once it is `released`, and "begun" does so after its first line.

    `says` holds what the next answers say, nothing once it is empty.
    """

    says: deque[bytes] = field(default_factory=deque)
    plan: deque[int | str] = field(default_factory=deque)
    calls: list[Call] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)
    port: int = 0

    def url(self, path: str = "/in") -> str:
        return f"http://127.0.0.1:{self.port}{path}"


@contextmanager
def web_server() -> Iterator[Web]:
    """Run a web server."""
    web = Web()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            web.calls.append(Call(self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            step = web.plan.popleft() if web.plan else 200
            if step == "held":
                web.released.wait(HELD_S)
                step = 200
            with contextlib.suppress(ConnectionError):  # who asked may have hung up
                self._answer(step)

        def _answer(self, step: int | str) -> None:
            is_begun = step == "begun"
            step = 200 if is_begun else step
            self.send_response(step if isinstance(step, int) else 302)
            if is_begun:
                self.flush_headers()
                web.released.wait(HELD_S)
            if isinstance(step, str):
                self.send_header("Location", step)
            said = web.says.popleft() if web.says else b""
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        do_GET = do_POST  # noqa: N815 - the parent's name

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    web.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield web
    web.released.set()
    server.shutdown()
    server.server_close()
