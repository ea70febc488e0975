"""The condition builder's rows and the language: there and back nothing is lost."""

from datetime import date
from decimal import Decimal
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldstone.metadata.conditions import Group, Item, Row, Word, Written, normal, read, write

PATHS = st.sampled_from(["amount", "customer.industry", "客户.名称", "a.b.c", "is_new"])
TEXTS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), max_size=12)
NUMBERS = st.decimals(-(10**9), 10**9, places=2, allow_nan=False, allow_infinity=False)
DAYS = st.integers(0, 10_000).map(Decimal)
DATES = st.dates(date(1, 1, 1), date(9999, 12, 31))
SIGNS = st.sampled_from(["is", "is_not", "above", "at_least", "below", "at_most"])
BARE = ["empty", "filled", "this_week", "last_week", "next_week", "this_month", "last_month",
        "next_month", "this_quarter", "last_quarter", "this_year", "next_year"]  # fmt: skip
CALLED = ["contains", "not_contains", "starts", "not_starts", "ends", "tagged", "not_tagged"]

CONSTANTS = TEXTS.map(lambda text: normalize("NFC", text)) | NUMBERS | DATES
VALUES = CONSTANTS | st.booleans() | st.sampled_from(Word)

ROWS = st.one_of(
    st.builds(Row, PATHS, SIGNS, st.tuples(VALUES), st.booleans()),
    st.builds(
        Row,
        PATHS,
        st.sampled_from(["among", "not_among"]),
        st.lists(CONSTANTS, min_size=1, max_size=4).map(tuple),
    ),
    st.builds(Row, PATHS, st.sampled_from(CALLED), st.tuples(st.just("王") | st.just('a"b'))),
    st.builds(Row, PATHS, st.sampled_from(BARE), st.just(()), st.booleans()),
    st.builds(Row, PATHS, st.sampled_from(["yes", "no"])),
    st.builds(
        Row,
        PATHS,
        st.sampled_from(["last_days", "next_days", "over_days", "after_days"]),
        st.tuples(DAYS),
        st.booleans(),
    ),
)
OTHERS = st.sampled_from(
    ["amount > cost * 2", "count(deals) > 3", "not (a and b)", "(a if b else c) == 1",
     "days_since(at) >= 3", "0 < days_since(at) <= 3", "len(name) > 2", "today() > at"]
).map(Written)  # fmt: skip
JOINED = st.sampled_from(["and", "or"])
LEAVES = ROWS | OTHERS
INNER = st.builds(Group, JOINED, st.lists(LEAVES, max_size=3).map(tuple))
GROUPS = st.builds(Group, JOINED, st.lists(LEAVES | INNER, max_size=4).map(tuple))


@given(GROUPS)
def test_rows_written_and_read_are_the_same_rows(group: Group) -> None:
    assert read(write(group)) == normal(group)


@given(GROUPS)
def test_what_was_read_is_written_as_it_was(group: Group) -> None:
    text = write(group)
    assert write(read(text)) == text


SHAPES: dict[str, Item] = {
    "amount >= 100.50": Row("amount", "at_least", (Decimal("100.50"),)),
    "owner == me()": Row("owner", "is", (Word.ME,)),
    "owner.team == my_team()": Row("owner.team", "is", (Word.MY_TEAM,)),
    "0 <= days_since(at) <= 30": Row("at", "last_days", (Decimal(30),)),
    "date(at) < date(2026, 3, 5)": Row("at", "below", (date(2026, 3, 5),), day=True),
    'stage in ["won", "lost"]': Row("stage", "among", ("won", "lost")),
    '"vip" not in marks': Row("marks", "not_tagged", ("vip",)),
    "start_of_month(at) == start_of_month(today())": Row("at", "this_month"),
    "start_of_week(at) == add_days(start_of_week(today()), -7)": Row("at", "last_week"),
    "not stage.closed": Row("stage.closed", "no"),
    "amount > cost": Written("amount > cost"),
    "date(at) == date(2026, 2, 30)": Written("date(at) == date(2026, 2, 30)"),
    "start_of_month(at) == add_months(start_of_month(today()), 2)": Written(
        "start_of_month(at) == add_months(start_of_month(today()), 2)"
    ),
    "100 < amount": Written("100 < amount"),
}


@pytest.mark.parametrize("text", SHAPES)
def test_reads_each_shape_as_its_row(text: str) -> None:
    assert read(text) == Group("and", (SHAPES[text],))


def test_groups_below_the_second_stay_as_they_are_written() -> None:
    found = read("a and (b or (c and d))")
    inner = Group("or", (Row("b", "yes"), Written("c and d")))
    assert found == Group("and", (Row("a", "yes"), inner))
    assert write(found) == "a and (b or (c and d))"


def test_groups_of_one_or_none_are_dissolved() -> None:
    row = Row("a", "yes")
    two = Group("or", (row, Row("b", "no")))
    assert write(Group("or", (Group("and", ()), Group("and", (row,))))) == "a"
    assert write(Group("and", (two,))) == "a or not b"
    assert write(Group()) == ""
    assert read("  ") == Group()


@pytest.mark.parametrize(
    "row", [Row("a", "is"), Row("a", "among"), Row("a", "nope"), Row("a", "this_day")]
)
def test_refuses_a_row_that_says_nothing(row: Row) -> None:
    with pytest.raises(ValueError, match=row.operator):
        write(Group("and", (row,)))
