"""The rule room as users check it: the numbers are those of the list of what they expect."""

from __future__ import annotations

from playwright.sync_api import Route, expect

from fieldstone.engine import alerts, drafts
from fieldstone.engine.access import Caller
from fieldstone.engine.work.tick import tick
from fieldstone.engine.work.worker import do
from fieldstone.metadata.schema import schema_of
from tests.ui.building import choose
from tests.ui.readers import Reader, Site

ROOM = "-/studio/entity/machine/rules"


def matching(site: Site, rule: str = "idle_machine") -> int:
    """How many records the run reports."""
    return alerts.run(site.workspace, [rule])[0].matches


def test_line_68_the_editor_says_what_matches_now(chief: Reader) -> None:
    chief.open(f"{ROOM}/rule/idle_machine")
    live = chief.page.locator("#rule-live")
    expect(live).to_contain_text(f"当前命中 {matching(chief.site)} 条")
    chief.page.locator("#when").fill("price >= 50000")
    expect(live).to_contain_text("当前命中 11 条")
    expect(live.locator("ul a")).to_have_count(5)
    expect(live).to_contain_text("另有 6 条")
    expect(chief.page.locator("#when-said")).to_contain_text("购置价 ≥ ¥50,000.00")


def test_line_68_the_count_is_that_of_the_readers_rights(vera: Reader) -> None:
    assert vera.page.request.get(vera.site.path(ROOM)).status == 403


def test_line_69_one_record_is_tried_condition_by_condition(ann: Reader) -> None:
    ann.open(f"{ROOM}/rule/idle_machine")
    ann.page.locator(".rule-side .ts-control").click()
    ann.page.keyboard.type("机床 03")
    ann.page.locator(".ts-dropdown [data-selectable]").filter(has_text="机床 03").click()
    tested = ann.page.locator(".tested")
    expect(tested).to_contain_text("The condition does not hold for this record")
    expect(tested.locator("li li")).to_have_count(2)
    expect(tested).to_contain_text("3,000")


def test_line_70_saving_says_when_it_runs_and_whom_it_tells(ann: Reader) -> None:
    page = ann.page
    ann.open(f"{ROOM}/new")
    page.locator("#label-en").fill("Old machine")
    page.locator("#when").fill("price > 0")
    page.locator("#schedule-kind").select_option("weekdays")
    page.locator("[data-save]").click()
    expect(page.locator(".notice.success")).to_contain_text("Old machine added")
    live = page.locator("#rule-live")
    expect(live).to_contain_text("Monday to Friday at 08:00; next")
    expect(live).to_contain_text("The first run would notify 1 person about 60 records")
    page.locator(".draft-bar a").click()
    review = page.locator("form.review")
    expect(review).to_contain_text("Tells Owner")
    expect(review).to_contain_text("Monday to Friday at 08:00; next")
    expect(review).to_contain_text("The first run would notify 1 person about 60 records")


def test_line_18_a_condition_says_which_field_and_where_before_saving(chief: Reader) -> None:
    chief.open(f"{ROOM}/rule/idle_machine")
    chief.page.locator("#when").fill("pricce > 3")
    wrong = chief.page.locator("#when-said .wrong")
    expect(wrong).to_contain_text("第 1 个字符")
    expect(wrong).to_contain_text("pricce")
    chief.page.locator("[data-save]").click()
    expect(chief.page.locator("[role=alert]").first).to_be_visible()
    expect(chief.page.locator("#when")).to_have_value("pricce > 3")


def test_a_condition_that_is_refused_is_offered_corrected(ann: Reader) -> None:
    page = ann.page
    ann.open(f"{ROOM}/rule/idle_machine")
    page.locator("#when").fill("price > 7,000 && kind = lathe")
    offered = page.locator("#when-said .offered")
    expect(offered.locator("code")).to_have_text('price > 7000 and kind == "lathe"')
    offered.get_by_role("button", name="Use this instead").click()
    expect(page.locator("#when")).to_have_value('price > 7000 and kind == "lathe"')
    expect(page.locator("#when-said .right")).to_be_visible()
    expect(page.locator("select[name='when.1.field']")).to_have_value("kind")


def test_rows_and_text_follow_each_other(ann: Reader) -> None:
    page = ann.page
    ann.open(f"{ROOM}/new")
    choose(page, "when.0", "price", "at_least")
    page.fill("input[name='when.0.value']", "7000")
    expect(page.locator("#when")).to_have_value("price >= 7000")
    page.locator("#when").fill('kind == "lathe" and price < 9000')
    expect(page.locator("select[name='when.0.field']")).to_have_value("kind")
    expect(page.locator("input[name='when.1.value']")).to_have_value("9000")
    page.fill("input[name='when.1.value']", "8000")
    expect(page.locator("#when")).to_have_value('kind == "lathe" and price < 8000')
    page.locator(".condition").first.get_by_role("button", name="Remove").click()
    expect(page.locator("#when")).to_have_value("price < 8000")


def test_every_property_of_a_rule_has_a_control(ann: Reader) -> None:
    """Identity, modules and what an editor needs stay; archiving is a button of the list."""
    ann.open(f"{ROOM}/new")
    ann.page.locator("summary").filter(has_text="What it does").click()
    ann.page.get_by_role("button", name="Add action").click()
    expect(ann.page.locator("fieldset.action")).to_have_count(1)
    names = ann.page.evaluate("[...document.querySelectorAll('#rule [name]')].map((e) => e.name)")
    found = {one.split(".")[0] for one in names} | {"actions"}
    declared = set(schema_of("alert_rule")["properties"])
    assert declared - found == {"$schema", "kind", "id", "archived", "part_of"}
    kinds: dict[str, set[str]] = {"create": set(), "set": set(), "notify": set(), "webhook": set()}
    for number, (kind, seen) in enumerate(kinds.items(), 1):
        ann.page.locator("select[name='action.0.kind']").select_option(kind)
        expect(
            ann.page.locator(f"select[name='action.0.kind'] option[selected][value={kind}]")
        ).to_have_count(1)
        if kind in ("create", "set"):
            ann.page.get_by_role("button", name="Add field").click()
            expect(ann.page.locator(".setting")).to_have_count(number)
        seen |= set(
            ann.page.evaluate(
                "[...document.querySelectorAll('.action [name]')].map((e) => e.name.split('.')[2])"
            )
        )
    together = set().union(*kinds.values())
    properties = set(schema_of("alert_rule")["properties"]["actions"]["items"]["properties"])
    assert (properties - {"notify"}) | {"kind", "tell"} == together


def test_what_a_rule_does_is_declared_by_controls(ann: Reader) -> None:
    page = ann.page
    ann.open(f"{ROOM}/new")
    page.locator("#label-en").fill("Dear machine")
    page.locator("#when").fill("price > 1000")
    page.locator("summary").filter(has_text="What it does").click()
    page.get_by_role("button", name="Add action").click()
    page.locator("[name='action.0.create']").select_option("note")
    expect(page.locator("[name='action.0.create'] option[selected]")).to_have_text("Note")
    page.locator("[name='action.0.link']").select_option("machine")
    page.get_by_role("button", name="Add field").click()
    page.locator("[name='action.0.set.0.field']").select_option("what")
    expect(page.locator("[name='action.0.set.0.field'] option[selected]")).to_have_count(1)
    page.locator("[name='action.0.set.0.way']").select_option("text")
    page.locator("[name='action.0.set.0.text.en']").fill("Look at {{ name }}")
    page.locator("summary").filter(has_text="More settings").click()
    page.locator("#cooldown").fill("7")
    page.locator("[data-save]").click()
    expect(page.locator(".notice.success")).to_contain_text("Dear machine added")
    with ann.site.workspace.reading() as tx:
        draft = drafts.read(tx, Caller(2, ("chief",)))
    assert draft.app is not None
    rule = draft.app.rules["dear_machine"]
    assert (rule.when, rule.schedule, rule.tell) == ("price > 1000", "0 8 * * *", ("owner",))
    assert (rule.cooldown_days, rule.message["en"]) == (7, "{{ name }}: Dear machine")
    (action,) = rule.actions
    assert (action.kind, action.entity, action.link) == ("create", "note", "machine")
    assert action.set[0].text == {"en": "Look at {{ name }}"}


def work_off(site: Site) -> None:
    """Do what is due, as a worker would; at nine in the morning that is the rule itself."""
    for workspace, job in tick(site.installation):
        do(site.installation, workspace, job)


def test_a_rule_runs_now_and_is_archived_and_restored(chief: Reader) -> None:
    page, site = chief.page, chief.site
    work_off(site)
    chief.open(ROOM)
    line = page.locator("#rule-idle_machine")
    button = page.get_by_role("button", name="立即运行：设备闲置")
    button.click()
    expect(button).to_have_count(0)
    work_off(site)
    expect(line).to_contain_text("命中 1 条")
    page.get_by_role("button", name="停用“设备闲置”").click()
    expect(page.locator(".notice.success")).to_contain_text("设备闲置")
    page.get_by_role("button", name="恢复 设备闲置").click()
    expect(line).to_be_visible()
    expect(page.locator(".draft-bar")).to_have_count(0)


def test_a_field_is_put_into_the_message(ann: Reader) -> None:
    ann.open(f"{ROOM}/new")
    message = ann.page.locator("#message-en")
    message.fill("Price: ")
    ann.page.locator("[data-insert]").select_option("price")
    expect(message).to_have_value("Price: {{ price }}")


def test_a_schedule_is_chosen_in_words(chief: Reader) -> None:
    page = chief.page
    chief.open(f"{ROOM}/rule/idle_machine")
    kind = page.locator("#schedule-kind")
    expect(kind).to_have_value("daily")
    kind.select_option("weekly")
    expect(page.get_by_label("周三")).to_be_visible()
    page.get_by_label("周三").check()
    expect(page.locator("#rule-live")).to_contain_text("每周一、周三 09:00")
    kind.select_option("monthly")
    page.get_by_label("每月几日").fill("32")
    page.locator("[data-save]").click()
    expect(page.locator(".wrong").first).to_contain_text("1 到 31")


def test_what_is_typed_while_rows_are_under_way_stays(ann: Reader) -> None:
    """The first answer is held until something was typed that it cannot know of."""
    page = ann.page
    ann.open(f"{ROOM}/new")
    choose(page, "when.0", "price", "at_least")
    held: list[Route] = []
    answer = "**/condition/when/builder"

    def hold(route: Route) -> None:
        held.append(route)
        if len(held) > 1:
            route.continue_()

    page.route(answer, hold)
    with page.expect_request(answer):
        page.select_option("select[name='when.0.op']", "below")
    page.locator("#label-en").fill("Cheap machine")
    page.locator("input[name='when.0.value']").press_sequentially("7000")
    held[0].continue_()
    expect(page.locator("select[name='when.0.op'] option[selected]")).to_have_attribute(
        "value", "below"
    )
    expect(page.locator("input[name='when.0.value']")).to_have_value("7000")
    expect(page.locator("input[name='when.0.value']")).to_be_focused()
    expect(page.locator("#label-en")).to_have_value("Cheap machine")
    expect(page.locator("#when")).to_have_value("price < 7000")


def test_an_action_has_a_condition_of_its_own(chief: Reader) -> None:
    page = chief.page
    chief.open(f"{ROOM}/rule/idle_machine")
    page.locator("summary").filter(has_text="执行动作").click()
    page.get_by_role("button", name="添加动作").click()
    page.locator("select[name='action.0.kind']").select_option("notify")
    page.locator("[name='action.0.tell']").first.check()
    page.locator("[id='action.0.when']").fill("pricce > 3")
    expect(page.locator("#action-0-when-said .wrong")).to_contain_text("第 1 个字符")
    page.locator("[data-save]").click()
    expect(page.locator("[role=alert]").first).to_be_visible()
    expect(page.locator("[id='action.0.when']")).to_have_value("pricce > 3")
    page.locator("[id='action.0.when']").fill("price > 3")
    value = page.locator("input[name='action.0.when.0.value']")
    expect(value).to_have_value("3")
    value.fill("4")
    expect(page.locator("[id='action.0.when']")).to_have_value("price > 4")
    page.locator("[data-save]").click()
    expect(page.locator(".notice.success")).to_be_visible()
    with chief.site.workspace.reading() as tx:
        draft = drafts.read(tx, Caller(1, ("chief",)))
    assert draft.app is not None
    (action,) = draft.app.rules["idle_machine"].actions
    assert action.when == "price > 4"
