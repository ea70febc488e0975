"""E-mail: one message over SMTP, as the settings say, with the delivery's id as its own."""

from __future__ import annotations

import ipaddress
import smtplib
import ssl
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from urllib.parse import unquote, urlsplit

from ..clock import Clock
from ..errors import Undelivered

TIMEOUT = 10.0
SCHEMES = {"smtp": 587, "smtps": 465}


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A message to one person; texts are in their language."""

    delivery: str
    to: str
    subject: str
    text: str


def read_server(text: str) -> str:
    """The address of an SMTP server as it was given; ValueError if it is none."""
    parts = urlsplit(text)
    if parts.scheme not in SCHEMES or not parts.hostname or parts.path not in ("", "/"):
        raise ValueError("say smtp://user:password@host:port, or smtps://...")
    _ = parts.port  # raises for a port that is none
    return text


def read_sender(text: str) -> str:
    """The sender of all mail as it was given; ValueError if it has no address."""
    name, address = parseaddr(text)
    if "@" not in address or any(one in text for one in "\r\n"):
        raise ValueError("say an address such as Fieldstone <crm@example.com>")
    Address(display_name=name, addr_spec=address)
    return text


def send(server: str, sender: str, letter: Letter, clock: Clock) -> None:
    """Send a letter; Undelivered with the reason if the server does not take it.

    `smtp` demands STARTTLS, except from a server on this machine; `smtps` speaks TLS from the
    start. Certificates are checked.
    """
    message = composed(sender, letter, clock)
    try:
        with _connected(server) as smtp:
            smtp.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        code, said = next(iter(error.recipients.values()))
        raise Undelivered(f"the mail server answered {code} {_text(said)}") from error
    except smtplib.SMTPResponseException as error:
        why = f"{error.smtp_code} {_text(error.smtp_error)}"
        raise Undelivered(f"the mail server answered {why}") from error
    except (OSError, smtplib.SMTPException) as error:
        raise Undelivered(f"the mail server cannot be used: {error}") from error


def composed(sender: str, letter: Letter, clock: Clock) -> EmailMessage:
    """The message as it is sent; a text that would add headers is made one line."""
    name, address = parseaddr(sender)
    message = EmailMessage()
    try:
        message["From"] = Address(display_name=name, addr_spec=address)
        message["To"] = Address(addr_spec=letter.to)
    except ValueError as error:
        raise Undelivered(f"this is no e-mail address: {letter.to!r}") from error
    message["Subject"] = " ".join("".join(_printable(letter.subject)).split())
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = f"<{letter.delivery}@{address.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text, cte="base64")
    return message


def _printable(text: str) -> list[str]:
    return [one if one.isprintable() else " " for one in text]


def _connected(server: str) -> smtplib.SMTP:
    parts = urlsplit(server)
    host, port = parts.hostname or "", parts.port or SCHEMES[parts.scheme]
    if parts.scheme == "smtps":
        secure = ssl.create_default_context()
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=secure)
    else:
        smtp = smtplib.SMTP(host, port, timeout=TIMEOUT)
    try:
        if parts.scheme == "smtp" and not _is_here(host):
            smtp.starttls(context=ssl.create_default_context())
        if parts.username:
            smtp.login(unquote(parts.username), unquote(parts.password or ""))
    except BaseException:
        smtp.close()
        raise
    return smtp


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _text(answer: bytes | str) -> str:
    return answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
