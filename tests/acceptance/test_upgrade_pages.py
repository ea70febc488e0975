"""A company's CRM, changed in the Studio and in files, upgraded twice and taken back by clicks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from fieldstone.engine import members
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.upgrades import Choice
from fieldstone.metadata.documents import read_folder, write_folder
from fieldstone.metadata.model import App
from tests.acceptance.conftest import ADMIN, SLUG, Place, place_on
from tests.acceptance.studio import publish
from tests.apps.crm_upgrade import (
    DOUYIN,
    QUOTE,
    SILENCE,
    app,
    own_changes_hold,
    version_1_1_holds,
    version_2_0_holds,
)
from tests.apps.crm_versions import IN_FILES, IN_THE_STUDIO, V_1_0, V_1_1, V_2_0
from tests.metadata.editing import with_edits
from tests.metadata.samples import app_of
from tests.ui.installing import install
from tests.ui.readers import Reader, Site, reader_of, served
from tests.ui.studio.drafting import save
from tests.ui.workshop import PASSWORD

pytestmark = pytest.mark.browser

CUSTOMER, DEAL = "-/studio/entity/customer", "-/studio/entity/deal"
FILTER = "owner == me() and not stage.closed and weighted > 10000"


@pytest.fixture
def place(request: pytest.FixtureRequest, kind: str, tmp_path: Path) -> Iterator[Place]:
    """Return a workspace of the CRM 1.0, which one person manages."""
    with place_on(request, kind, tmp_path) as found:
        workspace = found.make("crm")
        with workspace.reading() as tx:
            ada = members.find(tx, ADMIN).id
        members.set_password(workspace, SYSTEM, ada, PASSWORD)
        yield found


@pytest.fixture
def site(place: Place) -> Iterator[Site]:
    """Return the place on a server."""
    with served(place.installation, place.workspace) as found:
        yield found


@pytest.fixture
def ada(browser: Browser, site: Site) -> Iterator[Reader]:
    """Return its administrator, signed in."""
    with reader_of(browser, site, "en-GB") as reader:
        reader.sign_in(ADMIN)
        yield reader


def test_a_company_upgrades_in_the_studio_and_keeps_what_it_made(
    place: Place, ada: Reader, tmp_path: Path
) -> None:
    change_customers(ada)
    change_deals(ada)
    change_what_looks_at_them(ada)
    assert now(place).hash == app_of(with_edits(V_1_0, IN_THE_STUDIO, in_ids=False)).hash
    change_files(place, tmp_path / "files")
    own_changes_hold(now(place))
    records = enter(place)
    first, hash_before = revision(place), now(place).hash

    install(place.installation, V_1_1)
    come_to(ada, "1.1.0")
    expect_sides(ada, QUOTE, "30", "45", "21")
    expect_sides(ada, DOUYIN, "not there", "Clip", "Douyin")
    upgrade(ada, {QUOTE: "ours", DOUYIN: "both"})
    own_changes_hold(now(place))
    version_1_1_holds(now(place))
    second, hash_between = revision(place), now(place).hash

    install(place.installation, V_2_0)
    come_to(ada, "2.0.0")
    expect_sides(ada, SILENCE, "7", "10", "5")
    upgrade(ada, {SILENCE: "theirs"})
    own_changes_hold(now(place))
    version_2_0_holds(now(place))

    for back, wanted in ((second, hash_between), (first, hash_before)):
        go_back(ada, back)
        assert now(place).hash == wanted
        own_changes_hold(now(place))
    assert entered(place, records) == {"Stone": ("tender", None), "Brook": (None, "https://x.cn")}


def now(place: Place) -> App:
    return app(place.workspace)


def revision(place: Place) -> int:
    with place.workspace.reading() as tx:
        return tx.revision


def room(reader: Reader, entity: str, name: str) -> None:
    """Open a room of an entity by its tab."""
    reader.open(entity)
    reader.page.locator(".studio-room .tabs").first.get_by_role("link", name=name).click()


def press(reader: Reader, act: str) -> None:
    reader.page.locator(f"button[name=act][value='{act}']").click()


def change_customers(reader: Reader) -> None:
    """Customers are called accounts, and have a field and an option more."""
    page = reader.page
    room(reader, CUSTOMER, "Settings")
    page.fill("#label-en", "Account")
    save(reader)
    reader.open(CUSTOMER)
    page.click(f"a[href$='/{CUSTOMER}/new']")
    page.click("[data-type=text]")
    page.fill("#label-en", "Area")
    page.fill("#label-zh-CN", "片区")
    page.fill("#name", "region_note")
    for box in ("in_form", "in_view"):
        page.locator(f"[name={box}]").uncheck()
    save(reader)
    room(reader, CUSTOMER, "Forms")
    names = page.locator("[data-section=basics] li")
    number = names.count()
    page.locator("[name='add.basics']").select_option("region_note")
    press(reader, "add:basics")
    for place in range(number, 2, -1):
        expect(names.nth(place)).to_have_id("p-region_note")
        press(reader, "up:region_note")
    expect(names.nth(2)).to_have_id("p-region_note")
    reader.open(CUSTOMER)
    page.click("#fields a.name[href$='/field/company_size']")
    page.fill("[name='option.5.label.en']", "From 5000")
    page.fill("[name='option.5.label.zh-CN']", "5000 人以上")
    save(reader)
    publish(reader)


def change_deals(reader: Reader) -> None:
    """Deals may stay longer in the quote stage, which is called otherwise, and may be on trial."""
    page = reader.page
    room(reader, DEAL, "Stages")
    page.click("#s-quote a.name")
    page.fill("#label-zh-CN", "出具报价")
    page.fill("#max_days", "45")
    save(reader)
    room(reader, DEAL, "Stages")
    page.fill("[name='stage.en']", "Trial")
    page.fill("[name='stage.zh-CN']", "试用")
    page.get_by_role("button", name="Add stage").click()
    expect(page.locator("#label-en")).to_have_value("Trial")
    save(reader)
    page.get_by_label("Position of Trial").fill("3")
    page.get_by_role("button", name="Save").last.click()
    expect(page.locator(".rows.stage-rows li").nth(2)).to_have_id("s-trial")
    publish(reader)


def change_what_looks_at_them(reader: Reader) -> None:
    """Two lists, a rule and a tier."""
    page = reader.page
    room(reader, CUSTOMER, "Lists")
    page.click(".tabs.under a[href$='view=customer_all']")
    press(reader, "remove:channel")
    expect(page.locator("[value='remove:channel']")).to_have_count(0)
    room(reader, DEAL, "Lists")
    page.click(".tabs.under a[href$='view=deal_mine']")
    page.fill("#filter", FILTER)
    page.get_by_role("button", name="Save").last.click()
    expect(page.locator(".draft-bar")).to_contain_text("2 changes")
    room(reader, CUSTOMER, "Alert rules")
    page.click("#rule-silent_customer .name a")
    page.locator("[name=tell][value='role:sales_manager']").check()
    save(reader)
    room(reader, CUSTOMER, "Tiers")
    band = page.locator(".option.band").first
    band.locator("details.more summary").click()
    band.locator("[name='band.0.property.silence_days']").fill("10")
    save(reader)
    publish(reader)


def change_files(place: Place, folder: Path) -> None:
    """The rest is written in files and applied by the command line."""
    place.run("export", SLUG, folder)
    documents, problems = read_folder(folder)
    assert problems == ()
    write_folder(folder, with_edits(documents, IN_FILES, in_ids=False))
    place.run("plan", SLUG, folder, "--exit-code", code=2)
    place.run("apply", SLUG, folder)


def enter(place: Place) -> list[str]:
    """Two customers with values that upgrades hide and show; their ids."""
    api = place.api()
    channel = api.call("POST", "/records/channel", {"name": "Fair"}, status=201)["id"]
    return [
        api.call("POST", "/records/customer", {**one, "channel": channel}, status=201)["id"]
        for one in (
            {"name": "Stone", "buying_process": "tender"},
            {"name": "Brook", "douyin": "https://x.cn"},
        )
    ]


def entered(place: Place, ids: list[str]) -> Mapping[str, tuple[str | None, str | None]]:
    """How they buy and what they show, by name."""
    found = [place.api().get(f"/records/customer/{one}") for one in ids]
    return {one["name"]: (one["buying_process"], one["douyin"]) for one in found}


def come_to(reader: Reader, version: str) -> None:
    """Open what the later version would do; it cannot be brought while nothing is decided."""
    page = reader.page
    reader.open("-/studio/template")
    page.click(".notice.info a.button")
    expect(page.locator("h1")).to_contain_text(version)
    asked = page.locator(".merging fieldset.sides").count()
    page.click(".finish .button.primary")
    expect(page.get_by_role("alert").locator("li")).to_have_count(asked)


def expect_sides(reader: Reader, key: str, *sides: str) -> None:
    """A conflict shows what the template had, what is here and what the version has."""
    asked = reader.page.locator("fieldset.sides", has=answer(reader, key, "ours"))
    expect(asked.locator("dd")).to_contain_text(sides)


def answer(reader: Reader, key: str, side: str) -> Locator:
    return reader.page.locator(f"input[type=radio][name='choice:{key}'][value={side}]")


def upgrade(reader: Reader, answers: Mapping[str, Choice]) -> None:
    """Answer everything that is asked, look at the plan, and make it so."""
    page = reader.page
    expect(page.locator(".merging fieldset.sides")).to_have_count(len(answers))
    for key, side in answers.items():
        answer(reader, key, side).check()
    page.click(".finish .button.primary")
    page.wait_for_url("**/-/studio/review")
    make_it_so(reader)


def go_back(reader: Reader, revision: int) -> None:
    """Bring an earlier revision back."""
    reader.open("-/studio/revisions")
    reader.page.click(f"button[form=restore][value='{revision}']")
    reader.page.wait_for_url("**/-/studio/review")
    make_it_so(reader)


def make_it_so(reader: Reader) -> None:
    """Publish what the review tells."""
    page = reader.page
    expect(page.locator(".review .told").first).to_be_visible()
    expect(page.locator(".review .losses")).to_have_count(0)
    page.click(".review .finish button.primary")
    expect(page.locator(".notice.success")).to_be_visible()
