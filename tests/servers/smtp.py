"""A mail server for the tests: it takes letters, or refuses them as it is told."""

from __future__ import annotations

import email
import email.policy
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage


@dataclass
class PostOffice:
    """Where it listens, what came, and what it answers to the next letters (250 when empty)."""

    url: str = ""
    letters: list[EmailMessage] = field(default_factory=list)
    receivers: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)


@contextmanager
def post_office() -> Iterator[PostOffice]:
    """Yield a mail server on the loopback."""
    office = PostOffice()

    class Session(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            _converse(self, office)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session) as server:
        server.daemon_threads = True
        office.url = f"smtp://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield office
        finally:
            server.shutdown()


def _converse(session: socketserver.StreamRequestHandler, office: PostOffice) -> None:
    def say(line: str) -> None:
        session.wfile.write(line.encode() + b"\r\n")

    say("220 post office")
    for raw in session.rfile:
        line = raw.decode().strip()
        verb = line.upper()
        if verb.startswith("RCPT"):
            office.receivers.append(line.partition("<")[2].partition(">")[0])
            say("250 yes")
        elif verb == "DATA":
            say("354 go on")
            text = b"".join(iter(session.rfile.readline, b".\r\n"))
            answer = office.answers.pop(0) if office.answers else "250 taken"
            if answer.startswith("250"):
                parsed = email.message_from_bytes(text, policy=email.policy.default)
                assert isinstance(parsed, EmailMessage)
                office.letters.append(parsed)
            say(answer)
        elif verb == "QUIT":
            say("221 bye")
            return
        else:
            say("250 yes")
