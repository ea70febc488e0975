"""When two values are alike, and that whatever is alike is found by a text that both hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldstone.engine.duplicates import likeness
from fieldstone.engine.search_terms import fold
from fieldstone.metadata.model import Comparison

NAME = Comparison(field="name", how="name")
PHONE = Comparison(field="phone", how="phone")
SAME = Comparison(field="email")


@pytest.mark.parametrize(
    ("how", "left", "right", "score"),
    [
        (NAME, "杭州澄原橡塑制品有限公司", "杭州澄原橡塑制品（集团）股份有限公司", 100),
        (NAME, "杭州澄原橡塑制品有限公司", "杭州澄源橡塑制品", 87),
        (NAME, "华为（深圳）技术有限公司", "华为深圳技术", 100),
        (NAME, "上海科技有限公司", "北京科技有限公司", None),
        (NAME, "Acme Trading Co., Ltd.", "ACME  Trading", 100),
        (NAME, "有限公司", "有限公司", 100),
        (NAME, "", "", None),
        (PHONE, "+8613800000000", "+8613800000000;ext=2", 100),
        (PHONE, "+8613800000000", "+8613800000001", None),
        (SAME, "Li@Example.com", "li@example.com", 100),
        (SAME, 3, 3, 100),
        (SAME, None, None, None),
    ],
)
def test_alike(how: Comparison, left: object, right: object, score: int | None) -> None:
    assert likeness.alike(how, left, right) == score
    assert likeness.alike(how, right, left) == score


CHARACTERS = st.text("澄原橡塑制品杭州深圳技术科技", min_size=6, max_size=14)


@given(name=CHARACTERS, at=st.integers(0, 5), other=st.sampled_from("甲乙丙"))
def test_names_that_are_alike_share_a_part(name: str, at: int, other: str) -> None:
    for changed in (name[:at] + other + name[at:], name[:at] + other + name[at + 1 :],
                    name[:at] + name[at + 1 :]):  # fmt: skip
        if likeness.alike(NAME, name, changed) is not None:
            assert any(part in fold(changed) for part in likeness.texts_of(NAME, name))
