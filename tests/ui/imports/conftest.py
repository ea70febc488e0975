"""A shop to import into, the real files, and a worker that works when it is asked to."""

from __future__ import annotations

from collections.abc import Iterator
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
        {"name": "opportunity_id", "type": "text", "required": True, "unique": True},
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
PRODUCTS = ("GTK 500", "GTX Basic", "GTX Plus Basic", "GTX Plus Pro", "GTX Pro", "MG Advanced",
            "MG Special")  # fmt: skip


@dataclass
class Importer:
    """Somebody at the pages of imports."""

    reader: Reader

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
        expect(self.reader.page.locator("#state")).to_have_text("已完成")
        return self.counts()

    def counts(self) -> dict[str, int]:
        page = self.reader.page
        expect(page.locator("#work .import-work")).to_have_count(0)
        found = {}
        for name in ("created", "updated", "skipped", "failed"):
            text = page.locator(f"[data-count={name}] dd").inner_text()
            found[name] = int(text.replace(",", ""))
        return found


def counts(created: int = 0, updated: int = 0, skipped: int = 0, failed: int = 0) -> dict[str, int]:
    return {"created": created, "updated": updated, "skipped": skipped, "failed": failed}


def work(site: Site) -> int:
    """Do what is due, as a worker does; returns how many jobs were done."""
    return sum(do(site.installation, *one) for one in tick(site.installation))


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


def told(site: Site, name: str) -> list[str]:
    """What a member was told, the last first."""
    with site.workspace.reading() as tx:
        member = members.find(tx, f"{name}@example.com")
        caller = access.for_member(tx, member.id, "en")
        return [one.title for one in notified.listed(tx, caller)]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Return a server with products, an administrator and a salesperson; nobody works there."""
    documents, problems = read_folder(HERE / "superstore")
    assert problems == ()
    documents = (*documents, *(document_of(one) for one in (PRODUCT, SALE, LARGE)))
    chief = NewMember(name="王工", email="chief@example.com", password=PASSWORD, locale="zh-CN")
    with Installation.open(Settings(home=tmp_path, env="test")) as installation:
        workspace = installation.create_workspace("shop", "超市", documents, admin=chief)
        members.add(workspace, SYSTEM, NewMember(name="Li", email="li@example.com"))
        with workspace.writing() as tx:
            records.create_many(tx, SYSTEM, "product", [{"name": one} for one in PRODUCTS])
        alerts.run(workspace)
        with served(installation, workspace) as found:
            work(found)
            yield found


@pytest.fixture
def importer(browser: Browser, site: Site) -> Iterator[Importer]:
    """Return the administrator at the pages of imports."""
    with reader_of(browser, site, "zh-CN") as reader:
        reader.sign_in()
        yield Importer(reader)
