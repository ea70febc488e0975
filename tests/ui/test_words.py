"""The words of the pages: both languages have them all, and templates use only these."""

import re
import string
from pathlib import Path

import pytest

from fieldstone.ui.words import LOCALES, inside, nearest_locale, say, words

UI = Path(__file__).parents[2] / "ui"
_IN_TEMPLATES = re.compile(r"\bt\(\s*[\"']([a-z_.0-9]+)[\"']\s*[,)]")
_IN_CODE = re.compile(r"\b(?:say|_say)\(\s*\"([a-z_.0-9]+)\"")
_ICON = re.compile(r"\bicon\(\s*\"([a-z0-9-]+)\"")
_HOUSE = re.compile(r"！|您|请稍后重试|成功|操作失败")


def _used() -> set[str]:
    found: set[str] = set()
    for path in (UI / "templates").rglob("*.html"):
        found.update(_IN_TEMPLATES.findall(path.read_text("utf-8")))
    for folder in ("pages", "show"):
        for path in (UI / folder).rglob("*.py"):
            found.update(_IN_CODE.findall(path.read_text("utf-8")))
    return {key for key in found if not key.endswith(("_", "."))}


@pytest.mark.parametrize("locale", sorted(LOCALES))
def test_has_every_sentence_that_pages_say(locale: str) -> None:
    assert _used() - words(locale).keys() == set()


def test_languages_have_the_same_sentences_with_the_same_gaps() -> None:
    def gaps(sentence: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}

    english, chinese = words("en"), words("zh-CN")
    plain = {key for key in english if not key.endswith(".one")}
    assert plain == chinese.keys()
    assert {key for key in plain if gaps(english[key]) != gaps(chinese[key])} == set()


def test_english_has_no_chinese_and_chinese_keeps_the_rules_of_writing() -> None:
    assert not [text for text in words("en").values() if re.search("[\u4e00-\u9fff]", text)]
    assert not [text for text in words("zh-CN").values() if _HOUSE.search(text)]


def test_counts_have_a_singular_where_the_language_has_one() -> None:
    assert say("list.count", "en", n=1, shown="1") == "1 record"
    assert say("list.count", "en", n=2, shown="2") == "2 records"
    assert say("list.count", "zh-CN", n=1, shown="1") == "共 1 条"


def test_groups_the_digits_of_a_count() -> None:
    assert say("alerts.count", "en", n=24218) == "24,218 open"


def test_finds_the_nearest_language() -> None:
    assert nearest_locale("zh-Hans-CN") == "zh-CN"
    assert nearest_locale("en_GB") == "en"
    assert nearest_locale("fr") is None


def test_labels_begin_small_inside_an_english_sentence() -> None:
    assert inside("Deal", "en") == "deal"
    assert inside("VIP pool", "en") == "VIP pool"
    assert inside("商机", "zh-CN") == "商机"


def test_every_icon_that_a_template_shows_is_in_the_set() -> None:
    icons = re.findall(r'<symbol id="([^"]+)"', (UI / "static" / "icons.svg").read_text("utf-8"))
    shown = {
        name
        for path in (UI / "templates").rglob("*.html")
        for name in _ICON.findall(path.read_text("utf-8"))
    }
    assert shown and shown <= set(icons)
