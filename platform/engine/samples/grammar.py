"""Grammar: what each draw of a declaration takes, for reading one without drawing anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

Kind = Literal[
    "anything",
    "spec",
    "specs",
    "text",
    "words",
    "entity",
    "block",
    "number",
    "numbers",
    "counts",
    "weights",
    "choices",
    "cases",
    "condition",
    "moment",
    "moments",
    "object",
    "truth",
]
"""What may stand somewhere: a spec is a value to draw, a moment one that gives a time."""


@dataclass(frozen=True)
class Draw:
    """What stands under the name of a draw, and what may stand beside it."""

    argument: Kind
    settings: Mapping[str, Kind] = field(default_factory=dict)


_TO: Final[Mapping[str, Kind]] = {"to": "number"}
_EITHER: Final[Mapping[str, Kind]] = {"then": "spec", "else": "spec"}

DRAWS: Final[Mapping[str, Draw]] = {
    "value": Draw("anything"),
    "var": Draw("text"),
    "switch": Draw("text", {"cases": "cases"}),
    "if": Draw("condition", _EITHER),
    "chance": Draw("number", _EITHER),
    "choice": Draw("choices"),
    "quota": Draw("counts", {"as": "text"}),
    "int": Draw("specs"),
    "lognormal": Draw("number", {**_TO, "sigma": "number", "min": "number", "max": "number"}),
    "uniform": Draw("numbers", _TO),
    "sum": Draw("specs"),
    "product": Draw("specs"),
    "round": Draw("spec", _TO),
    "part_of": Draw("text", _TO),
    "text": Draw("spec"),
    "word": Draw("words", {"by": "text"}),
    "digits": Draw("text"),
    "time": Draw("moments"),
    "shift": Draw(
        "moment",
        {
            "days": "spec",
            "exact": "truth",
            "workday": "truth",
            "not_before": "moment",
            "not_after": "moment",
        },
    ),
    "day": Draw("moment"),
    "member": Draw("object", {"turn": "text", "start": "number"}),
    "record": Draw("entity", {"where": "object", "weights": "weights", "by": "text"}),
    "related": Draw("block", {"of": "text", "where": "object", "first": "truth"}),
}
"""Every draw of `draws.py`; beside any of them may stand `unique`."""

CONDITION: Final[Mapping[str, Kind]] = {
    "var": "text",
    "in": "anything",
    "is": "anything",
    "at_least": "spec",
    "at_most": "spec",
    "filled": "truth",
}
CALENDAR: Final[Mapping[str, Kind]] = {
    "months": "numbers",
    "weekdays": "numbers",
    "hours": "numbers",
    "quiet": "anything",
}
STORY: Final[Mapping[str, Kind]] = {"count": "number", "let": "object", "values": "object"}
MOVES: Final[Mapping[str, Kind]] = {
    "field": "text",
    "through": "spec",
    "from": "moment",
    "to": "moment",
}
