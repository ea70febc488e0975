"""Readers: people with a browser in front of a running server."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from playwright.sync_api import Browser, ConsoleMessage, Page
from waitress.server import create_server

from fieldstone.engine.installation import Installation
from fieldstone.engine.workspaces import Workspace
from fieldstone.ui.app import create_app
from fieldstone.ui.security import COOKIE
from tests.servers.chromium import PATIENCE


@dataclass(frozen=True)
class Site:
    """A running server, and the workspace of it that is looked at."""

    address: str
    installation: Installation
    workspace: Workspace

    def path(self, rest: str) -> str:
        return f"{self.address}/{self.workspace.slug}/{rest}"


@contextmanager
def served(installation: Installation, workspace: Workspace) -> Iterator[Site]:
    """Serve an installation in threads of this process."""
    server = create_server(create_app(installation), host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield Site(f"http://127.0.0.1:{server.effective_port}", installation, workspace)
    # In its own thread: closed from here, the sockets would be gone while it waits for them.
    # If something else just woke the thread, it is done before the pull, which finds nothing left.
    with suppress(OSError):
        server.trigger.pull_trigger(lambda: server.asyncore.close_all(server._map, ignore_all=True))
    thread.join(5)
    server.task_dispatcher.shutdown()
    assert not thread.is_alive()


@dataclass
class Reader:
    """A person with a browser; `complaints` is what the browser's console complained about."""

    page: Page
    site: Site
    language: str = "zh-CN"
    complaints: list[str] = field(default_factory=list)

    def open(self, rest: str) -> None:
        """Open a page of the workspace; outside of it if its path begins with a slash."""
        outside = rest.startswith("/")
        self.page.goto(f"{self.site.address}{rest}" if outside else self.site.path(rest))

    def sign_in(self, email: str = "chief@example.com") -> None:
        """Be signed in from now on, without the page for it; no page is opened."""
        control = self.site.installation.control
        account = control.accounts.find(email)
        assert account is not None
        reference = control.sessions.start(account.id)
        self.page.context.add_cookies(
            [{"name": COOKIE, "value": reference, "url": self.site.address, "sameSite": "Lax"}]
        )

    def sideways(self) -> int:
        """By how many pixels the page is wider than the window."""
        found: int = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        return found


@contextmanager
def reader_of(browser: Browser, site: Site, locale: str, width: int = 1280) -> Iterator[Reader]:
    """A person with a browser of their own; its console must have had nothing to complain of."""
    context = browser.new_context(
        locale=locale,
        timezone_id="Asia/Shanghai",
        viewport={"width": width, "height": 844 if width < 700 else 800},
    )
    context.set_default_timeout(PATIENCE)
    reader = Reader(context.new_page(), site, locale)

    def note(message: ConsoleMessage) -> None:
        # A refused form answers 4xx, which the console reports as such; all else is a fault.
        if message.type in ("error", "warning") and "status of 4" not in message.text:
            reader.complaints.append(message.text)

    reader.page.on("console", note)
    reader.page.on("pageerror", lambda error: reader.complaints.append(str(error)))
    yield reader
    context.close()
    assert reader.complaints == []
