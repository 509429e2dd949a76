"""A webhook address chosen by a builder of apps never reaches anything but public web servers."""

import socket
import threading
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from formloom.platform.storage.database import Database, TransactionOpen
from formloom.workflows.channels import http
from formloom.workflows.channels.addresses import AddressRefused, Allowance, check_addresses
from formloom.workflows.channels.http import CallFailed, GuardedHttp
from tests.waiting import PATIENCE_S


class Canary:
    """A listener that counts who comes, and answers by a given script."""

    def __init__(self, answer: bytes = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok") -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.socket.getsockname()[1]
        self.visits = 0
        self.requests: list[bytes] = []
        self.answer = answer
        self.turns: threading.Semaphore | None = None
        """Lets one byte out each time it is released; without it the answer goes out at once."""
        self.sent = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                visitor, _ = self.socket.accept()
            except OSError:
                return
            self.visits += 1
            threading.Thread(target=self._talk, args=(visitor,), daemon=True).start()

    def _talk(self, visitor: socket.socket) -> None:
        with visitor:
            self.requests.append(visitor.recv(65536))
            pieces = [self.answer] if self.turns is None else [bytes([one]) for one in self.answer]
            try:
                for piece in pieces:
                    if self.turns is not None:
                        self.turns.acquire(timeout=PATIENCE_S)
                    visitor.sendall(piece)
                    self.sent += 1
            except OSError:
                return


@pytest.fixture
def canary() -> Iterator[Canary]:
    made = Canary()
    yield made
    made.socket.close()


HOSTS = [
    "127.0.0.1", "127.8.9.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
    "[::1]", "[::]", "[::ffff:7f00:1]", "[::ffff:127.0.0.1]", "[64:ff9b::a9fe:a9fe]", "[64:ff9b:1::1]",
    "[2002:7f00:1::]", "[2001:0:7f00:1::1]", "[::7f00:1]", "[fd00::1]", "[fe80::1]", "[fec0::1]", "[ff02::1]",
    "2130706433", "0177.0.0.1", "0x7f.0.0.1", "0x7f000001", "127.1", "localhost", "localhost.", "LOCALHOST",
    "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.0.1", "198.18.0.1", "203.0.113.5",
]  # fmt: skip


@pytest.mark.parametrize("host", HOSTS)
def test_ssrf_matrix_of_hosts(host: str, canary: Canary) -> None:
    ports = Allowance(networks=((Allowance.parse(["9.9.9.9"]).networks[0][0], None),))
    for method in ("POST", "GET", "HEAD", "OPTIONS"):
        with pytest.raises(AddressRefused):
            GuardedHttp(ports).send(method, f"http://{host}:{canary.port}/", headers={})
        with pytest.raises(AddressRefused):
            GuardedHttp().send(method, f"http://{host}/latest/meta-data/", headers={})
    assert canary.visits == 0


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "gopher://example.com/", "ftp://example.com/", "http:///x", "//example.com",
        "http://user@example.com/", "http://user:pw@example.com/", "http://example.com@127.0.0.1/",
        "http://example.com:25/", "http://example.com:6379/", "http://example.com:22/", "https://example.com:5432/",
        "http://exa mple.com/", "http://example.com\\@127.0.0.1/", "http://example.com/\r\nHost: x", "http://[::1/",
        "http://example.com:99999/", "javascript:alert(1)", "", "http://" + "a" * 3000 + ".com/",
    ],
)  # fmt: skip
def test_ssrf_matrix_of_addresses(url: str) -> None:
    with pytest.raises(AddressRefused):
        GuardedHttp(resolver=lambda _host, _port: ["93.184.216.34"]).send("POST", url, headers={})


def test_a_name_with_one_private_address_is_refused() -> None:
    with pytest.raises(AddressRefused):
        check_addresses("two-faced.example", 80, ["93.184.216.34", "10.0.0.7"], Allowance())


def test_public_addresses_pass_the_check() -> None:
    good = ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822", "::ffff:93.184.216.34"]
    assert check_addresses("example.com", 443, good, Allowance()) == good


def test_dns_rebinding_gains_nothing(canary: Canary) -> None:
    """The name is public when first asked and private ever after; only the first answer is ever used."""
    answers = iter([["192.0.2.1"], ["127.0.0.1"], ["127.0.0.1"]])
    asked: list[str] = []

    def stub(host: str, _port: int) -> list[str]:
        asked.append(host)
        return next(answers)

    with pytest.raises(AddressRefused):  # 192.0.2.1 is documentation space: refused as well, and asked once
        GuardedHttp(resolver=stub).send("GET", "http://rebind.example:8080/", headers={})
    assert asked == ["rebind.example"]
    with pytest.raises(AddressRefused):
        GuardedHttp(resolver=stub).send("GET", "http://rebind.example:8080/", headers={})
    assert canary.visits == 0


def test_the_connection_goes_to_the_address_that_was_checked(canary: Canary) -> None:
    """The resolver is asked once; the pinned address gets the request with the name in its Host header."""
    asked: list[str] = []

    def stub(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    guarded = GuardedHttp(Allowance.parse([f"127.0.0.1:{canary.port}"]), resolver=stub)
    answer = guarded.send("POST", f"http://hooks.example:{canary.port}/a", headers={"x": "1"}, body=b"{}")
    assert (answer.status, answer.body) == (200, b"ok")
    assert asked == ["hooks.example"]
    assert f"host: hooks.example:{canary.port}".encode() in canary.requests[0].lower()


def test_redirects_are_not_followed(canary: Canary) -> None:
    canary.answer = b"HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/\r\ncontent-length: 0\r\n\r\n"
    answer = GuardedHttp(Allowance.parse(["127.0.0.1"])).send("GET", f"http://127.0.0.1:{canary.port}/", headers={})
    assert answer.status == 302
    assert canary.visits == 1


def test_an_endless_answer_is_cut(canary: Canary) -> None:
    canary.answer = b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 3_000_000
    answer = GuardedHttp(Allowance.parse(["127.0.0.1"])).send("GET", f"http://127.0.0.1:{canary.port}/", headers={})
    assert len(answer.body) == http.MAX_BODY_BYTES


def test_a_trickle_of_bytes_ends_at_the_common_deadline(canary: Canary, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tenth of the time passes with each look at the clock, and one byte comes."""
    looks = 0
    canary.turns = threading.Semaphore(0)

    def look() -> float:
        nonlocal looks
        looks += 1
        canary.turns.release()
        return looks * http.TOTAL_S / 10

    monkeypatch.setattr(http, "time", SimpleNamespace(monotonic=look))
    canary.answer = b"HTTP/1.1 200 OK\r\nx: " + b"y" * 1000
    with pytest.raises(CallFailed, match="ReadTimeout: out of time"):
        GuardedHttp(Allowance.parse(["127.0.0.1"])).send("GET", f"http://127.0.0.1:{canary.port}/", headers={})
    assert looks <= 12
    assert canary.sent < 12


def test_an_allowed_network_does_not_open_others() -> None:
    allowance = Allowance.parse(["10.1.0.0/16", "intranet.example:9000", "[fd00::5]:8080"])
    assert check_addresses("a.example", 9000, ["10.1.2.3"], allowance)
    assert check_addresses("intranet.example", 9000, ["192.168.1.1"], allowance)
    assert check_addresses("b.example", 8080, ["fd00::5"], allowance)
    for host, port, address in (
        ("a.example", 80, "10.2.0.1"),
        ("intranet.example", 80, "192.168.1.1"),
        ("b.example", 80, "fd00::5"),
    ):
        with pytest.raises(AddressRefused):
            check_addresses(host, port, [address], allowance)


def test_no_call_while_a_transaction_is_open(db: Database) -> None:
    with pytest.raises(TransactionOpen):
        db.write(lambda _uow: GuardedHttp().send("GET", "http://example.com/", headers={}))
