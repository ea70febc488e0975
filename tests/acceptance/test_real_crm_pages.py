"""The same company moves in by the pages: gallery, four imports in four steps, dashboard."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.acceptance import test_real_crm as by_commands
from tests.acceptance.conftest import ADMIN, Place, place_on
from tests.acceptance.test_real_crm import Company, declare
from tests.ui.imports.conftest import Importer, counts
from tests.ui.readers import Site, reader_of, served
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
    page.click(".gallery-cards a[href*='/new/crm_template']")
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


def test_lines_53_67_the_real_company_moves_in_by_the_pages(
    place: Place, data: Path, browser: Browser, tmp_path: Path
) -> None:
    source = data / "crm_sales_opportunities"
    reference = json.loads((source / "reference.json").read_text("utf-8"))
    code = place.installation.control.invitations.set_up()
    assert code is not None
    begun = place.installation.create_workspace("placeholder", "Placeholder", ())
    place.installation.delete_workspace("placeholder")
    with served(place.installation, begun) as site, reader_of(browser, site, "zh-CN") as reader:
        found_company(reader.page, site.address, code)
        declare(place, tmp_path / "documents")
        reader.site = Site(site.address, place.installation, place.workspace)
        move_in(Importer(reader), source, reference["source_rows"])
    company = Company(place, place.api(), {}, "", reference)
    for holds in (
        by_commands.test_subsidiaries_point_at_their_parents,
        by_commands.test_deals_by_stage,
        by_commands.test_win_rates_revenue_and_cycle,
        by_commands.test_line_67_the_dashboard_shows_the_figures_of_the_reference,
        by_commands.test_line_67_the_managers_and_the_funnel_equal_the_reference,
        by_commands.test_a_deal_remembers_its_way,
    ):
        holds(company)
    by_commands.test_line_67_the_page_shows_them_and_opens_their_records(company, browser)
