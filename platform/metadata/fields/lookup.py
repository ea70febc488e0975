"""Values of referenced records, shown where the reference is."""

from __future__ import annotations

from typing import ClassVar

from .formula import FormulaType, Shape


class LookupType(FormulaType):
    """The value of a field of a referenced record: `customer.industry`."""

    name = "lookup"
    like = "formula"
    shape: ClassVar[Shape] = "path"
