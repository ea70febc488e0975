"""Webhooks: one signed POST to an address that was checked, and to no other.

The name is resolved once, every address that comes of it is checked, and the connection goes to
a checked one, so that a name whose answer changes leads nowhere else. Redirects are not followed.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from ..errors import Undelivered

TIMEOUT = 10.0
PORTS = {"http": 80, "https": 443}
LONGEST_URL = 2000
_NAT64 = ipaddress.ip_network("64:ff9b::/96")

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, kw_only=True)
class Call:
    """A call of an endpoint: its address and secret, and what is sent."""

    delivery: str
    event: str
    url: str
    secret: str
    body: bytes
    at: int


def read_networks(text: str) -> tuple[Network, ...]:
    """Networks written with commas between them; ValueError names the one that is none."""
    return tuple(ipaddress.ip_network(one.strip()) for one in text.split(",") if one.strip())


def is_url(text: str) -> bool:
    """Whether an address can be called: http or https, a host, nobody's password in it."""
    if len(text) > LONGEST_URL or not text.isprintable() or " " in text:
        return False
    try:
        parts = urlsplit(text)
        port = parts.port
        (parts.hostname or "").encode("idna")
    except ValueError:
        return False
    return (
        parts.scheme in PORTS
        and bool(parts.hostname)
        and parts.username is None
        and not parts.fragment
        and port != 0
    )


def signature(secret: str, at: int, body: bytes) -> str:
    """What the header Fieldstone-Signature says: HMAC-SHA256 of `<at>.<body>`."""
    mac = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={mac}"


def post(call: Call, allowed: Sequence[Network] = ()) -> None:
    """Make the call; Undelivered unless it is answered with 2xx within ten seconds.

    Only public addresses on the ports 80 and 443, and those of `allowed` networks.
    """
    parts = urlsplit(call.url)
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    connection = _connection(parts.scheme, host, port)
    try:
        channel = _channel(host, port, allowed)
        connection.sock = channel
        with _at_most(channel):
            if parts.scheme == "https":
                secure = ssl.create_default_context()
                connection.sock = secure.wrap_socket(channel, server_hostname=host)
            target = parts.path or "/"
            connection.request(
                "POST", f"{target}?{parts.query}" if parts.query else target, call.body,
                _headers(call),
            )  # fmt: skip
            status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        raise Undelivered(f"{host} does not answer: {error or type(error).__name__}") from error
    finally:
        connection.close()
    if not 200 <= status < 300:
        raise Undelivered(f"{host} answered {status}")


def _connection(scheme: str, host: str, port: int) -> http.client.HTTPConnection:
    # Given a socket, it never opens one of its own; the class decides only how Host is written.
    kind = http.client.HTTPSConnection if scheme == "https" else http.client.HTTPConnection
    return kind(host, port, timeout=TIMEOUT)


def _headers(call: Call) -> dict[str, str]:
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Fieldstone",
        "Fieldstone-Delivery": call.delivery,
        "Fieldstone-Event": call.event,
        "Fieldstone-Signature": signature(call.secret, call.at, call.body),
    }


def _channel(host: str, port: int, allowed: Sequence[Network]) -> socket.socket:
    """A connection to an address of the host; Undelivered if one of them is refused."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [ipaddress.ip_address(str(one[4][0]).partition("%")[0]) for one in found]
    for address in addresses:
        if not may_call(address, port, allowed):
            raise Undelivered(f"{host} is at {address}:{port}, which may not be called")
    return socket.create_connection((str(addresses[0]), port), TIMEOUT)


def may_call(address: Address, port: int, allowed: Sequence[Network] = ()) -> bool:
    """Whether an address may be called: a public one, on a web port; or one that is allowed."""
    meant = _meant(address)
    if any(meant in network for network in allowed):
        return True
    return meant.is_global and not meant.is_multicast and port in PORTS.values()


def _meant(address: Address) -> Address:
    """The address of version 4 that one of version 6 stands for, else itself."""
    if not isinstance(address, ipaddress.IPv6Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else address)


class _at_most:
    """Ends the connection after the time that a call may take, however slowly it drips."""

    def __init__(self, channel: socket.socket) -> None:
        # A socket of its own for the same connection: TLS takes the first one over.
        self._channel = channel.dup()
        self._timer = threading.Timer(TIMEOUT, self._end)

    def _end(self) -> None:
        with suppress(OSError):
            self._channel.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> None:
        self._timer.daemon = True
        self._timer.start()

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self._channel.close()
