"""Digits: numbers that get more or fewer digits behind the point, by one statement.

What gets too long or leaves the field's bounds becomes empty, what is too fine is rounded.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING, Any

from ...metadata.fields import DIGITS
from ...metadata.model import Field
from ..layout import StoredField
from ..stores import DialectName
from ..transaction import Transaction
from . import ddl
from .outcome import MOST_EXAMPLES, Example, Fate, Group, Outcome
from .rows import OWN, Rows

if TYPE_CHECKING:
    from .converting import Conversion


def statement(one: Conversion, dialect: DialectName) -> str:
    """Write all values into the new column, but for those that it has kept."""
    forward, backward = (
        _Shift(one.before, one.after, one.old, one.new, dialect),
        _back(one, dialect),
    )
    old, new = ddl.quoted(one.old.column), ddl.quoted(one.new.column)
    where = f"{old} IS NOT NULL"
    if one.back:
        where = _differs(old, backward.value(new), dialect)
    return (
        f"UPDATE {ddl.quoted(one.old.table)} SET {new} = {forward.value(old)}"
        f" WHERE {where} AND {OWN}"
    )


def look(tx: Transaction, one: Conversion, rows: Rows, *, shown: bool) -> Outcome:
    """What would become of the values of these rows."""
    dialect = tx.tables.dialect
    forward, backward = (
        _Shift(one.before, one.after, one.old, one.new, dialect),
        _back(one, dialect),
    )
    old, new = ddl.quoted(one.old.column), ddl.quoted(one.new.column)
    conditions: dict[Fate, str] = {}
    own = rows.on("id")
    there = f"{own} AND {old} IS NOT NULL"
    if one.back:
        same = f"NOT ({_differs(old, backward.value(new), dialect)})"
        conditions["returned"] = f"{own} AND {new} IS NOT NULL AND {same}"
        there += f" AND NOT ({new} IS NOT NULL AND {same})"
    value = forward.value(old)
    conditions["failing"] = f"{there} AND {value} IS NULL"
    conditions["converted"] = f"{there} AND {value} IS NOT NULL AND {forward.rounds(old)}"
    conditions["lossless"] = f"{there} AND {value} IS NOT NULL AND NOT ({forward.rounds(old)})"
    groups = {
        fate: _group(tx, one, old, value, condition, shown=shown)
        for fate, condition in conditions.items()
    }
    cut = groups["converted"].rows
    return Outcome({fate: one for fate, one in groups.items() if one.rows}, cut)


def _group(
    tx: Transaction, one: Conversion, old: str, value: str, condition: str, *, shown: bool
) -> Group:
    source = f"FROM {ddl.quoted(one.old.table)} WHERE {condition}"
    ((rows,),) = _ask(tx, f"SELECT count(*) {source}")
    if not rows or not shown:
        return Group(int(rows))
    dialect = tx.tables.dialect
    found = _ask(tx, f"SELECT DISTINCT {old}, {value} {source} ORDER BY 1 LIMIT {MOST_EXAMPLES}")
    return Group(
        int(rows),
        tuple(
            Example(_shown(before, one.old, dialect) or "", _shown(after, one.new, dialect))
            for before, after in found
        ),
    )


def _ask(tx: Transaction, text: str) -> list[Any]:
    found = tx.connection.exec_driver_sql(text, execution_options={"no_parameters": True})
    return list(found)


def _back(one: Conversion, dialect: DialectName) -> _Shift:
    return _Shift(one.after, one.before, one.new, one.old, dialect)


def _differs(one: str, other: str, dialect: DialectName) -> str:
    """The condition that two values are not the same, where both may be empty."""
    word = "IS NOT" if dialect == "sqlite" else "IS DISTINCT FROM"
    return f"{one} {word} ({other})"


class _Shift:
    """The expressions of one way of shifting the point."""

    def __init__(
        self,
        before: Field,
        after: Field,
        old: StoredField,
        new: StoredField,
        dialect: DialectName,
    ) -> None:
        self._after = after
        self._same_bounds = (before.min, before.max) == (after.min, after.max)
        self._old, self._new = old, new
        self._dialect = dialect

    def value(self, column: str) -> str:
        """What a value becomes, NULL where it does not fit."""
        units = self._old.scale if self._dialect == "sqlite" else 0
        fits = f"abs({column}) < {10 ** (DIGITS - self._new.scale + units)}"
        shifted = self._shifted(column)
        if not self._same_bounds:
            fits += "".join(f" AND {shifted} {bound}" for bound in self._bounds())
        return f"CASE WHEN {fits} THEN {shifted} END"

    def _bounds(self) -> list[str]:
        scale = self._new.scale if self._dialect == "sqlite" else 0
        found = []
        for sign, bound, rounding in (
            (">=", self._after.min, ROUND_CEILING),
            ("<=", self._after.max, ROUND_FLOOR),
        ):
            if bound is not None:
                exact = Decimal(bound).scaleb(scale)
                whole = exact.to_integral_value(rounding) if self._dialect == "sqlite" else exact
                found.append(f"{sign} {whole:f}")
        return found

    def _shifted(self, column: str) -> str:
        shift = self._new.scale - self._old.scale
        if self._dialect == "postgresql":
            return f"round({column}, {self._new.scale})"
        if shift >= 0:
            return f"{column} * {10**shift}"
        unit = 10**-shift
        return f"(abs({column}) + {unit // 2}) / {unit} * sign({column})"

    def rounds(self, column: str) -> str:
        """The condition that shifting changes a value."""
        shift = self._new.scale - self._old.scale
        if shift >= 0:
            return "1 = 0"
        if self._dialect == "postgresql":
            return f"round({column}, {self._new.scale}) <> {column}"
        return f"{column} % {10**-shift} <> 0"


def _shown(value: Any, at: StoredField, dialect: DialectName) -> str | None:
    if value is None:
        return None
    if dialect == "postgresql" or not at.scale:
        return str(value)
    whole = str(abs(value)).rjust(at.scale + 1, "0")
    return f"{'-' if value < 0 else ''}{whole[: -at.scale]}.{whole[-at.scale :]}"
