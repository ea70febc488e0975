"""The same company moves in by the pages: gallery, Studio, four imports, dashboard."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.acceptance import test_real_crm as by_commands
from tests.acceptance.conftest import ADMIN, Place, place_on
from tests.acceptance.studio import add_entity, add_field, add_table, leave_open, publish
from tests.acceptance.test_real_crm import Company
from tests.ui.imports.conftest import Importer, counts
from tests.ui.readers import Reader, Site, reader_of, served
from tests.ui.workshop import PASSWORD

pytestmark = pytest.mark.browser

ACCOUNTS = {
    "account": "name", "sector": "sector", "year_established": "founded", "revenue": "revenue",
    "employees": "employees", "office_location": "location", "subsidiary_of": "parent_customer",
}  # fmt: skip
PRODUCTS = {"product": "name", "series": "series", "sales_price": "list_price"}
TEAMS = {"sales_agent": "name", "manager": "manager", "regional_office": "region"}
DEALS = {
    "opportunity_id": "external_id", "sales_agent": "agent", "product": "product",
    "account": "customer", "deal_stage": "stage", "engage_date": "opened_on",
    "close_date": "closed_at", "close_value": "won_amount",
}  # fmt: skip
TIMES = {
    "created": "engage_date", "at-need": "engage_date", "at-won": "close_date",
    "at-lost": "close_date",
}  # fmt: skip

REGIONS = ("Central", "East", "West")
SECTORS = (
    "employment", "entertainment", "finance", "marketing", "medical", "retail", "services",
    "software", "technology", "telecommunications",
)  # fmt: skip
OF_MANAGERS = {
    "won_deals": "won",
    "deal_win_rate": "win_rate_closed",
    "cycle_deal": "cycle_won_mean",
    "won_amount": "revenue_won",
}
"""The template's metrics that a manager is looked at by, with their keys in the reference."""


@pytest.fixture(scope="module")
def kind() -> str:
    """Return the one kind of database on which a browser moves the company in."""
    return "sqlite"


@pytest.fixture
def place(
    request: pytest.FixtureRequest, kind: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    """Return an empty installation; the workspace `sales` is made in the gallery."""
    with place_on(request, kind, tmp_path_factory.mktemp("pages")) as found:
        yield found


def found_company(page: Page, address: str, code: str) -> None:
    """Go from the link that is printed over the gallery to an empty workspace of the CRM."""
    page.goto(f"{address}/set-up/{code}")
    page.fill("#company", "Sales")
    page.fill("#who", ADMIN)
    page.fill("#password", PASSWORD)
    page.click("button.primary")
    page.click(".gallery-cards a[href^='/new/crm?']")
    page.uncheck("input[name=sample]")
    page.click(".gallery-make summary")
    page.fill("#slug", "sales")
    page.click(".gallery-make button.primary")
    page.wait_for_url("**/sales/**")


def bring(importer: Importer, entity: str, path: Path, columns: Mapping[str, str]) -> None:
    """Open the import of a list, choose the file and say where its columns go."""
    page = importer.reader.page
    importer.reader.open(entity)
    page.click(f"main a[href$='/-/imports/new/{entity}']:visible")
    page.set_input_files("#file", path)
    page.wait_for_url("**/file")
    importer.map()
    for column, field in columns.items():
        select = importer.line(column).locator(".to select").first
        if select.input_value() != field:
            importer.choose(select, field)


def decide(importer: Importer, column: str, value: str, take: str) -> None:
    """Take another value for one that is unknown; it is asked once, however many rows have it."""
    strange = importer.line(column).locator(".strange-value", has_text=value)
    expect(strange).to_have_count(1)
    strange.locator("input.input").fill(take)
    importer.choose(strange.locator("select"), "take")


def done(importer: Importer, rows: int) -> None:
    """Make the trial run, then import; both tell that every row becomes a record."""
    assert importer.check() == counts(created=rows) == importer.start()


def move_in(importer: Importer, source: Path, rows: Mapping[str, int]) -> None:
    """Import the four files, each as the administrator would."""
    page = importer.reader.page
    bring(importer, "customer", source / "accounts.csv", ACCOUNTS)
    decide(importer, "sector", "technolgy", "technology")
    done(importer, rows["accounts"])
    bring(importer, "product", source / "products.csv", PRODUCTS)
    done(importer, rows["products"])
    bring(importer, "sales_agent", source / "sales_teams.csv", TEAMS)
    managers = importer.line("manager").locator(".strange-value select")
    expect(managers).to_have_count(6)
    for at in range(6):
        importer.choose(managers.nth(at), "create")
    done(importer, rows["sales_teams"])
    bring(importer, "deal", source / "sales_pipeline.csv", DEALS)
    number = importer.line("opportunity_id")
    number.locator("summary").click()
    importer.choose(number.locator("[name^=also]"), "name")
    decide(importer, "deal_stage", "Prospecting", "初步接触")
    decide(importer, "deal_stage", "Engaging", "需求确认")
    decide(importer, "product", "GTXPro", "GTX Pro")
    for time, column in TIMES.items():
        page.select_option(f"#time-{time}", column)
    done(importer, rows["sales_pipeline"])


def declare(reader: Reader) -> None:
    """Tell the Studio what the company has besides the template: agents and their managers.

    What a manager's agents have done is a table on the template's own dashboard.
    """
    add_entity(reader, "manager", "销售主管")
    add_entity(reader, "sales_agent", "销售代表")
    add_field(reader, "sales_agent", "choice", "region", "区域办事处", options=REGIONS)
    leads = {"to": "manager", "inverse": "agents"}
    add_field(reader, "sales_agent", "reference", "manager", "主管", **leads)
    add_field(reader, "customer", "choice", "sector", "所属行业", options=SECTORS)
    add_field(reader, "customer", "decimal", "revenue", "年营业额（百万美元）", scale="2", min="0")
    add_field(reader, "customer", "integer", "employees", "员工人数", min="0")
    add_field(reader, "customer", "integer", "founded", "成立年份", min="1800")
    add_field(reader, "customer", "text", "location", "办公地点")
    add_field(reader, "product", "choice", "series", "产品系列", options=("GTK", "GTX", "MG"))
    sells = {"to": "sales_agent", "inverse": "deals"}
    add_field(reader, "deal", "reference", "agent", "销售代表", **sells)
    leave_open(reader, "customer", "channel")
    leave_open(reader, "deal", "customer", "opened_on")
    add_table(reader, "sales", "主管业绩", "deal", ("agent", "manager"), tuple(OF_MANAGERS))
    publish(reader)


def expect_dashboard(reader: Reader, company: Company) -> None:
    """The template's own dashboard shows the figures of all time, and opens what they count."""
    page, overall = reader.page, company.reference["overall"]
    reader.open("")
    page.click(".menu a[href$='/-/dashboards/sales']")
    page.select_option("[name=period]", "all")
    page.wait_for_url("**period=all**")
    expect(page.locator(".panel[aria-busy]")).to_have_count(0)
    expect(page.locator("#card-deal_win_rate .amount")).to_have_text("63.2%")
    expect(page.locator("#card-cycle_deal .amount")).to_contain_text("51.8")
    expect(page.locator("#card-won_amount")).to_contain_text("10,005,534")
    rows = page.locator("#card-zhu_guan_ye_ji tbody tr")
    expect(rows).to_have_count(6)
    expect(rows.first).to_have_text(re.compile("Melvin Marxen.*882.*2,251,930"))
    cards = {
        one["name"]: one for one in company.api.get("/dashboards/sales", period="all")["cards"]
    }
    assert float(cards["deal_win_rate"]["value"]) == overall["win_rate_closed"]
    assert float(cards["deal_win_rate_all"]["value"]) == overall["win_rate_all"]
    assert float(cards["cycle_deal"]["value"]) == overall["cycle_won_mean"]
    assert Decimal(cards["won_amount"]["value"]) == overall["revenue_won"]
    expect_managers(page, cards["zhu_guan_ye_ji"], company.reference["by_manager"])
    page.locator("#card-won_deals .amount a, #card-won_deals a.amount").first.click()
    expect(page.locator(".below span.numeric")).to_contain_text(f"{overall['won']:,}")
    page.go_back()
    rows.first.get_by_role("link", name="882", exact=True).click()
    expect(page.locator(".below span.numeric")).to_contain_text("882")


def expect_managers(page: Page, card: dict[str, Any], wanted: Mapping[str, Any]) -> None:
    """The table shows the six managers with their figures, which are those of the reference."""
    found = {
        one["label"]: [Decimal(each["value"]) for each in one["figures"]] for one in card["lines"]
    }
    assert found == {
        name: [Decimal(str(one[key])) for key in OF_MANAGERS.values()]
        for name, one in wanted.items()
    }
    for name, (won, rate, cycle, revenue) in found.items():
        row = page.locator("#card-zhu_guan_ye_ji tbody tr").filter(has_text=name)
        shown = (f"{won:,}", f"{rate:.1%}", f"{cycle:.1f} 天", f"{revenue:,.2f}")
        for cell, text in zip(row.locator("td").all(), shown, strict=True):
            expect(cell).to_contain_text(text)


def test_lines_53_67_the_real_company_moves_in_by_the_pages(
    place: Place, data: Path, browser: Browser
) -> None:
    """From the printed link to the figures, and nothing of it by a file of documents."""
    source = data / "crm_sales_opportunities"
    reference = json.loads((source / "reference.json").read_text("utf-8"))
    code = place.installation.control.invitations.set_up()
    assert code is not None
    begun = place.installation.create_workspace("placeholder", "Placeholder", ())
    place.installation.delete_workspace("placeholder")
    with served(place.installation, begun) as site, reader_of(browser, site, "zh-CN") as reader:
        found_company(reader.page, site.address, code)
        reader.site = Site(site.address, place.installation, place.workspace)
        declare(reader)
        move_in(Importer(reader), source, reference["source_rows"])
        company = Company(place, place.api(), {}, "", reference)
        expect_dashboard(reader, company)
    for holds in (
        by_commands.test_subsidiaries_point_at_their_parents,
        by_commands.test_deals_by_stage,
        by_commands.test_win_rates_revenue_and_cycle,
        by_commands.test_agents_without_deals_are_there,
        by_commands.test_a_deal_remembers_its_way,
    ):
        holds(company)
    by_commands.test_revenue_by_region_and_manager(company, "agent.region", "by_region")
