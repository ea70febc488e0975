"""A workshop on a real server, and people who look at it with a real browser."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage
from waitress.server import create_server

from fieldstone.engine.installation import Installation
from fieldstone.engine.settings import Settings
from fieldstone.ui.app import create_app
from tests.ui.readers import Reader, Site
from tests.ui.workshop import filled_workshop


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Return a server with sixty machines, a repair, and one open alert."""
    home: Path = tmp_path_factory.mktemp("workshop")
    with Installation.open(Settings(home=home, env="test")) as installation:
        workspace = filled_workshop(installation)
        server = create_server(create_app(installation), host="127.0.0.1", port=0, threads=4)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        yield Site(f"http://127.0.0.1:{server.effective_port}", installation, workspace)
        server.close()
        thread.join(5)


def _reader(browser: Browser, site: Site, locale: str, width: int) -> Iterator[Reader]:
    context = browser.new_context(
        locale=locale,
        timezone_id="Asia/Shanghai",
        viewport={"width": width, "height": 844 if width < 700 else 800},
    )
    context.set_default_timeout(10_000)
    reader = Reader(context.new_page(), site)

    def note(message: ConsoleMessage) -> None:
        # A refused form answers 4xx, which the console reports as such; all else is a fault.
        if message.type in ("error", "warning") and "status of 4" not in message.text:
            reader.complaints.append(message.text)

    reader.page.on("console", note)
    reader.page.on("pageerror", lambda error: reader.complaints.append(str(error)))
    yield reader
    context.close()
    assert reader.complaints == []


@pytest.fixture
def chief(browser: Browser, site: Site) -> Iterator[Reader]:
    """Return the chief, who reads Chinese on a laptop, signed in."""
    for reader in _reader(browser, site, "zh-CN", 1280):
        reader.sign_in()
        yield reader


@pytest.fixture
def ann(browser: Browser, site: Site) -> Iterator[Reader]:
    """Return Ann, who may do the same and reads English, signed in."""
    for reader in _reader(browser, site, "en-GB", 1280):
        reader.sign_in("ann@example.com")
        yield reader


@pytest.fixture
def vera(browser: Browser, site: Site) -> Iterator[Reader]:
    """Return a visitor, who sees machines without their price, signed in."""
    for reader in _reader(browser, site, "en-GB", 1280):
        reader.sign_in("vera@example.com")
        yield reader


@pytest.fixture
def phone(browser: Browser, site: Site) -> Iterator[Reader]:
    """Return the chief with a telephone, signed in."""
    for reader in _reader(browser, site, "zh-CN", 390):
        reader.sign_in()
        yield reader


@pytest.fixture
def stranger(browser: Browser, site: Site) -> Iterator[Reader]:
    """Return somebody who is not signed in."""
    yield from _reader(browser, site, "zh-CN", 1280)
