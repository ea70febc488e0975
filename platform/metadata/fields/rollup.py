"""Values made of all the records that point at one."""

from __future__ import annotations

from typing import ClassVar

from .formula import FormulaType, Shape


class RollupType(FormulaType):
    """An aggregate over related records: `sum(deals.amount, stage == "won")`."""

    name = "rollup"
    like = "formula"
    shape: ClassVar[Shape] = "aggregate"
