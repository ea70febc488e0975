"""Trying an expression: one line of JSON in, its value by both backends out.

The fields and the record come with the expression, so no workspace is needed.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

from ..metadata.expression import parse, tree
from ..metadata.model import App, Entity, Field, Manifest, Option, TagDimension
from ..metadata.problems import Problem, ProblemsError
from ..rules import Context, Expression, evaluate
from ..rules.correcting import corrected, mended
from ..rules.expression import compile_node
from ..rules.types import Type, field_type
from ..rules.typing import Options
from .evaluate_sql import by_sql

LONGEST = 1_000_000
"""Characters of a line."""
_RECORD = "record"
_SCALES = {"integer": 0, "money": 2, "percent": 4}
_NUMBERS = frozenset({"integer", "number", "decimal", "money", "percent"})
_TEXTS = frozenset({"text", "long_text", "email", "phone", "url", "auto_number"})
_CHOICES = frozenset({"choice", "stage", "tier", "status"})
_REFERENCES = frozenset({"reference", "owner", "member"})
_LARGEST = 10**15
_TOO_LARGE = Problem("expression.too_large")


def answer(line: str) -> str:
    """The answer to one line, itself a line of JSON: `{"value", "sql_value", "type"}` or an error.

    The line holds `expression`, `fields` (name: type, or an object with `type`, and `scale` or
    `options`), `record`, and optionally `now` (ISO), `time_zone`, `locale`. An error tells `id`,
    `position` (characters of the expression, from 1), `message`, and `corrected`, the whole
    expression as it was probably meant, where that is known. Nothing is ever raised.
    """
    locale = "en"
    try:
        asked = _read(line)
        locale = "zh-CN" if asked.get("locale") == "zh-CN" else "en"
        found = _Trial(_complete(asked)).answer()
    except (ProblemsError, RecursionError) as error:
        problem = _TOO_LARGE if isinstance(error, RecursionError) else error.problems[0]
        found = {
            "error": {
                "id": problem.id,
                "position": problem.position,
                "message": problem.text(locale),
            }
        }
        if problem.corrected is not None:
            found["error"]["corrected"] = problem.corrected
    text = json.dumps(found, ensure_ascii=False)
    return text.encode("utf-8", "replace").decode("utf-8")


def _read(line: str) -> dict[str, Any]:
    if len(line) > LONGEST:
        _refuse("evaluate.too_long", limit=LONGEST)
    try:
        asked = json.loads(line, parse_float=Decimal, parse_constant=_not_json)
    except (ValueError, RecursionError, InvalidOperation):
        _refuse("evaluate.not_json")
    if not isinstance(asked, dict):
        _refuse("evaluate.no_expression")
    return asked


def _complete(asked: dict[str, Any]) -> Mapping[str, Any]:
    if not isinstance(asked.get("expression"), str):
        _refuse("evaluate.no_expression")
    for key in ("fields", "record"):
        if not isinstance(asked.setdefault(key, {}), dict):
            _refuse("evaluate.not_object", name=key)
    return asked


def _not_json(text: str) -> NoReturn:
    raise ValueError(text)


def _refuse(problem: str, **params: Any) -> NoReturn:
    raise ProblemsError([Problem(problem, params)])


class _Trial:
    """An expression with the App and the record that were given with it."""

    def __init__(self, asked: Mapping[str, Any]) -> None:
        self.asked = asked
        self.text: str = asked["expression"]
        self.record: dict[str, Any] = asked["record"]
        self.zone = self.time_zone()
        self.texts = _texts(self.text)
        self.fields = [self.field(name, given) for name, given in asked["fields"].items()]
        for name in self.record:
            if name not in asked["fields"]:
                _refuse("evaluate.field_unknown", name=name)
        self.app = _app(self.fields, self.text)
        own = {one.id: self.value(one, self.record.get(one.id)) for one in self.fields}
        self.values = {"id": 1, **own}

    def answer(self) -> dict[str, Any]:
        # Not by compile_expression: nothing of a trial is worth remembering.
        expression = corrected(self.app, _RECORD, self.text, self.read)
        if expression.type.kind == "tags":
            raise ProblemsError([Problem("type.tags_value", position=1)])
        context = Context(self.instant(), self.zone)
        found = {
            "value": _shown(evaluate(expression, _Source(self.values), context)),
            "sql_value": _shown(by_sql(expression, self.fields, self.values, context)),
            "type": expression.type.kind,
        }
        if context.problems:
            found["notes"] = [one.id for one in context.problems]
        return found

    def read(self, text: str) -> Expression:
        """The expression `text` over the record."""
        return compile_node(self.app, _RECORD, text, parse(text), Options())

    def time_zone(self) -> ZoneInfo:
        given = self.asked.get("time_zone", "Asia/Shanghai")
        try:
            return ZoneInfo(str(given))
        except (ValueError, OSError, KeyError):
            _refuse("evaluate.time_zone", name=str(given)[:60])

    def instant(self) -> datetime:
        given = self.asked.get("now")
        if given is None:
            return datetime.now(UTC)
        return self.moment("now", given)

    def moment(self, name: str, given: Any) -> datetime:
        try:
            found = datetime.fromisoformat(given)
            aware = found if found.tzinfo is not None else found.replace(tzinfo=self.zone)
            return aware.astimezone(UTC)
        except (TypeError, ValueError, OverflowError):
            _refuse("evaluate.value", name=name, type="datetime")

    def field(self, name: str, given: Any) -> Field:
        detail = given if isinstance(given, dict) else {"type": given}
        kind = detail.get("type")
        options = detail.get("options", ())
        if not isinstance(options, list | tuple):
            _refuse("evaluate.not_object", name=f"fields/{name}")
        if not isinstance(kind, str):
            _refuse("evaluate.type_unknown", name=name, type=str(kind)[:60])
        if kind in _NUMBERS:
            return self.number_field(name, kind, detail)
        if kind in _TEXTS:
            return Field(id=name, name=name, type="text")
        if kind in ("boolean", "date", "datetime"):
            return Field(id=name, name=name, type=kind)
        if kind in _REFERENCES:
            return Field(id=name, name=name, type="reference", to=_RECORD)
        if kind in _CHOICES or kind == "tags":
            return self.choice_field(name, kind, [str(one) for one in options])
        _refuse("evaluate.type_unknown", name=name, type=str(kind)[:60])

    def number_field(self, name: str, kind: str, detail: Mapping[str, Any]) -> Field:
        scale = detail.get("scale", _SCALES.get(kind))
        if scale is None:
            scale = _places(self.record.get(name))
        if not isinstance(scale, int) or isinstance(scale, bool) or not 0 <= scale <= 6:
            _refuse("evaluate.scale", name=name)
        if kind == "money":
            return Field(id=name, name=name, type="money", scale=2)
        if not scale:
            return Field(id=name, name=name, type="integer")
        return Field(id=name, name=name, type="decimal", scale=scale)

    def choice_field(self, name: str, kind: str, options: list[str]) -> Field:
        """Without options given, every text of the expression and of the record is one."""
        if not options:
            held = self.record.get(name)
            present = held if isinstance(held, list) else [held]
            options = sorted({*self.texts, *(one for one in present if isinstance(one, str))})
        made = tuple(Option(id=one, name=one) for one in dict.fromkeys(options) if one)
        if kind == "tags":
            return Field(id=name, name=name, type="tags", dimension=name, options=made)
        return Field(id=name, name=name, type="choice", options=made)

    def value(self, one: Field, given: Any) -> Any:
        if given is None or given == "":
            return (
                False if one.family == "boolean" else frozenset() if one.family == "tags" else None
            )
        kind = field_type(self.app, _RECORD, one)
        match kind.kind:
            case "number" | "money":
                return self.number(one, given, kind)
            case "boolean" if isinstance(given, bool):
                return given
            case "text" if isinstance(given, str):
                return self.plain(one, given)
            case "date" if isinstance(given, str):
                return self.day(one, given)
            case "datetime":
                return self.moment(one.name, given)
            case "reference" if isinstance(given, int | str) and str(given).isdecimal():
                return self.reference(one, str(given))
            case "choice" if isinstance(given, str) and one.option(given):
                return given
            case "tags" if isinstance(given, list):
                found = frozenset(str(tag) for tag in given)
                if all(one.option(tag) for tag in found):
                    return found
        _refuse("evaluate.value", name=one.name, type=one.type)

    def number(self, one: Field, given: Any, kind: Type) -> Any:
        if isinstance(given, bool) or not isinstance(given, int | Decimal | str):
            _refuse("evaluate.value", name=one.name, type=one.type)
        try:
            exact = Decimal(given)
            scaled = exact.scaleb(kind.scale)
            whole = exact.is_finite() and abs(scaled) < _LARGEST and scaled == int(scaled)
        except (InvalidOperation, ValueError):
            whole = False
        if not whole:
            _refuse("evaluate.value", name=one.name, type=one.type)
        return exact if kind.scale else int(exact)

    def plain(self, one: Field, given: str) -> str:
        if "\0" in given or any(unicodedata.category(letter) == "Cs" for letter in given):
            _refuse("evaluate.value", name=one.name, type=one.type)
        return unicodedata.normalize("NFC", given)

    def day(self, one: Field, given: str) -> date:
        try:
            return date.fromisoformat(given)
        except ValueError:
            _refuse("evaluate.value", name=one.name, type=one.type)

    def reference(self, one: Field, given: str) -> int:
        if len(given) > 18:
            _refuse("evaluate.value", name=one.name, type=one.type)
        return int(given)


def _texts(text: str) -> list[str]:
    """The texts within an expression, also where its syntax has to be corrected first."""
    try:
        node = parse(text)
    except ProblemsError:
        better = mended(text)
        return _texts(better) if better is not None else []
    return sorted({one.value for one in node.walk() if isinstance(one, tree.Text) and one.value})


def _places(given: Any) -> int:
    """The digits after the point of a number in the record, at most 6."""
    try:
        exponent = Decimal(given).normalize().as_tuple().exponent
    except (InvalidOperation, TypeError, ValueError):
        return 0
    return min(6, max(0, -exponent)) if isinstance(exponent, int) else 0


_ID = Field(id="id", name="id", type="integer", system=True)


def _app(fields: list[Field], text: str) -> App:
    entity = Entity(
        id=_RECORD,
        name=_RECORD,
        title="id",
        fields=(*fields, *([] if any(one.id == "id" for one in fields) else [_ID])),
    )
    dimensions = {
        one.id: TagDimension(id=one.id, name=one.name, tags=one.options)
        for one in fields
        if one.family == "tags"
    }
    digest = hashlib.sha256(repr((fields, text)).encode("utf-8", "replace")).hexdigest()
    return App(
        hash=f"trial {digest}",
        manifest=Manifest(id="trial", name="trial"),
        entities={_RECORD: entity},
        dimensions=dimensions,
    )


class _Source:
    """The given record, which has no neighbours."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = values

    def value(self, field_id: str) -> Any:
        return self.values.get(field_id)

    def follow(self, field_id: str) -> None:
        return None

    def related(self, entity_id: str, field_id: str) -> tuple[()]:
        return ()


def _shown(value: Any) -> Any:
    """A value in JSON: exact numbers and dates as text."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return value
