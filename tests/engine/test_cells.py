"""Cells of a CSV: nothing in them is computed, and every text comes back as it was."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from fieldstone.engine.cells import defused, plain

TEXTS = st.text() | st.text(alphabet="'=+-@\t\r\n＝1a ", max_size=6)


@given(TEXTS)
@example("'=1")
@example("''")
@example("''\n")
def test_every_text_comes_back(text: str) -> None:
    assert plain(defused(text)) == text


@given(TEXTS)
def test_nothing_begins_as_a_formula_does_unless_it_is_a_number(text: str) -> None:
    cell = defused(text)
    assert not cell.startswith(("=", "@", "\t", "\r", "＝", "＋", "－", "＠"))
    assert not cell.startswith(("+", "-")) or cell[1].isdigit()


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6))
def test_numbers_stay_numbers(number: object) -> None:
    text = f"{number:f}"
    assert defused(text) == text
