"""Steps: what a publish does to the database, each a value that can be shown, kept and run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ...metadata.messages import render
from .outcome import Outcome

StepKind = Literal[
    "create_table",
    "create_link_table",
    "add_column",
    "convert",
    "copy_tags",
    "replace_tags",
    "fill",
    "number",
    "drop_column",
    "drop_link_table",
    "empty_column",
    "reuse_column",
    "purge_column",
    "purge_values",
    "purge_table",
    "purge_beside",
    "drop_view",
    "drop_index",
    "create_index",
    "create_view",
    "recompute",
    "search",
    "unsearch",
]

NOW = "$now$"
"""Stands in a statement for the instant of the publish, which a plan cannot know."""


@dataclass(frozen=True, slots=True)
class Loss:
    """Values that a step cannot keep: how many, and up to five as they are now.

    `key` is what a caller names to accept the loss: `deal.amount`.
    """

    key: str
    rows: int
    examples: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {"key": self.key, "rows": self.rows, "examples": list(self.examples)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Loss:
        return cls(data["key"], data["rows"], tuple(data["examples"]))


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its kind, what it is about, and the statements of this workspace's database.

    `entity` and `field` are ids, `target` the name of the index or view. Without statements the
    product does the work itself (numbering, computing, search). `rows` is how many rows it
    writes, `loss` what it cannot keep, `outcome` what becomes of converted values.
    """

    kind: StepKind
    entity: str
    field: str | None = None
    target: str | None = None
    statements: tuple[str, ...] = ()
    rows: int = 0
    loss: Loss | None = None
    outcome: Outcome | None = None

    @property
    def does(self) -> tuple[object, ...]:
        """What the step is, apart from the rows that it happens to meet."""
        return self.kind, self.entity, self.field, self.target, self.statements

    def text(self, locale: str, place: str = "") -> str:
        """The step as a line for a reader of `locale`; `place` says where in words, not by ids."""
        whole = self.entity or self.target or ""
        place = place or (f"{self.entity}.{self.field}" if self.field else whole)
        key = f"publish.step.{self.kind}"
        line = render(key, locale, {"place": place, "target": self.target or "", "rows": self.rows})
        if self.rows:
            line += render("publish.step.rows", locale, {"rows": self.rows})
        if self.loss:
            line += render("publish.step.loss", locale, {"rows": self.loss.rows})
        return line

    def lines(self, locale: str) -> tuple[str, ...]:
        """What becomes of the values that it converts, a line for each fate."""
        return tuple(self.outcome.lines(locale)) if self.outcome else ()

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "entity": self.entity,
            "field": self.field,
            "target": self.target,
            "statements": list(self.statements),
            "rows": self.rows,
            "loss": self.loss.to_json() if self.loss else None,
            "outcome": self.outcome.to_json() if self.outcome else None,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Step:
        loss, outcome = data["loss"], data.get("outcome")
        return cls(
            kind=data["kind"],
            entity=data["entity"],
            field=data["field"],
            target=data["target"],
            statements=tuple(data["statements"]),
            rows=data["rows"],
            loss=Loss.from_json(loss) if loss else None,
            outcome=Outcome.from_json(outcome) if outcome else None,
        )
