"""The room of the template: what was changed goes back, and a later version comes in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from fieldstone.engine import drafts, members, upgrades
from fieldstone.engine.access import SYSTEM, Caller
from fieldstone.engine.drafts import Draft
from fieldstone.engine.installation import Installation
from fieldstone.engine.members import NewMember
from fieldstone.engine.settings import Settings
from fieldstone.metadata.model import Entity
from fieldstone.ui.show.studio.following import MOST_PLACES
from tests.ui.installing import install
from tests.ui.readers import Reader, Site, reader_of, served
from tests.ui.studio.following import (
    NOTE,
    STAFF_MIN,
    WEB,
    change,
    following,
    later,
    own,
    templateless,
)
from tests.ui.test_axe import AXE, SERIOUS
from tests.ui.workshop import PASSWORD

pytestmark = pytest.mark.browser

ANN = Caller(1, system=True)


@pytest.fixture(params=["zh-CN", "en"])
def language(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture
def site(home: Path, language: str) -> Iterator[Site]:
    """Return a server with a shop of which things were changed."""
    with Installation.open(Settings(home=home, env="test")) as installation:
        workspace = following(installation, language)
        change(workspace, own())
        with served(installation, workspace) as found:
            yield found


@pytest.fixture
def later_site(site: Site) -> Site:
    """Return the same with version 1.1.0 of the template installed."""
    install(site.installation, later().documents())
    return site


@pytest.fixture
def ann(browser: Browser, site: Site, language: str) -> Iterator[Reader]:
    """Return who reads either language, signed in."""
    with reader_of(browser, site, language) as reader:
        reader.sign_in("ann@example.com")
        yield reader


def draft(site: Site) -> Draft:
    with site.workspace.reading() as tx:
        return drafts.read(tx, ANN)


def customer(site: Site) -> Entity:
    found = draft(site).app
    assert found is not None
    return found.entity("customer")


def said(reader: Reader, english: str, chinese: str) -> str:
    return chinese if reader.language == "zh-CN" else english


def box(reader: Reader, key: str) -> Locator:
    return reader.page.locator(f'input[type=checkbox][value="{key}"]')


def radio(reader: Reader, key: str, side: str) -> Locator:
    return reader.page.locator(f'input[type=radio][name="choice:{key}"][value="{side}"]')


def incoming(reader: Reader, key: str) -> Locator:
    return reader.page.locator(f'input[type=checkbox][name="choice:{key}"]')


def look_again(reader: Reader) -> None:
    reader.page.locator(".finish button[formaction]").click()


def bring(reader: Reader) -> None:
    reader.page.locator(".finish .button.primary").click()


def test_what_was_changed_is_listed_and_goes_back_through_the_draft(
    ann: Reader, site: Site
) -> None:
    ann.open("-/studio/template")
    main = ann.page.locator(".studio-room")
    expect(main).to_contain_text(said(ann, "Corner shop, version 1.0.0", "“小店”创建，版本 1.0.0"))
    expect(main).to_contain_text(said(ann, "It is the newest version", "这是已安装的最新版本"))
    expect(main.locator(".places-of > legend")).to_have_text(
        [said(ann, 'entity "Customer"', "业务对象“客户”"), said(ann, 'view "Busy"', "视图“繁忙”")]
    )
    bound = main.locator(".sides", has=box(ann, STAFF_MIN))
    expect(bound.locator("dd")).to_have_text([said(ann, "not there", "没有"), "1"])
    box(ann, STAFF_MIN).check()
    bring(ann)
    ann.page.wait_for_url("**/-/studio/review")
    assert customer(site).field("staff").min is None
    assert customer(site).field("code").label["en"] == "Our code"


def test_nothing_goes_back_where_a_draft_has_edits_and_what_was_ticked_stays(
    ann: Reader, site: Site
) -> None:
    with site.workspace.writing() as tx:
        drafts.remove(tx, ANN, "view", "busy")
    ann.open("-/studio/template")
    box(ann, STAFF_MIN).check()
    bring(ann)
    expect(ann.page.get_by_role("alert")).to_be_visible()
    expect(box(ann, STAFF_MIN)).to_be_checked()
    assert [one.key for one in draft(site).edits] == ["view/busy"]


def test_nothing_ticked_is_said(ann: Reader) -> None:
    ann.open("-/studio/template")
    bring(ann)
    expect(ann.page.get_by_role("alert")).to_contain_text(
        said(ann, "Nothing is ticked", "没有勾选任何内容")
    )


def test_a_page_lists_so_many_places_and_counts_the_others(ann: Reader, site: Site) -> None:
    many = own()
    for number in range(MOST_PLACES):
        many.add("customer", name=f"extra_{number}", type="text")
    change(site.workspace, many)
    with site.workspace.reading() as tx:
        number = len(upgrades.customised(tx))
    ann.open("-/studio/template")
    expect(ann.page.locator(".sides")).to_have_count(MOST_PLACES)
    expect(ann.page.locator(".studio-room")).to_contain_text(
        said(ann, f"{number - MOST_PLACES} more places", f"另有 {number - MOST_PLACES} 处")
    )


def test_a_later_version_comes_in_as_it_was_chosen(ann: Reader, later_site: Site) -> None:
    ann.open("-/studio/template")
    ann.page.locator(".notice.info a.button").click()
    room = ann.page.locator(".studio-room")
    expect(room.locator("fieldset.sides")).to_have_count(2)
    bound = room.locator("fieldset.sides", has=radio(ann, STAFF_MIN, "ours"))
    expect(bound.locator("dd")).to_have_text([said(ann, "not there", "没有"), "1", "5"])
    expect(radio(ann, STAFF_MIN, "both")).to_have_count(0)
    expect(room.locator(".sides:has(h3) dd")).to_have_text(
        ["staff > 5", 'staff > 5 and size == "large"', 'staff > 5 and code != "none"']
    )
    expect(incoming(ann, WEB)).to_be_checked()
    radio(ann, STAFF_MIN, "theirs").check()
    radio(ann, NOTE, "both").check()
    incoming(ann, WEB).uncheck()
    bring(ann)
    ann.page.wait_for_url("**/-/studio/review")
    found = customer(later_site)
    assert found.field("staff").min == 5
    assert (found.field("note").type, found.field("note_2").type) == ("text", "long_text")
    assert "web" not in found.by_id
    view = draft(later_site).document("view", "busy")
    assert view is not None
    assert view.data["filter"] == 'staff > 5 and size == "large" and code != "none"'
    ann.page.locator(".review .button.primary").click()
    ann.page.wait_for_url("**/-/studio/entity/**")
    with later_site.workspace.reading() as tx:
        assert upgrades.base(tx).version == "1.1.0"


def test_what_is_undecided_is_said_and_the_choices_stay(ann: Reader, later_site: Site) -> None:
    ann.open("-/studio/template/upgrade?to=1.1.0")
    radio(ann, NOTE, "both").check()
    incoming(ann, WEB).uncheck()
    bring(ann)
    refused = ann.page.get_by_role("alert")
    expect(refused.locator("li")).to_have_count(1)
    expect(refused).to_contain_text(said(ann, "1 place is still", "还有 1 处"))
    expect(radio(ann, NOTE, "both")).to_be_checked()
    expect(incoming(ann, WEB)).not_to_be_checked()
    assert draft(later_site).edits == ()
    radio(ann, STAFF_MIN, "ours").check()
    look_again(ann)
    expect(ann.page.get_by_role("alert")).to_have_count(0)
    expect(radio(ann, STAFF_MIN, "ours")).to_be_checked()
    expect(radio(ann, NOTE, "both")).to_be_checked()
    expect(incoming(ann, WEB)).not_to_be_checked()
    assert draft(later_site).edits == ()


def test_an_upgrade_is_refused_where_a_draft_has_edits(ann: Reader, later_site: Site) -> None:
    with later_site.workspace.writing() as tx:
        drafts.remove(tx, ANN, "view", "busy")
    ann.open("-/studio/template/upgrade?to=1.1.0")
    radio(ann, STAFF_MIN, "ours").check()
    radio(ann, NOTE, "theirs").check()
    bring(ann)
    expect(ann.page.get_by_role("alert")).to_be_visible()
    expect(radio(ann, NOTE, "theirs")).to_be_checked()
    assert [one.key for one in draft(later_site).edits] == ["view/busy"]


def test_what_would_be_wrong_is_said_when_the_page_looks_again(ann: Reader, site: Site) -> None:
    newer = later()
    newer.entity("busy")["columns"].append({"field": "web"})
    install(site.installation, newer.documents())
    ann.open("-/studio/template/upgrade?to=1.1.0")
    expect(ann.page.locator(".notice.warning")).to_have_count(0)
    incoming(ann, WEB).uncheck()
    look_again(ann)
    expect(ann.page.locator(".notice.warning")).to_contain_text("web")


def test_everything_is_done_without_scripts(
    browser: Browser, later_site: Site, language: str
) -> None:
    context = browser.new_context(locale=language, java_script_enabled=False)
    reader = Reader(context.new_page(), later_site, language)
    reader.sign_in("ann@example.com")
    reader.open("-/studio/template/upgrade")
    radio(reader, NOTE, "theirs").check()
    look_again(reader)
    radio(reader, STAFF_MIN, "theirs").check()
    bring(reader)
    assert reader.page.url.endswith("/-/studio/review")
    context.close()
    assert customer(later_site).field("staff").min == 5


@pytest.mark.parametrize("page", ["", "/upgrade?to=1.1.0"])
def test_long_expressions_fit_on_a_telephone_and_axe_finds_nothing(
    ann: Reader, site: Site, page: str
) -> None:
    many = later()
    many.entity("busy")["filter"] += f' and name != "{"Incorporated" * 12}"'
    install(site.installation, many.documents())
    ann.page.set_viewport_size({"width": 390, "height": 844})
    ann.open(f"-/studio/template{page}")
    expect(ann.page.locator(".sides").first).to_be_visible()
    assert ann.sideways() == 0
    ann.page.evaluate(AXE.read_text("utf-8"))
    assert ann.page.evaluate(SERIOUS) == []


def test_a_version_that_is_not_there_is_no_page(ann: Reader, later_site: Site) -> None:
    answer = ann.page.goto(later_site.path("-/studio/template/upgrade?to=7.0.0"))
    assert answer is not None
    assert answer.status == 404
    expect(ann.page.locator("main")).to_contain_text("7.0.0")


def test_an_answer_that_is_none_decides_nothing(ann: Reader, later_site: Site) -> None:
    ann.open("-/studio/template/upgrade?to=1.1.0")
    radio(ann, NOTE, "ours").check()
    radio(ann, STAFF_MIN, "ours").evaluate("one => { one.value = 'mine'; one.checked = true; }")
    bring(ann)
    expect(ann.page.get_by_role("alert").locator("li")).to_have_count(1)
    assert draft(later_site).edits == ()


def test_who_may_not_change_metadata_has_no_room(ann: Reader, later_site: Site) -> None:
    new = NewMember(name="Vic", email="vic@example.com", password=PASSWORD)
    members.add(later_site.workspace, SYSTEM, new)
    ann.sign_in("vic@example.com")
    pages = ("template", "template/upgrade", "template/upgrade?to=7.0.0")
    paths = [later_site.path(f"-/studio/{one}") for one in pages]
    assert [ann.page.request.get(one).status for one in paths] == [403] * len(pages)


def test_a_workspace_of_no_template_says_so(ann: Reader, site: Site) -> None:
    bare = templateless(site.installation)
    ann.open(f"/{bare.slug}/-/studio/template")
    empty = ann.page.locator(".empty")
    expect(empty.get_by_role("heading")).to_have_text(
        said(ann, "Not made from a template", "不是由模板创建的")
    )
    expect(ann.page.locator(".studio-room form")).to_have_count(0)
    answer = ann.page.goto(f"{site.address}/{bare.slug}/-/studio/template/upgrade")
    assert answer is not None
    assert answer.status == 409
