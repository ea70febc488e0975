"""A company moves in: the template, its own fields, its real data; then every figure is right."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from fieldstone.engine import members
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.members import NewMember
from tests.acceptance.conftest import HERE, Api, Place, merge, place_on
from tests.ui.readers import reader_of, served
from tests.ui.workshop import PASSWORD

FILES = HERE / "crm_sales"
MAPPINGS = FILES / "mappings"


@dataclass
class Company:
    """The place after everything is in, the reports of the imports, and the right answers."""

    place: Place
    api: Api
    reports: dict[str, dict[str, Any]]
    refused: str
    reference: dict[str, Any]


@pytest.fixture(scope="session")
def company(
    request: pytest.FixtureRequest,
    kind: str,
    data: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Company]:
    """Return the company, moved in once on each kind of database by the ordinary commands."""
    home = tmp_path_factory.mktemp("crm")
    source = data / "crm_sales_opportunities"
    reference = json.loads((source / "reference.json").read_text("utf-8"))
    with place_on(request, kind, home) as place:
        place.make("crm")
        declare(place, home / "documents")
        reports = {}
        for entity, file in (
            ("customer", "accounts"),
            ("product", "products"),
            ("sales_agent", "sales_teams"),
        ):
            mapping = MAPPINGS / f"{file.removeprefix('sales_')}.json"
            reports[entity] = place.report(
                "import", "sales", entity, source / f"{file}.csv", "--mapping", mapping
            )
        pipeline = source / "sales_pipeline.csv"
        deals = ("import", "sales", "deal", pipeline, "--mapping", MAPPINGS / "deals.json")
        refused = place.run(*deals, "--all-or-nothing", code=1).output
        values = ("--values", MAPPINGS / "deals_values.json")
        reports["deal"] = place.report(*deals, *values)
        place.run("tiers", "run", "sales", "abc")
        yield Company(place, place.api(), reports, refused, reference)


def declare(place: Place, folder: Path) -> None:
    """Export the template's documents, add what the company needs, plan it and apply it."""
    place.run("export", "sales", folder)
    for kind in ("entities", "dashboards"):
        shutil.copytree(FILES / kind, folder / kind, dirs_exist_ok=True)
    merge(folder, FILES / "changes")
    planned = place.run("plan", "sales", folder, "--exit-code", code=2)
    assert "Sales agent" in planned.stdout
    place.run("apply", "sales", folder)
    place.run("plan", "sales", folder, "--exit-code", code=0)


def rate(part: int, whole: int) -> float:
    """A share as the reference answers write it."""
    return round(part / whole, 6)


def test_every_row_of_every_file_is_a_record(company: Company) -> None:
    rows = company.reference["source_rows"]
    wanted = {
        "customer": rows["accounts"],
        "product": rows["products"],
        "sales_agent": rows["sales_teams"],
        "deal": rows["sales_pipeline"],
    }
    for entity, count in wanted.items():
        report = company.reports[entity]
        assert (report["rows"], report["created"], report["failed"]) == (count, count, 0)
        assert company.api.get(f"/records/{entity}", limit=1, count="exact")["count"] == count


def test_a_value_that_is_spelt_otherwise_is_told_once(company: Company) -> None:
    missing = company.reference["quirks"][
        "product_spelt_GTXPro_in_pipeline_but_GTX_Pro_in_products"
    ]
    told = [
        line for line in company.refused.splitlines() if "GTXPro" in line and "Line" not in line
    ]
    assert told == [
        f"product: “GTXPro” is unknown, in {missing:,} rows; if “GTX Pro” is meant, "
        "map it with --values."
    ]
    assert f"Nothing written, because {missing:,} of 8,800 rows would fail." in company.refused


def test_subsidiaries_point_at_their_parents(company: Company) -> None:
    quirks = company.reference["quirks"]
    found = company.api.aggregate("customer", measure="count: count(parent_customer is not None)")
    assert found == [{"count": quirks["subsidiary_rows"]}]


def test_deals_by_stage(company: Company) -> None:
    rows = company.api.aggregate("deal", group="stage", measure="count: count()")
    wanted = company.reference["stage_counts"]
    assert [(row["stage"], row["count"]) for row in rows] == [
        ("contact", wanted["Prospecting"]),
        ("need", wanted["Engaging"]),
        ("won", wanted["Won"]),
        ("lost", wanted["Lost"]),
    ]


def test_win_rates_revenue_and_cycle(company: Company) -> None:
    (row,) = company.api.aggregate(
        "deal",
        measure=[
            "all: count()",
            'won: count(stage == "won")',
            "closed: count(stage.closed)",
            'revenue: sum(won_amount, stage == "won")',
            'cycle: avg(days_between(opened_on, date(closed_at)), stage == "won")',
            'stored_cycle: avg(cycle_days, stage == "won")',
        ],
    )
    wanted = company.reference["overall"]
    assert rate(row["won"], row["closed"]) == wanted["win_rate_closed"] == 0.631501
    assert rate(row["won"], row["all"]) == wanted["win_rate_all"] == 0.481591
    assert Decimal(row["revenue"]) == 10_005_534 == wanted["revenue_won"]
    assert row["cycle"] == row["stored_cycle"] == "51.781973"
    assert float(row["cycle"]) == wanted["cycle_won_mean"]


@pytest.mark.parametrize(
    ("path", "key"), [("agent.region", "by_region"), ("agent.manager", "by_manager")]
)
def test_revenue_by_region_and_manager(company: Company, path: str, key: str) -> None:
    rows = company.api.aggregate(
        "deal",
        group=path,
        measure=[
            "deals: count()",
            'won: count(stage == "won")',
            'revenue: sum(won_amount, stage == "won")',
            'cycle: avg(cycle_days, stage == "won")',
        ],
    )
    assert {
        row[path].casefold(): (
            row["deals"],
            row["won"],
            Decimal(row["revenue"]),
            float(row["cycle"]),
        )
        for row in rows
    } == {
        name.casefold(): (
            one["deals"],
            one["won"],
            Decimal(one["revenue_won"]),
            one["cycle_won_mean"],
        )
        for name, one in company.reference[key].items()
    }


def behind(company: Company, figure: dict[str, Any]) -> int:
    """How many records the list behind a figure of the API has."""
    records = figure["records"]
    assert records["of"] == {}
    path, given = f"/records/{records['entity']}", {"limit": 1, "count": "exact"}
    count: int = company.api.get(path, filter=records["filter"], **given)["count"]
    return count


def test_line_67_the_dashboard_shows_the_figures_of_the_reference(company: Company) -> None:
    found = company.api.get("/dashboards/managers")
    cards = {one["name"]: one for one in found["cards"]}
    overall = company.reference["overall"]
    assert all(one["problems"] == [] for one in cards.values())
    assert float(cards["win_rate"]["value"]) == overall["win_rate_closed"]
    assert float(cards["win_rate_all"]["value"]) == overall["win_rate_all"]
    assert float(cards["cycle"]["value"]) == overall["cycle_won_mean"]
    assert Decimal(cards["revenue"]["value"]) == 10_005_534
    parts = cards["win_rate"]["parts"]
    assert [one["value"] for one in parts] == [behind(company, one) for one in parts]
    assert [one["value"] for one in parts] == [overall["won"], overall["won"] + overall["lost"]]


def test_line_67_the_managers_and_the_funnel_equal_the_reference(company: Company) -> None:
    cards = {one["name"]: one for one in company.api.get("/dashboards/managers")["cards"]}
    rows = {
        one["label"]: [Decimal(each["value"]) for each in one["figures"]]
        for one in cards["managers"]["lines"]
    }
    wanted = company.reference["by_manager"]
    assert rows == {
        name: [
            Decimal(str(one[key]))
            for key in ("won", "win_rate_closed", "cycle_won_mean", "revenue_won")
        ]
        for name, one in wanted.items()
    }
    assert len(rows) == 6
    for line in cards["managers"]["lines"]:
        assert behind(company, line["figures"][0]) == wanted[line["label"]]["won"]
    funnel = {one["stage"]: one for one in cards["funnel"]["steps"]}
    steps = {one["stage"]: one for one in company.reference["funnel"]}
    for stage, name in (("contact", "Prospecting"), ("need", "Engaging"), ("won", "Won")):
        assert funnel[stage]["current"]["value"] == steps[name]["current"]
        assert funnel[stage]["reached"]["value"] == steps[name]["reached"]
    assert funnel["negotiation"]["reached"]["value"] == steps["Closed"]["reached"]
    assert float(funnel["need"]["share"]) == steps["Engaging"]["step"]
    assert float(funnel["won"]["share"]) == steps["Won"]["step"]


@pytest.mark.browser
def test_line_67_the_page_shows_them_and_opens_their_records(
    company: Company, browser: Browser
) -> None:
    place = company.place
    lin = NewMember(name="林", email="lin@example.com", password=PASSWORD, roles=("admin",))
    members.add(place.workspace, SYSTEM, lin)
    with (
        served(place.installation, place.workspace) as site,
        reader_of(browser, site, "en-GB") as reader,
    ):
        reader.sign_in("lin@example.com")
        reader.open("-/dashboards/managers")
        page = reader.page
        expect(page.locator(".panel[aria-busy]")).to_have_count(0)
        expect(page.locator("#card-win_rate .amount")).to_have_text("63.2%")
        expect(page.locator("#card-cycle .amount")).to_contain_text("51.8")
        expect(page.locator("#card-revenue")).to_contain_text("10,005,534")
        rows = page.locator("#card-managers tbody tr")
        expect(rows).to_have_count(6)
        expect(rows.first).to_contain_text("Melvin Marxen")
        expect(rows.first).to_contain_text("2,251,930")
        rows.first.get_by_role("link", name="882", exact=True).click()
        expect(page.locator(".below span.numeric")).to_contain_text("882")


def test_agents_without_deals_are_there(company: Company) -> None:
    found = company.api.get(
        "/records/sales_agent", filter="count(deals) == 0", sort="name", fields="name"
    )
    assert [one["name"] for one in found["data"]] == company.reference["agents_without_deals"]


def test_abc_grades_and_their_revenue(company: Company) -> None:
    rows = company.api.aggregate(
        "customer", group="tier", measure=["count: count()", "revenue: sum(won_amount)"]
    )
    wanted = company.reference["orders_view_won_deals"]["abc"]["abc_count"]
    assert {row["tier"]: (row["count"], Decimal(row["revenue"])) for row in rows} == {
        name: (one["customers"], Decimal(one["revenue"])) for name, one in wanted.items()
    }
    assert [row["count"] for row in rows] == [17, 25, 43]


def test_the_grade_of_a_customer_at_either_side_of_a_border(company: Company) -> None:
    border = company.reference["orders_view_won_deals"]["abc"]["boundary"]
    for place, tier in (("last_A", "A"), ("first_B", "B"), ("last_B", "B"), ("first_C", "C")):
        name, revenue = border[place]
        (found,) = company.api.get(
            "/records/customer", filter=f'name == "{name}"', fields="tier,won_amount"
        )["data"]
        assert (found["tier"], Decimal(found["won_amount"])) == (tier, Decimal(revenue))


def test_a_deal_remembers_its_way(company: Company) -> None:
    """A won deal entered its first stage when it was engaged and the last when it was closed."""
    (deal,) = company.api.get("/records/deal", filter='external_id == "1C1I7A6R"')["data"]
    history = company.api.get(f"/records/deal/{deal['id']}/history")["data"]
    moves = [
        (entry["at"][:10], one["before"], one["after"])
        for entry in history
        for one in entry["changes"]
        if one["field"] == "stage"
    ]
    # The days as the file has them are those of Shanghai, eight hours before UTC's.
    assert moves == [("2017-02-28", "need", "won"), ("2016-10-19", None, "need")]
    assert deal["stage_entered_at"] == deal["closed_at"] == "2017-02-28T16:00:00Z"
