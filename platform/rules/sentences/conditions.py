"""Conditions in words: clauses that a reader would say, each exactly what is computed."""

from __future__ import annotations

from dataclasses import replace

from ..ir import (
    Aggregate,
    Compare,
    Constant,
    Formula,
    HasTag,
    If,
    In,
    IsEmpty,
    Logic,
    Not,
    Property,
    Read,
    Typed,
    Via,
)
from ..types import BOOLEAN
from .labels import joined
from .periods import Age, age_of, period_of, plain_of, within_of
from .values import Values

MOST_LISTED = 20
"""Values of a list that a sentence tells one by one."""

_SIGNS = {"==": "is", "!=": "is_not", ">=": "at_least", "<=": "at_most", ">": "above", "<": "below"}
_TIMES = _SIGNS | {">": "after", "<": "before", ">=": "from", "<=": "until"}
_TURNED = {"==": "==", "!=": "!=", ">=": "<=", "<=": ">=", ">": "<", "<": ">"}


class Conditions(Values):
    """Says what holds or does not."""

    def condition(self, node: Typed) -> str:
        """A condition as a clause."""
        match node:
            case Logic() if node.written is None:
                return self.joined(node)
            case If():
                return self.say(
                    "say.either",
                    test=self.condition(node.test),
                    body=self.clause(node.body),
                    other=self.clause(node.other),
                )
            case Not() if node.written is None:
                return self.denied(node.operand)
            case Constant():
                return self.say("say.always" if node.value else "say.never")
        if self.hides(node):
            return self.say("say.hidden_condition")
        return self.atom(node)

    def clause(self, node: Typed, *, open_: bool = False) -> str:
        """A condition within another one, in brackets where it is made of several.

        One that ends in the condition of related records is too, where others follow (`open_`).
        """
        said = self.condition(node)
        several = isinstance(node, Logic) and node.written is None and within_of(node.items) is None
        apart = several or isinstance(node, If) or (open_ and _ends_open(node))
        return self.say("say.bracket", what=said) if apart else said

    def atom(self, node: Typed) -> str:
        """A condition that is not made of others."""
        if node.written is not None and not isinstance(node, IsEmpty | Not):
            return self.called(node)
        match node:
            case Compare():
                return self.compared(node)
            case In():
                return self.listed_in(node, "is")
            case IsEmpty():
                return self.say("say.empty", field=self.part(node.operand))
            case Not():
                return self.denied(node.operand)
            case HasTag():
                return self.tagged(node, node, "tagged")
            case Via() if isinstance(node.body, HasTag):
                return self.tagged(node, node.body, "tagged")
            case Aggregate() if node.function in ("any", "all"):
                return self.quantified(node, node.function)
            case Property() if node.name == "closed":
                return self.say("say.closed", field=self.value(node.operand))
        return self.say("say.yes", field=self.value(node))

    def joined(self, node: Logic) -> str:
        """Conditions joined by and or or; a range that is chained is one."""
        within = within_of(node.items) if node.operator == "and" else None
        if within is not None and not self.hides(node):
            return self.aged(*within, "within")
        *items, last = node.items
        said = [*(self.clause(one, open_=True) for one in items), self.clause(last)]
        return joined(f"say.{node.operator}", said, self.locale)

    def denied(self, node: Typed) -> str:
        """The opposite of a condition, in words of its own where there are."""
        if self.hides(node):
            return self.say("say.hidden_condition")
        match node:
            case Not():
                return self.condition(node.operand)
            case Compare() if node.operator in ("==", "!="):
                turned = "!=" if node.operator == "==" else "=="
                return self.atom(replace(node, operator=turned))
            case In():
                return self.listed_in(node, "is_not")
            case IsEmpty():
                return self.say("say.filled", field=self.part(node.operand))
            case HasTag():
                return self.tagged(node, node, "untagged")
            case Via() if isinstance(node.body, HasTag):
                return self.tagged(node, node.body, "untagged")
            case Aggregate() if node.function == "any":
                return self.quantified(node, "none")
            case Property() if node.name == "closed":
                return self.say("say.open", field=self.value(node.operand))
            case Read() | Formula() | Via() | Property():
                return self.say("say.no", field=self.value(node))
        return self._denied_call(node) or self.say("say.not", what=self.condition(node))

    def _denied_call(self, node: Typed) -> str | None:
        written = node.written
        if written is None or written.function.denied is None:
            return None
        template = written.function.denied.get(self.locale) or written.function.denied["en"]
        return self.phrase(template, self.arguments(written.arguments))

    def tagged(self, node: Typed, tags: HasTag, key: str) -> str:
        """Which tags a record has or lacks."""
        field = self.subject(node)
        if tags.tags is None:
            return self.say("say.filled" if key == "tagged" else "say.empty", field=field)
        one = self.app.entity(tags.entity).field(tags.field)
        named = [self.option(f"dimension:{one.dimension}", tag) for tag in tags.tags]
        return self.say(f"say.{key}", field=field, value=self.listed(named))

    def listed(self, said: list[str]) -> str:
        """Values joined by or; of many, the first ones and how many there are."""
        if not said:
            return self.say("say.nothing")
        shown = said[:MOST_LISTED]
        if len(said) > len(shown):
            shown[-1] = self.say("say.more", count=len(said) - len(shown) + 1)
        return self.among(shown)

    def listed_in(self, node: In, key: str) -> str:
        """Whether a value is one of a list."""
        said = [self.value(one, node.operand) for one in node.items]
        return self.say(f"say.{key}", field=self.part(node.operand), value=self.listed(said))

    def quantified(self, node: Aggregate, key: str) -> str:
        """Whether some, all or none of the related records meet a condition."""
        what = self.related(node)
        if node.condition is None:
            return self.say(f"say.{key}_at_all", what=what)
        return self.say(f"say.{key}", what=what, condition=self.condition(node.condition))

    def compared(self, node: Compare) -> str:
        """Two values, in the words that suit what they are."""
        left, operator, right = node.left, node.operator, node.right
        if isinstance(left, Constant) and not isinstance(right, Constant):
            left, operator, right = right, _TURNED[operator], left
        special = self._counted(left, operator, right) or self._timed(left, operator, right)
        if special is not None:
            return special
        timed = left.type.kind in ("date", "datetime") or right.type.kind in ("date", "datetime")
        key = (_TIMES if timed else _SIGNS)[operator]
        return self.say(f"say.{key}", field=self.side(left, right), value=self.side(right, left))

    def side(self, node: Typed, other: Typed) -> str:
        """One side of a comparison."""
        if node.type == BOOLEAN and not isinstance(node, Constant | Read | Formula | Via):
            return self.say("say.bracket", what=self.condition(node))
        if isinstance(plain_of(node), If):
            return self.part(node, other)
        return self.value(node, other)

    def _counted(self, left: Typed, operator: str, right: Typed) -> str | None:
        """`count(..) > 0` is that there are some."""
        item = plain_of(left)
        if not isinstance(item, Aggregate) or item.function != "count" or item.value is not None:
            return None
        if not isinstance(right, Constant) or self.hides(item) or self.known(item) is not None:
            return None
        bound = (operator, right.value)
        if right.type.scale or bound not in ((">", 0), (">=", 1), ("!=", 0), ("==", 0), ("<", 1)):
            return None
        return self.quantified(item, "none" if bound in (("==", 0), ("<", 1)) else "any")

    def _timed(self, left: Typed, operator: str, right: Typed) -> str | None:
        """Distances from today, and the week, month, quarter or year that a day is in."""
        period = period_of(left, right) if operator in ("==", "!=") else None
        if period is not None:
            item, which = period
            key = "period" if operator == "==" else "not_period"
            return self.say(f"say.{key}", field=self.part(item), value=self.say(f"say.{which}"))
        age = age_of(left)
        keys = {">": "over", ">=": "at_least", "<": "under", "<=": "within"}
        if age is None or operator not in keys:
            return None
        return self.aged(age, right, keys[operator])

    def aged(self, age: Age, limit: Typed, key: str) -> str:
        """How long ago, or how far ahead: `more than 30 days ago`."""
        field = self.part(age.item)
        limit = plain_of(limit)
        if isinstance(limit, Constant) and limit.value is not None:
            value = self.value(limit)
            one = 1 if value == "1" else 2
            return self.say(f"say.{age.unit}.{key}", count=one, field=field, value=value)
        known = self.known(limit)
        if known is not None:
            one = 1 if known == "1" else 2
            return self.say(f"say.{age.unit}.{key}", count=one, field=field, value=known)
        return self.say(f"say.{age.unit}.{key}_of", field=field, value=self.part(limit))


def _ends_open(node: Typed) -> bool:
    """Whether the words of a condition end in the condition of related records."""
    while isinstance(node, Not):
        node = node.operand
    if isinstance(node, Compare):
        node = plain_of(node.right if isinstance(node.left, Constant) else node.left)
    return isinstance(node, Aggregate) and node.condition is not None
