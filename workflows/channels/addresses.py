"""Which network addresses may be called from inside the house.

A builder of apps chooses webhook addresses; the server calls them. Without this guard he could reach what only
the server reaches: the cloud's metadata service, the database, the neighbours. So: public addresses only,
web ports only, unless the administrator allows more in `FORMLOOM_OUTBOUND_ALLOW`.

Entries of the allowance: `host`, `host:port`, an address, a network such as `10.1.0.0/16`, each with an
optional port. An entry without a port allows every port.
"""

import ipaddress
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import SplitResult, urlsplit

from formloom.platform.kernel.errors import FormloomError

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
PORTS = frozenset({80, 443, 8080, 8443})
MAX_URL = 2_000

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_NEVER_V6 = tuple(
    ipaddress.IPv6Network(text)
    for text in (
        "::/96",
        "64:ff9b:1::/48",
        "2001::/23",
        "2002::/16",
        "3fff::/20",
        "5f00::/16",
        "fc00::/7",
        "fec0::/10",
        "ff00::/8",
    )
)
_NEVER_V4 = tuple(
    ipaddress.IPv4Network(text) for text in ("100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "224.0.0.0/3")
)


class AddressRefused(FormloomError):
    """This address may not be called."""

    code = "address_refused"
    message = {
        "zh-CN": "不允许访问该地址：{why}",
        "en": "This address may not be called: {why}",
    }


@dataclass(frozen=True, slots=True)
class Allowance:
    """What the administrator allows beyond public addresses on web ports."""

    hosts: tuple[tuple[str, int | None], ...] = ()
    networks: tuple[tuple[Network, int | None], ...] = ()

    @classmethod
    def parse(cls, entries: Iterable[str]) -> "Allowance":
        """Read the entries of `FORMLOOM_OUTBOUND_ALLOW`."""
        hosts: list[tuple[str, int | None]] = []
        networks: list[tuple[Network, int | None]] = []
        for entry in entries:
            name, port = _split_port(entry)
            try:
                networks.append((ipaddress.ip_network(name, strict=False), port))
            except ValueError:
                hosts.append((name.lower().rstrip("."), port))
        return cls(tuple(hosts), tuple(networks))

    def has_host(self, host: str, port: int) -> bool:
        """Tell whether that name is allowed by itself, wherever it points."""
        wanted = host.lower().rstrip(".")
        return any(name == wanted and allowed in {None, port} for name, allowed in self.hosts)

    def has_address(self, address: Address, port: int) -> bool:
        """Tell whether that address lies in an allowed network."""
        return any(
            address.version == network.version and address in network and allowed in {None, port}
            for network, allowed in self.networks
        )


def check_url(url: str, allowance: Allowance) -> SplitResult:
    """Return the parts of `url`, as far as it can be judged without the network. Raises AddressRefused."""
    if len(url) > MAX_URL or any(ord(char) <= 32 or char == "\\" for char in url):
        raise AddressRefused(why="malformed")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, port_of(parts)
    except ValueError as fault:
        raise AddressRefused(why="malformed") from fault
    if parts.scheme not in {"http", "https"}:
        raise AddressRefused(why="only http and https")
    if not host:
        raise AddressRefused(why="no host")
    if parts.username is not None or parts.password is not None:
        raise AddressRefused(why="user name in the address")
    if port not in PORTS and not _may_use_port(allowance, host, port):
        raise AddressRefused(why=f"port {port}")
    return parts


def port_of(parts: SplitResult) -> int:
    """Return the port that an address means."""
    return parts.port or (443 if parts.scheme == "https" else 80)


def check_addresses(
    host: str, port: int, addresses: Iterable[str], allowance: Allowance, *, ports: Collection[int] = PORTS
) -> list[str]:
    """Return `addresses` when every single one may be called, public ones on `ports`. Raises AddressRefused.

    All are checked, not the first: a name with one public and one private address is refused.
    """
    found = [text.split("%", 1)[0] for text in addresses]
    if not found:
        raise AddressRefused(why=f"{host} has no address")
    if allowance.has_host(host, port):
        return found
    for text in found:
        address = ipaddress.ip_address(text)
        if not (is_public(address) and port in ports) and not allowance.has_address(_plain(address), port):
            raise AddressRefused(why=f"{host} → {address}")
    return found


def is_public(address: Address) -> bool:
    """Tell whether `address` is a host on the open internet, looking through embedded IPv4 addresses."""
    plain = _plain(address)
    if isinstance(plain, ipaddress.IPv4Address):
        return _is_global(plain) and not any(plain in network for network in _NEVER_V4)
    return _is_global(plain) and not any(plain in network for network in _NEVER_V6)


def _is_global(address: Address) -> bool:
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def _plain(address: Address) -> Address:
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in _NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _may_use_port(allowance: Allowance, host: str, port: int) -> bool:
    if allowance.has_host(host, port):
        return True
    return any(allowed in {None, port} for _network, allowed in allowance.networks)


def _split_port(entry: str) -> tuple[str, int | None]:
    if entry.startswith("["):
        name, _, rest = entry[1:].partition("]")
        return name, _port(rest.removeprefix(":"))
    if entry.count(":") == 1:
        name, _, port = entry.partition(":")
        return name, _port(port)
    return entry, None


def _port(text: str) -> int | None:
    return int(text) if text.isdecimal() else None
