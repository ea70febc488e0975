"""The Studio as users check it: the numbers are those of the list of what they expect."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.ui.readers import Reader
from tests.ui.studio.drafting import ANN, CHIEF, drafted, save


def publish(reader: Reader) -> None:
    """Review the draft and publish it."""
    reader.page.locator(".draft-bar a").click()
    reader.page.locator("form.review button.primary").click()
    expect(reader.page.locator(".notice.success")).to_be_visible()


def add(reader: Reader, label: str, type_name: str = "text") -> None:
    """Add a field of a type to machines."""
    reader.open(f"-/studio/entity/machine/new?type={type_name}")
    reader.page.locator("[name^='label.']").first.fill(label)


def submit(reader: Reader) -> None:
    reader.page.locator("[data-save]").click()


def test_my_own_choice_is_in_the_form_within_fifteen_clicks(chief: Reader) -> None:
    """An alert on it has to fit into 25 in all; focusing an input counts as a click."""
    clicks = 0

    def click(selector: str) -> None:
        nonlocal clicks
        clicks += 1
        chief.page.locator(selector).first.click()

    chief.open("")
    click(".side .end a")
    click(".studio-side .menu a:has-text('设备')")
    click("text=新建字段")
    click("[data-type=choice]")
    click("#label-zh-CN")
    chief.page.keyboard.type("信用等级")
    click("#name")
    chief.page.keyboard.type("credit_level")
    for row, text in enumerate(("高", "中", "低")):
        click(f"[name='option.{row}.label.zh-CN']")
        chief.page.keyboard.type(text)
    click("[data-save]")
    click(".draft-bar a")
    click("button:has-text('发布 2 项改动')")
    expect(chief.page.locator(".notice.success")).to_contain_text("已发布 2 项改动")
    chief.open("machine/new")
    expect(chief.page.get_by_label("信用等级")).to_be_visible()
    assert clicks <= 15, clicks


def test_line_9_others_see_a_change_when_it_is_published(chief: Reader, ann: Reader) -> None:
    add(chief, "保修期")
    submit(chief)
    expect(chief.page.locator(".draft-bar")).to_contain_text("项改动未发布")
    ann.open("machine/new")
    expect(ann.page.get_by_label("保修期")).to_have_count(0)
    chief.page.locator(".draft-bar a").click()
    chief.page.on("dialog", lambda one: one.accept())
    chief.page.get_by_role("button", name="放弃草稿").click()
    expect(chief.page.locator(".notice.success")).to_contain_text("已放弃改动")
    expect(chief.page.locator(".draft-bar")).to_have_count(0)


def test_line_12_a_new_field_starts_empty(chief: Reader) -> None:
    add(chief, "序列号")
    chief.page.locator("[name=required]").check()
    submit(chief)
    expect(chief.page.locator(".draft-bar")).to_be_visible()
    chief.open("-/studio/entity/machine/new?type=text")
    expect(chief.page.locator("[name='label.zh-CN']")).to_have_value("")
    expect(chief.page.locator("#name")).to_have_value("")
    expect(chief.page.locator("[name=required]")).not_to_be_checked()


def test_line_15_what_an_expression_needs_is_changed_first(chief: Reader) -> None:
    chief.open("-/studio/entity/machine/field/in_use/archive")
    expect(chief.page.locator(".notice.danger")).to_contain_text("设备闲置")
    expect(chief.page.get_by_role("button", name="停用字段")).to_have_count(0)


@pytest.mark.parametrize(
    ("who", "member", "only", "used", "form"),
    [
        ("chief", CHIEF, "只有一个选项可以表示完成", "2 处使用", "machine_edit"),
        ("ann", ANN, "Only one option can mean done", "2 uses", "machine_edit"),
    ],
)
def test_line_15_an_option_says_who_uses_it_and_may_mean_done(
    request: pytest.FixtureRequest, who: str, member: int, only: str, used: str, form: str
) -> None:
    reader: Reader = request.getfixturevalue(who)
    page, place = reader.page, "-/studio/entity/machine/field/kind"
    reader.open(place)
    last = page.locator(".options .option").nth(1)
    last.get_by_text(used, exact=True).click()
    expect(last.get_by_role("link", name=form).first).to_be_visible()
    for row in (0, 1):
        page.locator(f"[name='option.{row}.done']").check()
    submit(reader)
    expect(page.locator("#done-wrong")).to_contain_text(only)
    page.locator("[name='option.0.done']").uncheck()
    # What means done goes along with its row.
    page.locator("[name=act][value='up:1']").click()
    expect(page.locator("[name='option.0.done']")).to_be_checked()
    save(reader)
    fields = drafted(reader.site, member, "entity", "machine")["fields"]
    (kind,) = (one for one in fields if one["name"] == "kind")
    assert kind["done"] == kind["options"][0]["id"] == "other"
    reader.open(place)
    expect(page.locator("[name='option.0.done']")).to_be_checked()
    page.locator("[name='option.0.done']").uncheck()
    save(reader)
    fields = drafted(reader.site, member, "entity", "machine")["fields"]
    assert all("done" not in one for one in fields)


def test_line_17_a_missing_translation_is_shown_and_listed(chief: Reader, ann: Reader) -> None:
    add(chief, "备件")
    submit(chief)
    expect(chief.page.locator(".draft-bar")).to_be_visible()
    chief.open("-/studio/translations")
    row = chief.page.get_by_role("row").filter(has_text="备件")
    expect(row).to_contain_text("英文")
    publish(chief)
    ann.open("machine/new")
    expect(ann.page.get_by_label("bei_jian")).to_be_visible()


def test_line_18_a_formula_says_which_field_and_where_before_saving(chief: Reader) -> None:
    chief.open("-/studio/entity/machine/new?type=formula")
    chief.page.locator("#formula").press_sequentially("price * pricce")
    told = chief.page.locator("#formula-checked")
    expect(told).to_contain_text("第 9 个字符")
    expect(told).to_contain_text("pricce")
    chief.page.locator("#label-zh-CN").fill("折旧")
    submit(chief)
    expect(chief.page.locator("#formula")).to_have_value("price * pricce")
    expect(chief.page.locator("[role=alert]")).to_be_visible()
    chief.page.locator("#formula").fill("price * 0.1")
    submit(chief)
    expect(chief.page.locator(".notice.success")).to_contain_text("折旧")


@pytest.mark.parametrize(
    ("who", "member", "shown"), [("chief", CHIEF, "王小明"), ("ann", ANN, "Xiaoming Wang")]
)
def test_line_79_a_text_is_made_the_name_of_a_person(
    request: pytest.FixtureRequest, who: str, member: int, shown: str
) -> None:
    reader: Reader = request.getfixturevalue(who)
    page, name = reader.page, f"keeper_of_{who}"
    add(reader, f"Keeper of {who}")
    page.locator("#name").fill(name)
    page.locator("form details.section summary").first.click()
    page.locator("[name=person]").check()
    submit(reader)
    publish(reader)
    reader.open("machine/new")
    page.fill("[name=name]", "磨床")
    page.fill(f"[name={name}]", "王小明")
    submit(reader)
    expect(page.locator("#panel")).to_contain_text(shown)
    reader.open(f"-/studio/entity/machine/field/{name}")
    page.locator("form details.section summary").first.click()
    expect(page.locator("[name=person]")).to_be_checked()
    page.locator("[name='placeholder.en']").fill("Who keeps it")
    save(reader)
    fields = drafted(reader.site, member, "entity", "machine")["fields"]
    (keeper,) = (one for one in fields if one["name"] == name)
    assert keeper["person"] is True


def test_line_8_buttons_arrange_the_form(chief: Reader) -> None:
    chief.open("-/studio/entity/machine/forms")
    names = chief.page.locator(".places li a.name")
    expect(names.nth(2)).to_have_text("类型")
    chief.page.get_by_role("button", name="上移“类型”").press("Enter")
    expect(names.nth(1)).to_have_text("类型")
    chief.page.get_by_role("button", name="移除“利用率”").click()
    expect(names.filter(has_text="利用率")).to_have_count(0)
    chief.page.locator("[name='section.zh-CN']").fill("更多")
    chief.page.get_by_role("button", name="添加分组").click()
    chief.page.locator(".arranged").last.get_by_role("button", name="添加到表单").click()
    expect(chief.page.locator(".arranged").last.locator("a.name")).to_have_text("利用率")
    publish(chief)
    chief.open("machine/new")
    expect(chief.page.locator("fieldset.section h2").last).to_have_text("更多")


def test_a_condition_of_a_form_is_checked_and_said_in_words(chief: Reader) -> None:
    chief.open("-/studio/entity/machine/forms?field=price")
    chief.page.locator("#visible_when").fill('kind == "lathee"')
    expect(chief.page.locator("#visible_when-said")).to_contain_text("第 9 个字符")
    submit(chief)
    expect(chief.page.locator("#visible_when")).to_have_value('kind == "lathee"')
    chief.page.locator("#visible_when").fill('kind == "lathe"')
    expect(chief.page.locator("#visible_when-said")).to_contain_text("类型为车床")
    submit(chief)
    expect(chief.page.locator(".draft-bar")).to_be_visible()
    expect(chief.page.locator("#p-price .mark")).to_have_text("有条件")


def test_columns_of_a_list_are_arranged(ann: Reader) -> None:
    ann.open("-/studio/entity/machine/lists?view=machine_all")
    ann.page.get_by_role("button", name="Move Price up").click()
    expect(ann.page.locator(".places .name").nth(1)).to_have_text("Price")
    ann.page.get_by_label("Width of Price").fill("9")
    ann.page.get_by_role("button", name="Save").last.click()
    expect(ann.page.locator(".wrong")).to_contain_text("from 40 to 1200")
    ann.page.get_by_label("Width of Price").fill("90")
    ann.page.locator("#sort").select_option("-price")
    ann.page.get_by_role("button", name="Save").last.click()
    expect(ann.page.locator(".wrong")).to_have_count(0)
    publish(ann)
    with ann.site.workspace.reading() as tx:
        view = tx.app.views["machine_all"]
    assert (view.columns[1].path, view.columns[1].width) == (("price",), 90)
    assert view.sort[0].descending


def test_an_old_revision_is_reviewed_before_it_is_restored(chief: Reader) -> None:
    add(chief, "颜色")
    submit(chief)
    publish(chief)
    chief.open("-/studio/revisions")
    chief.page.get_by_role("button", name="对比").click()
    expect(chief.page.locator(".told")).to_contain_text("颜色")
    chief.page.get_by_role("button", name="恢复到此版本").first.click()
    expect(chief.page.locator("form.review")).to_contain_text("删除字段“颜色”")


def test_a_new_entity_has_pages_once_it_is_published(ann: Reader) -> None:
    ann.open("-/studio/new-entity")
    ann.page.locator("#label-en").fill("Supplier")
    ann.page.locator("#plural-en").fill("Suppliers")
    submit(ann)
    expect(ann.page.locator("h1")).to_have_text("Supplier")
    publish(ann)
    ann.page.locator(".side nav").get_by_text("Suppliers").click()
    expect(ann.page.locator("h1")).to_have_text("Suppliers")


def test_who_may_not_change_the_application_finds_no_way_in(vera: Reader) -> None:
    vera.open("")
    expect(vera.page.locator(".side .end")).to_have_count(0)
    assert vera.page.request.get(vera.site.path("-/studio")).status == 403


def test_it_fits_a_telephone(phone: Reader) -> None:
    entity = "entity/machine"
    rooms = (
        "",
        "/new",
        "/new?type=choice",
        "/field/kind",
        "/forms",
        "/forms?field=price",
        "/lists",
    )
    for path in (*(entity + one for one in rooms), "new-entity", "revisions", "review"):
        phone.open(f"-/studio/{path}")
        assert phone.sideways() <= 0, path


def test_line_15_and_16_an_archived_field_says_who_uses_it_and_comes_back(ann: Reader) -> None:
    with ann.site.workspace.reading() as tx:
        before = tx.app.entity("machine").by_id["use_rate"]
    ann.open("-/studio/entity/machine/field/use_rate/archive")
    expect(ann.page.locator(".told")).to_contain_text("Form machine_edit")
    ann.page.get_by_role("button", name="Archive field").click()
    publish(ann)
    ann.open("machine")
    expect(ann.page.locator("h1")).to_have_text("Machines")
    ann.open("machine/new")
    expect(ann.page.get_by_label("Use", exact=True)).to_have_count(0)
    ann.open("-/studio/entity/machine")
    ann.page.get_by_role("listitem").filter(has_text="use_rate").get_by_role(
        "button", name="Restore"
    ).click()
    publish(ann)
    with ann.site.workspace.reading() as tx:
        assert tx.app.entity("machine").by_id["use_rate"] == before
