"""A workshop on a real server, and people who look at it with a real browser."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from fieldstone.engine.installation import Installation
from fieldstone.engine.settings import Settings
from tests.ui.readers import Reader, Site, reader_of, served
from tests.ui.workshop import filled_workshop


@pytest.fixture(scope="session")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home with the workshop, to be copied and not to be touched."""
    home: Path = tmp_path_factory.mktemp("workshop")
    with Installation.open(Settings(home=home, env="test")) as installation:
        filled_workshop(installation)
    return home


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, workshop: Path) -> Iterator[Site]:
    """Return a server with sixty machines, a repair, and one open alert."""
    home = tmp_path_factory.mktemp("site") / "home"
    shutil.copytree(workshop, home)
    with (
        Installation.open(Settings(home=home, env="test")) as installation,
        served(installation, installation.workspace("workshop")) as found,
    ):
        yield found


@pytest.fixture
def chief(browser: Browser, site: Site) -> Iterator[Reader]:
    """Return the chief, who reads Chinese on a laptop, signed in."""
    with reader_of(browser, site, "zh-CN") as reader:
        reader.sign_in()
        yield reader


@pytest.fixture
def ann(browser: Browser, site: Site) -> Iterator[Reader]:
    """Return Ann, who may do the same and reads English, signed in."""
    with reader_of(browser, site, "en-GB") as reader:
        reader.sign_in("ann@example.com")
        yield reader


@pytest.fixture
def vera(browser: Browser, site: Site) -> Iterator[Reader]:
    """Return a visitor, who sees machines without their price, signed in."""
    with reader_of(browser, site, "en-GB") as reader:
        reader.sign_in("vera@example.com")
        yield reader


@pytest.fixture
def phone(browser: Browser, site: Site) -> Iterator[Reader]:
    """Return the chief with a telephone, signed in."""
    with reader_of(browser, site, "zh-CN", 390) as reader:
        reader.sign_in()
        yield reader


@pytest.fixture(
    params=[
        ("chief@example.com", "zh-CN", 1280),
        ("chief@example.com", "zh-CN", 390),
        ("ann@example.com", "en-GB", 1280),
        ("ann@example.com", "en-GB", 390),
    ],
    ids=lambda one: f"{one[1]}-{one[2]}",
)
def reader(request: pytest.FixtureRequest, browser: Browser, site: Site) -> Iterator[Reader]:
    """Return who reads Chinese or English, at a desk or on a telephone, signed in."""
    email, language, width = request.param
    with reader_of(browser, site, language, width) as found:
        found.sign_in(email)
        found.open("")
        yield found


@pytest.fixture
def stranger(browser: Browser, site: Site) -> Iterator[Reader]:
    """Return somebody who is not signed in."""
    with reader_of(browser, site, "zh-CN") as reader:
        yield reader
