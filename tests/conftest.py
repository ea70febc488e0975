"""Fixtures that every test may ask for: a data folder, databases, a broker and a browser."""

import os
import shutil
import tempfile
import zoneinfo
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.servers import apt, chromium, rabbitmq
from tests.servers.database import Database
from tests.servers.postgres import PostgresServer, postgres_server
from tests.servers.redis import redis_server

# Time zones from the pinned package, not from whatever year the system's are of.
zoneinfo.reset_tzpath(())

# A machine that others use too is now and then slow, which is no fault of the code.
hypothesis.settings.register_profile("fieldstone", deadline=None, print_blob=True)
hypothesis.settings.load_profile("fieldstone")


_MEMORY = Path("/dev/shm")
_ENOUGH = 4 << 30


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Keep the tests' files in memory where there is room: every commit waits for the disk."""
    if hasattr(config, "workerinput") or config.option.basetemp is not None:
        return
    if os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ENOUGH:
        config.option.basetemp = tempfile.mkdtemp(prefix="fieldstone-", dir=_MEMORY)
        config.add_cleanup(lambda: shutil.rmtree(config.option.basetemp, ignore_errors=True))


# Where the long files are: they come first, so that at the end, when there is nothing left to
# begin, no worker waits minutes for another one's last file.
_LONG = ("acceptance", "faults", "footprint", "ui", "cli", "engine", "api", "apps")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the folders with long files before the others; within them the order stays."""

    def rank(item: pytest.Item) -> int:
        folder = item.path.relative_to(config.rootpath / "tests").parts[0]
        return _LONG.index(folder) if folder in _LONG else len(_LONG)

    items.sort(key=rank)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return an empty data folder."""
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture(scope="session", name="postgres")
def _postgres() -> Iterator[PostgresServer]:
    """Return this test process's PostgreSQL; `postgres.database()` makes more databases."""
    with postgres_server() as server:
        yield server


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> Iterator[str]:
    """Return the address of a new empty PostgreSQL database, dropped after the test."""
    with postgres.database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """Return where the test's data goes: the test runs once on each kind of database."""
    if request.param == "sqlite":
        return Database("sqlite", None)
    return Database("postgresql", request.getfixturevalue("postgres_url"))


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """Return the address of this test process's Redis."""
    with redis_server() as url:
        yield url


@pytest.fixture(scope="session")
def rabbitmq_url() -> Iterator[str]:
    """Return the address of this test process's RabbitMQ, if there may be one."""
    try:
        rabbitmq.find_program()
    except apt.CannotInstall as problem:
        pytest.skip(f"RabbitMQ is not tried: {problem}")
    with rabbitmq.rabbitmq_server() as url:
        yield url


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return a browser without a window; `page` is what most tests want."""
    program = chromium.program()
    if program is None:
        pytest.fail("there is no chromium: run make browser")
    expect.set_options(timeout=chromium.PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(chromium.FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Return a new page of a Chinese reader, with no cookies, on a laptop's screen."""
    context = browser.new_context(
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        viewport={"width": 1440, "height": 900},
    )
    context.set_default_timeout(chromium.PATIENCE)
    yield context.new_page()
    context.close()
