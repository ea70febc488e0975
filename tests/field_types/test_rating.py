"""Ratings at every door: stars written, refused, asked for, imported, converted, and drawn."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, expect

from fieldstone.api import application
from fieldstone.engine import members, publish
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.installation import Installation
from fieldstone.engine.members import NewMember
from fieldstone.engine.settings import Settings
from fieldstone.engine.workspaces import Workspace
from tests.api.conftest import Person, person
from tests.field_types.test_in_use import Field, imported, with_fields
from tests.servers.database import Database
from tests.ui.readers import Reader, reader_of, served

MARK: Field = {"name": "mark", "type": "rating", "label": {"en": "Mark", "zh-CN": "评价"}}


@pytest.fixture
def installation(home: Path, database: Database) -> Iterator[Installation]:
    """Return an installation without packages."""
    settings = Settings(home=home, database_url=database.url, env="test")
    with Installation.open(settings) as opened:
        yield opened


@pytest.fixture
def workspace(installation: Installation) -> Workspace:
    """Return a shop whose customers are rated."""
    admin = NewMember(name="Ada", email="ada@example.com", locale="en")
    return installation.create_workspace("shop", "Shop", with_fields(MARK), admin=admin)


@pytest.fixture
def web(installation: Installation) -> FlaskClient:
    """Return a client without a token."""
    return application(installation).test_client()


@pytest.fixture
def ada(web: FlaskClient, workspace: Workspace) -> Person:
    """Return the administrator's client."""
    return person(web, workspace, "ada@example.com")


def test_stars_are_a_number_that_lists_filter_and_sort(ada: Person) -> None:
    for name, mark in (("Acme", 2), ("Bolt", "★★★★★"), ("Corn", "4"), ("Dove", None)):
        ada.make("customer", name=name, mark=mark)
    found = ada.get("/records/customer", filter="mark >= 4", sort="-mark", fields="name,mark")
    assert [(one["name"], one["mark"]) for one in found.get_json()["data"]] == [
        ("Bolt", 5),
        ("Corn", 4),
    ]
    figures = ada.get("/records/customer/aggregate", measure="best: max(mark)").get_json()
    assert figures["data"] == [{"best": 5}]


def test_another_number_is_refused_in_the_words_of_who_wrote_it(
    ada: Person, web: FlaskClient, workspace: Workspace
) -> None:
    new = NewMember(name="Li", email="li@example.com", roles=("admin",), locale="zh-CN")
    members.add(workspace, SYSTEM, new)
    li = person(web, workspace, "li@example.com")
    for reader, sentence in ((ada, "Give 1 to 5 stars."), (li, "请给 1 到 5 星。")):
        refused = reader.post("/records/customer", {"name": "Acme", "mark": 6})
        assert refused.status_code == 422
        wrong = refused.get_json()["errors"][0]
        assert (wrong["path"], wrong["message"]) == ("/mark", sentence)


def test_a_default_that_computes_more_is_refused_as_well(ada: Person, workspace: Workspace) -> None:
    computed = {**MARK, "default": {"expr": "3 * 4"}}
    plan = publish.preview(workspace, SYSTEM, with_fields(computed))
    publish.publish(workspace, SYSTEM, plan)
    refused = ada.post("/records/customer", {"name": "Acme"})
    assert refused.status_code == 422
    assert refused.get_json()["errors"][0]["path"] == "/mark"


def test_an_import_reads_numbers_and_drawings(ada: Person, installation: Installation) -> None:
    errors = imported(ada, installation, "name,mark\nAcme,3\nBolt,★★★★★\nCorn,9\n")
    assert "Corn" in errors and "Give 1 to 5 stars." in errors
    found = ada.get("/records/customer", fields="name,mark", sort="name").get_json()["data"]
    assert [one["mark"] for one in found] == [3, 5]


def test_openapi_tells_how_many_there_may_be(ada: Person) -> None:
    shapes = ada.get("/openapi.json").get_json()["components"]["schemas"]
    told = shapes["customer.new"]["properties"]["mark"]
    assert (told["minimum"], told["maximum"]) == (1, 5)


def test_numbers_become_stars_where_they_can_and_come_back(
    ada: Person, workspace: Workspace
) -> None:
    for name, staff in (("Acme", 3), ("Bolt", 900)):
        ada.make("customer", name=name, staff=staff)
    narrow: Field = {"name": "staff", "type": "rating", "label": {"en": "Staff"}}
    plan = publish.preview(workspace, SYSTEM, with_fields(MARK, narrow, without="staff"))
    assert "900" in plan.text() and "Rating" in plan.text()
    publish.publish(workspace, SYSTEM, plan, accept_loss=[one.key for one in plan.losses])
    found = ada.get("/records/customer", fields="name,staff", sort="name").get_json()["data"]
    assert [one["staff"] for one in found] == [3, None]
    publish.publish(workspace, SYSTEM, publish.preview(workspace, SYSTEM, with_fields(MARK)))
    found = ada.get("/records/customer", fields="name,staff", sort="name").get_json()["data"]
    assert [one["staff"] for one in found] == [3, 900]


def test_stars_grow_to_a_number_without_loss(ada: Person, workspace: Workspace) -> None:
    ada.make("customer", name="Acme", mark=4)
    plan = publish.preview(workspace, SYSTEM, with_fields({**MARK, "type": "integer"}))
    assert not plan.losses
    publish.publish(workspace, SYSTEM, plan)
    found = ada.get("/records/customer", fields="mark").get_json()["data"]
    assert [one["mark"] for one in found] == [4]


def test_fewer_stars_than_a_record_has_are_told_by_the_plan(
    ada: Person, workspace: Workspace
) -> None:
    ada.make("customer", name="Acme", mark=5)
    plan = publish.preview(workspace, SYSTEM, with_fields({**MARK, "max": 4}))
    problems = [one for one in plan.problems if one.id == "publish.above_maximum"]
    assert len(problems) == 1 and "Acme" in problems[0].text("en")


@pytest.fixture(params=["en", "zh-CN"])
def locale(request: pytest.FixtureRequest) -> str:
    """Return the language of who reads."""
    return str(request.param)


@pytest.fixture
def reader(tmp_path: Path, browser: Browser, locale: str) -> Iterator[Reader]:
    """Return the administrator of a shop whose customers are rated, signed in."""
    admin = NewMember(name="Ada", email="ada@example.com", locale=locale)
    with Installation.open(Settings(home=tmp_path / "home", env="test")) as installation:
        made = installation.create_workspace("shop", "Shop", with_fields(MARK), admin=admin)
        with (
            served(installation, made) as site,
            reader_of(browser, site, locale) as found,
        ):
            found.sign_in("ada@example.com")
            yield found


def test_stars_are_chosen_by_the_arrow_keys_and_read_aloud(reader: Reader, locale: str) -> None:
    english = locale == "en"
    label, save = ("Mark", "Save") if english else ("评价", "保存")
    reader.open("customer/new")
    reader.page.get_by_label("Name" if english else "客户名称", exact=False).first.fill("Acme")
    stars = reader.page.get_by_role("radiogroup", name=label)
    stars.get_by_role("radio", name="3").focus()
    reader.page.keyboard.press("Space")
    reader.page.keyboard.press("ArrowRight")
    expect(stars.get_by_role("radio", name="4")).to_be_checked()
    reader.page.get_by_role("button", name=save, exact=True).first.click()
    said = "4 of 5 stars" if english else "4 星（满分 5 星）"
    expect(reader.page.get_by_role("heading", name="Acme")).to_be_visible()
    expect(reader.page.locator("main")).to_contain_text(said)
    expect(reader.page.locator(".stars").first.locator(".full")).to_have_count(4)
    reader.open("customer?where=mark >= 4")
    expect(reader.page.locator("tbody")).to_contain_text("Acme")


def test_the_studio_offers_ratings_with_the_number_of_stars(reader: Reader, locale: str) -> None:
    english = locale == "en"
    reader.open("-/studio/entity/customer/new?type=rating")
    reader.page.locator("[name='label.en']").fill("Score")
    reader.page.locator("details:has([name='max']) > summary").first.click()
    reader.page.locator("[name='max']").fill("11")
    reader.page.locator("main form.form button.primary").first.click()
    wrong = "between 3 and 10" if english else "3 到 10"
    expect(reader.page.locator("main")).to_contain_text(wrong)
