"""Lines that `evaluate` refuses, each with the id of its error."""

from __future__ import annotations

import json
from typing import Any, Final


def line(**asked: Any) -> str:
    return json.dumps({"expression": "1", **asked})


SLOW: Final = "evaluate.too_slow"
CASES: Final[tuple[tuple[str, str, str], ...]] = (
    ("no JSON", "{", "evaluate.not_json"),
    ("a number without end", '{"expression": "1", "record": {"a": NaN}}', "evaluate.not_json"),
    ("no expression", "{}", "evaluate.no_expression"),
    ("fields in a list", line(fields=[]), "evaluate.not_object"),
    ("options that are no list", line(fields={"a": {"type": "choice", "options": 1}}),
     "evaluate.not_object"),
    ("a field of no type", line(fields={"a": "zzz"}), "evaluate.type_unknown"),
    ("seven digits", line(fields={"a": {"type": "decimal", "scale": 7}}), "evaluate.scale"),
    ("a value of no field", line(record={"a": 1}), "evaluate.field_unknown"),
    ("a value of another type", line(fields={"a": "date"}, record={"a": "x"}), "evaluate.value"),
    ("a time of no zone", line(time_zone="Mars/Olympus"), "evaluate.time_zone"),
    ("a line without end", " " * 1_000_001, "evaluate.too_long"),
)  # fmt: skip
