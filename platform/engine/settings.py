"""Settings: what an installation is told from outside, by variables or a `.env` file."""

from __future__ import annotations

import dataclasses
import difflib
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast

from ..metadata.problems import Problem, ProblemsError
from .clock import Clock, SystemClock, parse_clock
from .env_file import read_env_file
from .outbox.mail import read_sender, read_server
from .outbox.webhook import Network, read_networks

PREFIX = "FIELDSTONE_"
_TESTS_OWN = "FIELDSTONE_TEST_"
_SHORTEST_KEY = 32
_KNOWN_KEYS = frozenset({"secret", "changeme", "change-me", "password", "development", "dev"})

Environment = Literal["production", "test", "demo"]


def _about(description: str, read: Callable[[str], Any] = str) -> dict[str, Any]:
    return {"description": description, "read": read}


def _flag(text: str) -> bool:
    if text.lower() in {"1", "true", "yes", "on"}:
        return True
    if text.lower() in {"0", "false", "no", "off"}:
        return False
    raise ValueError("say true or false")


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError("say a whole number of at least 1")
    return number


def _count(text: str) -> int:
    number = int(text)
    if number < 0:
        raise ValueError("say a whole number of at least 0")
    return number


def _environment(text: str) -> str:
    if text not in {"production", "test", "demo"}:
        raise ValueError("say production, test or demo")
    return text


def _database(text: str) -> str:
    if not text.startswith(("postgresql://", "postgresql+psycopg://")):
        raise ValueError("say postgresql://..., or leave it out for SQLite files")
    return text


def _broker(text: str) -> str:
    if not text.startswith(("redis://", "rediss://", "amqp://", "amqps://")):
        raise ValueError("say redis://... or amqp://..., or leave it out for the built-in one")
    return text


def _secret(text: str) -> str:
    if len(text) < _SHORTEST_KEY or text.lower() in _KNOWN_KEYS or len(set(text)) < 8:
        raise ValueError(f"say at least {_SHORTEST_KEY} random characters")
    return text


def _clock(text: str) -> str:
    parse_clock(text)
    return text


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Every setting of an installation; each is the variable FIELDSTONE_<NAME>."""

    home: Path = field(
        default=Path("var"),
        metadata=_about("Folder of everything this installation keeps on disk.", Path),
    )
    database_url: str | None = field(
        default=None,
        metadata=_about(
            "Address of a PostgreSQL database (postgresql://...); without it SQLite files "
            "in the home.",
            _database,
        ),
    )
    broker_url: str | None = field(
        default=None,
        metadata=_about(
            "Message broker that wakes workers, redis://... or amqp://...; without it built in.",
            _broker,
        ),
    )
    secret_key: str | None = field(
        default=None,
        metadata=_about(
            "Key that signs cookies, 32 or more random characters; without it one is made and "
            "kept in the home.",
            _secret,
        ),
    )
    env: Environment = field(
        default="production",
        metadata=_about("What the installation is for: production, test or demo.", _environment),
    )
    clock: str | None = field(
        default=None,
        metadata=_about(
            "Instant at which the clock stands, or file:PATH that holds it; only for test and "
            "demo.",
            _clock,
        ),
    )
    fail_at: str | None = field(
        default=None,
        metadata=_about(
            "Place and count at which the process kills itself (NAME:N); only for test."
        ),
    )
    listen: str = field(
        default="127.0.0.1:8000", metadata=_about("Address and port that `serve` answers at.")
    )
    public_url: str | None = field(
        default=None,
        metadata=_about(
            "Address that people type, such as https://crm.example.com; https makes cookies secure."
        ),
    )
    proxies: int = field(
        default=0,
        metadata=_about(
            "How many reverse proxies stand in front, whose forwarded headers are believed.",
            _count,
        ),
    )
    session_idle_minutes: int = field(
        default=720,
        metadata=_about("Minutes without a request after which a session ends.", _positive),
    )
    session_hours: int = field(
        default=168,
        metadata=_about("Hours after signing in at which a session ends in any case.", _positive),
    )
    api_member_per_minute: int = field(
        default=3_000,
        metadata=_about(
            "Requests that a member may send to the API in a minute, of which costly ones count "
            "as several; 0 for any number.",
            _count,
        ),
    )
    api_workspace_per_minute: int = field(
        default=15_000,
        metadata=_about("The same for all members of a workspace together.", _count),
    )
    tick_seconds: int = field(
        default=15, metadata=_about("Seconds between two looks for work that is due.", _positive)
    )
    worker_threads: int = field(
        default=2,
        metadata=_about("How many jobs a worker does at the same time.", _positive),
    )
    keep_work_days: int = field(
        default=90,
        metadata=_about(
            "Days for which work that was done, and messages that were sent, can be looked up.",
            _positive,
        ),
    )
    smtp_url: str | None = field(
        default=None,
        metadata=_about(
            "Mail server, smtp://user:password@host:587 (STARTTLS, except on this machine) or "
            "smtps://...; without it no e-mail is sent.",
            read_server,
        ),
    )
    mail_from: str | None = field(
        default=None,
        metadata=_about(
            "Sender of e-mail, such as Fieldstone <crm@example.com>; needed with a mail server.",
            read_sender,
        ),
    )
    webhook_networks: tuple[Network, ...] = field(
        default=(),
        metadata=_about(
            "Private networks that webhooks may call, such as 10.1.0.0/16, commas between them; "
            "without it public addresses alone.",
            read_networks,
        ),
    )
    locale: str | None = field(
        default=None,
        metadata=_about("Language of the command line, en or zh-CN; without it the terminal's."),
    )
    log_json: bool = field(
        default=False, metadata=_about("Write the log as JSON lines instead of text.", _flag)
    )

    @classmethod
    def read(
        cls, environ: Mapping[str, str] | None = None, env_file: Path | None = Path(".env")
    ) -> Settings:
        """The settings of `environ` (the process's by default) over those of `env_file`.

        ProblemsError lists every setting that is unknown or cannot be read.
        """
        found = dict(read_env_file(env_file)) if env_file and env_file.exists() else {}
        found.update(os.environ if environ is None else environ)
        values: dict[str, Any] = {}
        problems: list[Problem] = []
        for variable, text in sorted(found.items()):
            if variable.startswith(PREFIX) and not variable.startswith(_TESTS_OWN):
                problems.extend(_take(cls, variable, text, values))
        problems.extend(_outside_tests(values))
        if ("smtp_url" in values) != ("mail_from" in values):
            problems.append(Problem("setting.together", {"names": "SMTP_URL, MAIL_FROM"}))
        if problems:
            raise ProblemsError(problems)
        return cls(**values)

    @property
    def dialect(self) -> Literal["sqlite", "postgresql"]:
        """The kind of database that this installation stores in."""
        return "postgresql" if self.database_url else "sqlite"

    @property
    def mails(self) -> bool:
        """Whether e-mail is sent."""
        return self.smtp_url is not None

    def make_clock(self) -> Clock:
        """The clock that these settings name."""
        return parse_clock(self.clock) if self.clock else SystemClock()

    def key(self) -> str:
        """The secret key: the one given, or the one of the home, made there the first time."""
        return self.secret_key or _kept_key(self.home / "secret_key")


@dataclass(frozen=True)
class Described:
    """A setting for the reference page: its variable, meaning and default as text."""

    variable: str
    description: str
    default: str


def described() -> tuple[Described, ...]:
    """Every setting in order, as the reference page and its test read them."""
    return tuple(
        Described(
            PREFIX + one.name.upper(),
            one.metadata["description"],
            "" if one.default in (None, ()) else str(one.default),
        )
        for one in dataclasses.fields(Settings)
    )


def _take(kind: type[Settings], variable: str, text: str, values: dict[str, Any]) -> list[Problem]:
    fields = {PREFIX + one.name.upper(): one for one in dataclasses.fields(kind)}
    one = fields.get(variable)
    if one is None:
        near = difflib.get_close_matches(variable, fields, n=1, cutoff=0.0)
        return [Problem("setting.unknown", {"name": variable, "nearest": near[0]})]
    if text == "":
        return []
    try:
        values[one.name] = cast("Callable[[str], Any]", one.metadata["read"])(text)
    except ValueError as error:
        return [Problem("setting.unreadable", {"name": variable, "why": str(error)})]
    return []


def _outside_tests(values: Mapping[str, Any]) -> list[Problem]:
    """Settings that only tests (and demos) may use."""
    env = values.get("env", "production")
    problems = []
    if "clock" in values and env not in {"test", "demo"}:
        problems.append(Problem("setting.not_here", {"name": PREFIX + "CLOCK", "env": env}))
    if "fail_at" in values and env != "test":
        problems.append(Problem("setting.not_here", {"name": PREFIX + "FAIL_AT", "env": env}))
    return problems


def _kept_key(path: Path) -> str:
    """The key in `path`; two processes that start at once end with the same one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        fresh = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(fresh, path)  # fails where another process was first, so its key holds
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text("ascii").strip()
