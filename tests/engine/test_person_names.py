"""Names of people as readers of each language write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldstone.engine.person_names import person_text


@pytest.mark.parametrize(
    ("name", "spelled"),
    [
        ("王小明", "Xiaoming Wang"),
        ("王 小明", "Xiaoming Wang"),
        ("张三", "San Zhang"),
        ("欧阳娜娜", "Nana Ouyang"),
        ("欧阳", "Yang Ou"),
        ("诸葛亮", "Liang Zhuge"),
        ("万俟雪", "Xue Moqi"),
        ("王西安", "Xi'an Wang"),
        ("吕布", "Bu Lü"),
    ],
)
def test_a_chinese_name_is_spelled_in_english_the_given_name_first(name: str, spelled: str) -> None:
    assert person_text(name, "en") == spelled


@pytest.mark.parametrize(
    ("name", "spelled"),
    [("曾国藩", "Guofan Zeng"), ("单田芳", "Tianfang Shan"), ("解晓东", "Xiaodong Xie")],
)
def test_a_surname_is_read_as_one(name: str, spelled: str) -> None:
    assert person_text(name, "en") == spelled


def test_in_chinese_the_family_name_comes_first_without_a_space() -> None:
    assert person_text("王 小明", "zh-CN") == "王小明"
    assert person_text("王小明", "zh-CN") == "王小明"


@pytest.mark.parametrize("locale", ["en", "zh-CN"])
@pytest.mark.parametrize(
    "name", ["Tom Lee", "阿依古丽·买买提", "李 (采购)", "山田花子さん", "远山科技公司", "王", ""]
)
def test_any_other_name_is_what_its_bearer_writes(name: str, locale: str) -> None:
    assert person_text(name, locale) == name


@given(st.text(max_size=12))
def test_said_twice_it_is_the_same(name: str) -> None:
    for locale in ("en", "zh-CN"):
        once = person_text(name, locale)
        assert person_text(once, locale) == once
