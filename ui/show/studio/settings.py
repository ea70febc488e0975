"""Settings of a field as inputs: made from the schema's keys of its type, and read back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from fieldstone.metadata import expression_to_ids, expression_to_names
from fieldstone.metadata.fields import keys_of
from fieldstone.metadata.json_text import number_text
from fieldstone.metadata.messages import render
from fieldstone.metadata.model import App
from fieldstone.metadata.model.families import family_of
from fieldstone.metadata.problems import Problem, ProblemsError
from fieldstone.metadata.schema import schema_of
from fieldstone.rules import compile_expression, compile_message
from fieldstone.rules.shapes import shape_problem

from ...desk import Desk
from ...words import say
from ..conditions import Speaker
from ..lists import Choice
from . import becoming, things

TICKS = ("required", "unique", "search", "read_only", "person", "stored")
NUMBERS = ("max_length", "scale", "min", "max")
LABELS = ("help", "placeholder", "inverse_label")
EXPRESSIONS = ("formula", "required_when", "where")
CHOICES = ("to", "dimension", "on_delete")
TEXTS = ("inverse", "pattern", "default")
_FIRST = frozenset({"formula", "to", "dimension", "pattern", "required", "options"})
_NO_DEFAULT = frozenset({"choice", "reference", "owner", "member", "tags", "stage", "boolean",
                         "date", "datetime"})  # fmt: skip
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")


@dataclass(frozen=True)
class Setting:
    """One setting of a field: what kind of input it is, and what stands in it."""

    key: str
    kind: str
    text: str
    hint: str
    value: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()
    first: bool = False
    required: bool = False


def keys(type_name: str) -> tuple[str, ...]:
    """The keys that the Studio offers for a type, in the order of the schema."""
    allowed = keys_of(type_name)
    known = (*TICKS, *NUMBERS, *LABELS, *EXPRESSIONS, *CHOICES, *TEXTS)
    order = schema_of("entity")["properties"]["fields"]["items"]["properties"]
    return tuple(
        one
        for one in order
        if one in allowed and one in known and not (one == "default" and type_name in _NO_DEFAULT)
    )


def settings(
    app: App, entity_id: str, type_name: str, typed: Mapping[str, str], locale: str
) -> tuple[Setting, ...]:
    """The inputs of a type, filled with what was typed or is there."""
    found = []
    for key in keys(type_name):
        kind = _kind(key)
        # What stands in a formula is another thing for each type of its family.
        hint = say(f"studio.hint.{type_name if key == 'formula' else key}", locale)
        text = render(f"key.{key}", locale)
        found.append(
            Setting(
                key,
                kind,
                text[:1].upper() + text[1:],
                hint,
                typed.get(key, ""),
                {one: typed.get(f"{key}.{one}", "") for one in things.ordered(locale)},
                _choices(app, key, locale),
                key in _FIRST,
                key in ("formula", "to", "dimension", "pattern"),
            )
        )
    return tuple(found)


def _kind(key: str) -> str:
    for kind, known in (("tick", TICKS), ("number", NUMBERS), ("labels", LABELS),
                        ("expression", EXPRESSIONS), ("choice", CHOICES)):  # fmt: skip
        if key in known:
            return kind
    return "text"


def _choices(app: App, key: str, locale: str) -> tuple[Choice, ...]:
    if key == "to":
        live = (one for one in app.entities.values() if not one.archived)
        return tuple(Choice(one.id, one.text(locale)) for one in live)
    if key == "dimension":
        live_dimensions = (one for one in app.dimensions.values() if not one.archived)
        return tuple(Choice(one.id, one.text(locale)) for one in live_dimensions)
    if key == "on_delete":
        return tuple(
            Choice(one, say(f"studio.on_delete.{one}", locale))
            for one in ("restrict", "cascade", "detach")
        )
    return ()


def typed_of(app: App, entity_id: str, data: Mapping[str, Any]) -> dict[str, str]:
    """A field's data (in ids) as its inputs show it."""
    found: dict[str, str] = {"name": str(data.get("name", ""))}
    for key in ("label", *LABELS):
        for locale, text in things.labels_of(data.get(key)).items():
            found[f"{key}.{locale}"] = text
    for key in keys(str(data["type"])):
        value = data.get(key)
        if value is None or key in LABELS:
            continue
        if key in EXPRESSIONS:
            found[key] = _shown(app, entity_id, data, key, str(value))
        elif isinstance(value, bool):
            found[key] = "1" if value else ""
        elif isinstance(value, (int, Decimal)):
            found[key] = number_text(value)
        elif isinstance(value, str):
            found[key] = value
    options = data.get("options") or ()
    found.update(things.typed_of(options, "option"))
    for at, one in enumerate(options):
        found[f"option.{at}.done"] = "1" if things.id_of(one) == data.get("done") else ""
    return found


def _scope(data: Mapping[str, Any], entity_id: str, key: str) -> tuple[str, str | None]:
    """The entity that an expression is about, and the one that `parent.` reaches."""
    if key == "where":
        return str(data.get("to") or entity_id), entity_id
    return entity_id, None


def _shown(app: App, entity_id: str, data: Mapping[str, Any], key: str, text: str) -> str:
    about, parent = _scope(data, entity_id, key)
    try:
        return expression_to_names(app, about, text, parent)
    except ProblemsError:
        return text


@dataclass
class Read:
    """A field's data as it was typed, with what is wrong by key."""

    data: dict[str, Any]
    wrong: dict[str, list[str]] = field(default_factory=dict)

    def refuse(self, key: str, text: str) -> None:
        self.wrong.setdefault(key, []).append(text)


def read(
    app: App,
    entity_id: str,
    type_name: str,
    typed: Mapping[str, str],
    before: Mapping[str, Any],
    locale: str,
) -> Read:
    """The data of a field of this type from its inputs; what they do not show stays."""
    allowed = keys_of(type_name)
    kept = {key: value for key, value in before.items() if key in allowed}
    found = Read({**kept, "type": type_name})
    labels = things.typed_labels(typed, "label")
    if labels:
        found.data["label"] = labels
    else:
        found.refuse("label", say("studio.label_missing", locale))
    for key in keys(type_name):
        if key in LABELS:
            value: Any = things.typed_labels(typed, key)
        else:
            value = _value(found, app, entity_id, key, typed.get(key, "").strip(), locale)
        if value in ("", None, False, {}):
            found.data.pop(key, None)
        else:
            found.data[key] = value
    if "options" in allowed:
        _read_options(found, typed, before.get("options") or (), locale)
    return found


def _read_options(
    found: Read, typed: Mapping[str, str], given: Sequence[Mapping[str, Any]], locale: str
) -> None:
    """The options of a choice, and which of them means done."""
    done: list[Any] = []

    def change(row: things.ThingRow, option: dict[str, Any]) -> None:
        becoming.remember(row, option)
        if row.values.get("done") and option["label"] not in done:
            done.append(option["label"])

    options = things.read(typed, "option", given, "option", change)
    found.data["options"] = options if given else becoming.merged(options)
    if not any(not one.get("archived") for one in found.data["options"]):
        found.refuse("options", say("studio.options_missing", locale))
    found.data.pop("done", None)
    if len(done) > 1:
        found.refuse("done", say("studio.done_one", locale))
    elif done:
        meant = next(one for one in found.data["options"] if one["label"] == done[0])
        found.data["done"] = things.id_of(meant)


def _value(found: Read, app: App, entity_id: str, key: str, text: str, locale: str) -> Any:
    if key in TICKS:
        return bool(text)
    if not text:
        if key in ("formula", "to", "dimension", "pattern"):
            found.refuse(key, say("studio.setting_missing", locale))
        return None
    if key in NUMBERS or (key == "default" and family_of(found.data["type"]) in (
        "integer", "decimal", "money", "percent")):  # fmt: skip
        if not _NUMBER.fullmatch(text):
            found.refuse(key, say("studio.not_number", locale))
            return None
        number = Decimal(text)
        return int(number) if number == number.to_integral_value() else number
    if key in EXPRESSIONS:
        about, parent = _scope(found.data, entity_id, key)
        whose = found.data["type"] if key == "formula" else ""
        lines = wrong_expression(app, about, text, locale, parent, field_type=whose)
        for line in lines:
            found.refuse(key, line)
        return text if lines else expression_to_ids(app, about, text, parent)
    if key == "on_delete" and text == "restrict":
        return None
    return text


def wrong_expression(
    app: App,
    entity_id: str,
    text: str,
    locale: str,
    parent: str | None = None,
    *,
    expected: str = "",
    viewer: bool = False,
    table: bool = False,
    field_type: str = "",
) -> list[str]:
    """What is wrong with an expression as it was typed, each with its place.

    With `expected` "boolean" it is also wrong if it gives a value that is not yes or no. Only with
    a `viewer` it may depend on who looks at it, only over a `table` on the other records. As the
    formula of a field it has the shape that the `field_type` takes.
    """
    if entity_id not in app.entities:
        return []
    try:
        found = compile_expression(
            app,
            entity_id,
            text,
            parent=parent,
            space="name",
            allow_viewer=viewer,
            over_table=table,
        )
    except ProblemsError as error:
        return list(told(error.problems, locale))
    misshapen = shape_problem(found, field_type) if field_type else None
    if misshapen is not None:
        return [misshapen.text(locale)]
    if expected and found.type.kind != expected:
        return [say("studio.no_condition", locale)]
    return []


def correction(
    app: App, entity_id: str, text: str, parent: str | None = None, *, viewer: bool = False
) -> str:
    """The expression as it was probably meant, where it is refused and that is known."""
    if entity_id not in app.entities:
        return ""
    try:
        compile_expression(app, entity_id, text, parent=parent, space="name", allow_viewer=viewer)
    except ProblemsError as error:
        return next((one.corrected for one in error.problems if one.corrected), "")
    return ""


def wrong_message(app: App, entity_id: str, text: str, locale: str) -> list[str]:
    """What is wrong with the expressions inside a message, each with its place."""
    try:
        compile_message(app, entity_id, text, space="name")
    except ProblemsError as error:
        return list(told(error.problems, locale))
    return []


def told(problems: Iterable[Problem], locale: str) -> tuple[str, ...]:
    """Problems as sentences with their places."""
    return tuple(
        say("studio.at", locale, position=one.position, text=one.text(locale))
        if one.position
        else one.text(locale)
        for one in problems
    )


def said(desk: Desk, app: App, entity_id: str, text: str) -> str:
    """A condition in words, or nothing where it is not right."""
    entity = app.entities.get(entity_id)
    if entity is None:
        return ""
    return (Speaker(app, entity, desk.formats).words(text) if text.strip() else None) or ""
