"""Outcomes: what becomes of the values of a field that changes its type, counted beforehand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ...metadata.messages import render

Fate = Literal["lossless", "converted", "failing", "returned", "replaced", "edited"]
"""`lossless` values can be turned back into what they were. `converted` ones are written otherwise
or rounded. `failing` ones become empty, or no. `returned` ones are again what they were before an
earlier change, because nobody touched them since; `edited` ones were touched and stay what they
are. `replaced` ones become the option that replaces them."""

FATES: tuple[Fate, ...] = ("lossless", "converted", "failing", "replaced", "returned", "edited")
MOST_EXAMPLES = 5

Void = Literal["empty", "no"]
"""What a value becomes that does not convert: a field of yes or no has no empty value."""


@dataclass(frozen=True, slots=True)
class Example:
    """A value as people read it, before and after; None where it becomes empty."""

    before: str
    after: str | None

    @property
    def text(self) -> str:
        """Both, or one where they are the same or there is only one."""
        if self.after is None or self.after == self.before:
            return self.before
        if not self.before:
            return self.after
        return f"{self.before} → {self.after}"


@dataclass(frozen=True, slots=True)
class Group:
    """How many values share a fate, and up to five different ones of them."""

    rows: int = 0
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """The fates of all values of a field; `cut` counts those of `converted` that lose something.

    `void` is what the `failing` ones become, and the `blank` ones, if that is not to be empty:
    records that have no value now.
    """

    groups: Mapping[Fate, Group] = field(default_factory=dict)
    cut: int = 0
    void: Void = "empty"
    blank: int = 0

    def __getitem__(self, fate: Fate) -> Group:
        return self.groups.get(fate, Group())

    @property
    def filled(self) -> int:
        """How many records have a value at all."""
        return sum(one.rows for one in self.groups.values())

    @property
    def lost(self) -> int:
        """How many values cannot be kept as they are."""
        return self["failing"].rows + self.cut

    def lines(self, locale: str) -> Iterator[str]:
        """A line for each fate that values have, with examples."""
        between = "；" if locale.startswith("zh") else "; "
        for fate in FATES:
            group = self[fate]
            if not group.rows:
                continue
            key = f"{fate}_{self.void}" if fate == "failing" else fate
            line = render(f"convert.{key}", locale, {"rows": group.rows})
            shown = between.join(one.text for one in group.examples)
            if shown:
                line += render("convert.examples", locale, {"examples": shown})
            yield line
        if self.blank:
            yield render(f"convert.blank_{self.void}", locale, {"rows": self.blank})

    def to_json(self) -> dict[str, Any]:
        """What `from_json` reads back."""
        return {
            **{
                fate: {
                    "rows": self[fate].rows,
                    "examples": [
                        {"before": one.before, "after": one.after} for one in self[fate].examples
                    ],
                }
                for fate in FATES
            },
            "cut": self.cut,
            "void": self.void,
            "blank": self.blank,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Outcome:
        groups = {fate: _group(data[fate]) for fate in FATES if fate in data}
        kept = {fate: one for fate, one in groups.items() if one.rows}
        return cls(kept, data["cut"], data.get("void", "empty"), data.get("blank", 0))


def _group(data: Mapping[str, Any]) -> Group:
    return Group(
        data["rows"], tuple(Example(one["before"], one["after"]) for one in data["examples"])
    )


class Counting:
    """Counts fates, and keeps the first examples of each."""

    def __init__(self) -> None:
        self._rows: dict[Fate, int] = {}
        self._examples: dict[Fate, dict[Example, None]] = {}
        self._cut = 0

    def add(self, fate: Fate, rows: int, example: Example, *, cut: bool = False) -> None:
        """So many values of one fate, of which this is one."""
        self._rows[fate] = self._rows.get(fate, 0) + rows
        self._cut += rows if cut else 0
        examples = self._examples.setdefault(fate, {})
        if len(examples) < MOST_EXAMPLES:
            examples[example] = None

    def outcome(self, *, shown: bool, void: Void = "empty", blank: int = 0) -> Outcome:
        """What was counted; without examples for who may not read the values."""
        return Outcome(
            {
                fate: Group(rows, tuple(self._examples[fate]) if shown else ())
                for fate, rows in self._rows.items()
            },
            self._cut,
            void,
            blank,
        )
