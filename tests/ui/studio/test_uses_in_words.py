"""Who uses a field, and which types a place wants: told in words, never by keys of documents."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.ui.readers import Reader

USED = "details.section .told li"


def test_places_that_use_a_field_are_told_in_words(chief: Reader, ann: Reader) -> None:
    for reader, hidden in ((chief, "：隐藏字段"), (ann, ": hidden fields")):
        reader.open("-/studio/entity/machine/field/price")
        lines = reader.page.locator(USED)
        expect(lines.filter(has_text=hidden)).to_have_count(1)
        for line in lines.all_text_contents():
            place = re.split("[:：]", line)[-1]
            assert not re.search(r"[a-z]_[a-z]|\bkey\.", place), line


def test_the_types_that_a_place_wants_are_told_in_words(chief: Reader, ann: Reader) -> None:
    for reader, words in (
        (chief, "类型是整数，此处需要类型为单行文本、邮箱"),
        (ann, "Text, E-mail"),
    ):
        reader.open("-/studio/entity/machine/field/name?type=integer")
        expect(reader.page.locator(".notice.danger")).to_contain_text(words)


def test_columns_of_a_list_stand_in_one_line_on_a_telephone(phone: Reader) -> None:
    phone.open("-/studio/entity/machine/lists")
    row = phone.page.locator(".rows.widths > li").first
    name, width, moves = (row.locator(one).bounding_box() for one in (".name", ".width", ".moves"))
    assert name and width and moves
    assert width["y"] < name["y"] + name["height"]
    assert moves["y"] < width["y"] + width["height"]


def test_what_a_publish_does_to_records_is_told_by_labels(ann: Reader) -> None:
    ann.open("-/studio/entity/machine/field/price?type=integer")
    ann.page.locator(".finish .primary").click()
    ann.open("-/studio/review")
    expect(ann.page.locator(".review")).to_contain_text("Machine / Price")
    expect(ann.page.locator(".review")).not_to_contain_text("machine.price")
