"""One record, SQLite and PostgreSQL give every expression the same value.

`make fuzz` tries many more of the same (`tests.rules.fuzz`).
"""

from __future__ import annotations

import os

import pytest

from tests.rules.fuzz.agreement import Place, Tried
from tests.rules.fuzz.figures import Figures
from tests.rules.generate.expressions import targets
from tests.rules.generate.leaves import family, leaves
from tests.rules.generate.shapes import refused, shapes

COMPANIES = int(os.environ.get("FIELDSTONE_AGREEMENT_COMPANIES", "100"))
"""How many companies are tried, on both databases; each with twenty expressions."""
PARTS = 10


@pytest.fixture(scope="module")
def total() -> Figures:
    """Return what the parts have found together."""
    return Figures()


@pytest.mark.parametrize("part", range(PARTS))
def test_agreement(places: tuple[Place, Place], total: Figures, part: int) -> None:
    for seed in range(part, COMPANIES, PARTS):
        total.add(Tried(seed, places).run())
    wrong = [one for one in total.wrong if not one.startswith("slow")]
    assert not wrong, "\n".join(wrong[:20])


def test_nearly_all_that_is_made_is_accepted(total: Figures) -> None:
    assert total.accepted >= 0.9 * total.made > 0, total.refused


def test_everything_that_can_be_called_was_compared(total: Figures) -> None:
    never = [str(one) for one in targets() if not total.called[str(one)]]
    assert not never


NOT_TAKEN = {
    ("max_of", 0, "choice"): "options have no order",
    ("max_of", 0, "reference"): "records have no order",
    ("min_of", 0, "choice"): "options have no order",
    ("min_of", 0, "reference"): "records have no order",
    ("switch", 1, "boolean"): "a condition is a result there, never what is compared",
}


def test_functions_take_what_they_say() -> None:
    """But an amount where a whole number is wanted: amounts have digits after the point."""
    never = {
        one for one in refused() if one not in NOT_TAKEN and not (one[2] == "money" and whole(one))
    }
    assert not never


def whole(one: tuple[str, int, str]) -> bool:
    """Whether a function takes whole numbers or constants alone as an argument."""
    name, at, _ = one
    parameters = [
        shape.parameters[at] for shape in shapes() if shape.name == name and len(shape.kinds) > at
    ]
    return all(found.kind == "whole" or found.constants for found in parameters) or name == "date"


def test_records_have_fields_of_every_kind() -> None:
    """Else functions of that kind would never be tried."""
    kinds = {kind for shape in shapes() for kind in shape.kinds}
    assert kinds <= {family(key) for key in leaves("account").near}
