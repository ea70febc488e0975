"""A shop to import into, the real files, and a worker that works when it is asked to."""

from __future__ import annotations

import multiprocessing
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, expect

from fieldstone.engine import access, alerts, members, notified, records
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.installation import Installation
from fieldstone.engine.members import NewMember
from fieldstone.engine.settings import Settings
from fieldstone.engine.system_tables import JOB
from fieldstone.engine.work.tick import tick
from fieldstone.engine.work.worker import do
from fieldstone.metadata.documents import document_of, read_folder
from tests.acceptance.conftest import HERE, data
from tests.ui.imports.tongues import CHINESE, TONGUES, Tongue
from tests.ui.readers import Reader, Site, reader_of, served
from tests.ui.workshop import PASSWORD

__all__ = ["data"]

PRODUCT: dict[str, Any] = {
    "kind": "entity",
    "name": "product",
    "label": {"en": "Product", "zh-CN": "产品"},
    "title": "name",
    "fields": [
        {"name": "name", "type": "text", "required": True, "unique": True},
    ],
}
SALE: dict[str, Any] = {
    "kind": "entity",
    "name": "sale",
    "label": {"en": "Sale", "zh-CN": "销售机会"},
    "plural": {"en": "Sales", "zh-CN": "销售机会"},
    "title": "opportunity_id",
    "fields": [
        {
            "name": "opportunity_id",
            "type": "text",
            "required": True,
            "unique": True,
            "label": {"en": "Opportunity", "zh-CN": "商机编号"},
        },
        {"name": "sales_agent", "type": "text", "label": {"en": "Agent", "zh-CN": "销售人员"}},
        {
            "name": "product",
            "type": "reference",
            "to": "product",
            "inverse": "sales",
            "label": {"en": "Product", "zh-CN": "产品"},
        },
        {"name": "account", "type": "text", "label": {"en": "Account", "zh-CN": "客户"}},
        {"name": "deal_stage", "type": "text"},
        {"name": "engage_date", "type": "date", "label": {"en": "Engaged", "zh-CN": "开始日期"}},
        {"name": "close_date", "type": "date"},
        {"name": "close_value", "type": "money", "label": {"en": "Value", "zh-CN": "金额"}},
        {"name": "owner", "type": "owner", "label": {"en": "Owner", "zh-CN": "负责人"}},
    ],
}
LARGE: dict[str, Any] = {
    "kind": "alert_rule",
    "name": "large_sale",
    "entity": "sale",
    "when": "close_value > 90000",
    "schedule": "0 9 1 1 *",
    "message": {"en": "{{ opportunity_id }} is large", "zh-CN": "{{ opportunity_id }}金额大"},
    "tell": ["owner"],
}
BOTH = pytest.mark.parametrize("tongue", TONGUES.values(), ids=TONGUES)
"""For a line that is held in both languages, by somebody who reads the one or the other."""

COUNTS = ("created", "updated", "skipped", "failed")
PRODUCTS = ("GTK 500", "GTX Basic", "GTX Plus Basic", "GTX Plus Pro", "GTX Pro", "MG Advanced",
            "MG Special")  # fmt: skip


@dataclass
class Importer:
    """Somebody at the pages of imports, and the language that they read."""

    reader: Reader
    tongue: Tongue = CHINESE

    def speak(self, tongue: Tongue) -> None:
        """Change the language by the button of the page; the page stays the same."""
        page, at = self.reader.page, self.reader.page.url
        page.click(f".top form.only-wide button[name=locale][value='{tongue.locale}']")
        expect(page.locator("html")).to_have_attribute("lang", tongue.locale)
        assert page.url == at
        self.tongue = tongue

    def bring(self, entity: str, path: Path) -> None:
        """Choose a file; it is read at once."""
        self.reader.open(f"-/imports/new/{entity}")
        self.reader.page.set_input_files("#file", path)
        self.reader.page.wait_for_url("**/file")

    def map(self) -> None:
        self.reader.page.click("button[value=mapping]")
        expect(self.reader.page.locator("#mapping")).to_be_visible()

    def line(self, column: str) -> Any:
        return self.reader.page.locator(f'[data-column="{column}"]')

    def choose(self, select: Any, value: str) -> None:
        """Choose something, upon which the page counts anew."""
        with self.reader.page.expect_navigation():
            select.select_option(value)

    def check(self) -> dict[str, int]:
        """Make the trial run; its counts."""
        self.reader.page.click("button[value=check]")
        self.reader.page.wait_for_url("**/check")
        work(self.reader.site)
        return self.counts()

    def start(self) -> dict[str, int]:
        """Import; the counts."""
        self.reader.page.click("button[value=start]")
        self.reader.page.wait_for_url("**/result")
        work(self.reader.site)
        expect(self.reader.page.locator("#state")).to_have_text(self.tongue.done)
        return self.counts()

    def counts(self) -> dict[str, int]:
        page = self.reader.page
        expect(page.locator("#work .import-work")).to_have_count(0)
        found = {}
        for name, words in zip(COUNTS, self.tongue.counted, strict=True):
            expect(page.locator(f"[data-count={name}] dt")).to_have_text(words)
            text = page.locator(f"[data-count={name}] dd").inner_text()
            found[name] = int(text.replace(",", ""))
        return found


def counts(created: int = 0, updated: int = 0, skipped: int = 0, failed: int = 0) -> dict[str, int]:
    return {"created": created, "updated": updated, "skipped": skipped, "failed": failed}


def work(site: Site, *, late: bool = False) -> int:
    """Do what is due, as a worker does; returns how many jobs were done.

    `late`: after so long that a worker who died holds its jobs no more.
    """
    if late:
        with site.workspace.writing() as tx:
            tx.connection.execute(
                sa.update(JOB).where(JOB.c.state == "running").values(lease_until=tx.now)
            )
    return sum(do(site.installation, *one) for one in tick(site.installation, everything=late))


def die_at(site: Site, point: str) -> None:
    """Do what is due in a process of its own, which dies where it comes to a fail point."""
    home = site.installation.settings.home
    worker = multiprocessing.get_context("spawn").Process(target=_work_and_die, args=(home, point))
    worker.start()
    worker.join()
    assert worker.exitcode == 137


def _work_and_die(home: Path, point: str) -> None:
    os.environ |= {"FIELDSTONE_ENV": "test", "FIELDSTONE_FAIL_AT": f"{point}:1"}
    with Installation.open(Settings(home=home, env="test")) as installation:
        for one in tick(installation):
            do(installation, *one)


def written(path: Path, *lines: str) -> Path:
    """A file of these lines."""
    path.write_text("".join(f"{one}\n" for one in lines), "utf-8")
    return path


def jobs_of(site: Site) -> int:
    with site.workspace.reading() as tx:
        return tx.connection.scalar(sa.select(sa.func.count()).select_from(JOB)) or 0


def count_of(site: Site, entity: str) -> int:
    """How many live records there are."""
    with site.workspace.reading() as tx:
        row = tx.tables.table(entity).alias("r")
        live = tx.tables.column(row, entity, "deleted_at").is_(None)
        query = sa.select(sa.func.count()).select_from(row).where(live)
        return tx.connection.scalar(query) or 0


def told(site: Site, email: str, locale: str = "en") -> list[str]:
    """What a member was told, in a language, the last first."""
    with site.workspace.reading() as tx:
        member = members.find(tx, email)
        caller = access.for_member(tx, member.id, locale)
        return [one.title for one in notified.listed(tx, caller)]


@dataclass(frozen=True)
class Shop:
    """A shop that was made once: its folder, and who has signed in there, by e-mail address."""

    home: Path
    cookies: Mapping[str, Sequence[Any]]


@pytest.fixture(scope="session")
def shop(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """Return products, two administrators and a salesperson; nobody works there.

    Each test takes a copy, for an import counts what is there, and making a shop takes its time.
    """
    documents, problems = read_folder(HERE / "superstore")
    assert problems == ()
    documents = (*documents, *(document_of(one) for one in (PRODUCT, SALE, LARGE)))
    home = tmp_path_factory.mktemp("shop") / "home"
    chief, ann = (
        NewMember(
            name=one.who, email=one.email, password=PASSWORD, locale=one.locale, roles=("admin",)
        )
        for one in TONGUES.values()
    )
    cookies = {}
    with Installation.open(Settings(home=home, env="test")) as installation:
        workspace = installation.create_workspace("shop", "超市", documents, admin=chief)
        members.add(workspace, SYSTEM, ann)
        members.add(workspace, SYSTEM, NewMember(name="Li", email="li@example.com"))
        with workspace.writing() as tx:
            records.create_many(tx, SYSTEM, "product", [{"name": one} for one in PRODUCTS])
        alerts.run(workspace)
        with served(installation, workspace) as found:
            work(found)
            for one in TONGUES.values():
                with reader_of(browser, found, one.locale) as reader:
                    reader.sign_in(one.email)
                    cookies[one.email] = reader.page.context.cookies()
    return Shop(home, cookies)


@pytest.fixture
def site(shop: Shop, tmp_path: Path) -> Iterator[Site]:
    """Return a server of a copy of the shop."""
    shutil.copytree(shop.home, tmp_path / "home")
    with (
        Installation.open(Settings(home=tmp_path / "home", env="test")) as installation,
        served(installation, installation.workspace("shop")) as found,
    ):
        yield found


@pytest.fixture
def tongue() -> Tongue:
    """Return the language of whoever imports; tests of lines take both."""
    return CHINESE


@pytest.fixture
def importer(browser: Browser, shop: Shop, site: Site, tongue: Tongue) -> Iterator[Importer]:
    """Return the administrator of that language at the pages of imports."""
    with reader_of(browser, site, tongue.locale) as reader:
        reader.page.context.add_cookies(shop.cookies[tongue.email])
        reader.open("-/imports")
        expect(reader.page.locator("html")).to_have_attribute("lang", tongue.locale)
        yield Importer(reader, tongue)
