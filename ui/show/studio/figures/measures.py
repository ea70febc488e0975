"""The inputs of a metric: what is measured of which records, read back as its document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from fieldstone.metadata import expression_to_ids
from fieldstone.metadata.model import Entity
from fieldstone.metadata.schema import schema_of
from fieldstone.rules.types import Type

from ....words import say
from ...lists import Choice
from .. import conditions, settings, things
from ..conditions import ConditionInput
from ..frame import Studio
from . import fields
from .fields import Groups

FORMULA = "="
KINDS = ("count", "sum", "avg", "min", "max", "count_distinct", "share", "ratio")
"""What may be measured: an aggregate, a share of records, or one aggregate over another."""

_KEYS: Mapping[str, Any] = schema_of("metric")["properties"]
_CHOSEN: Mapping[str, tuple[str, ...]] = {
    key: tuple(_KEYS[key]["enum"]) for key in ("unit", "direction", "change")
}
_PLAIN = {key: str(_KEYS[key]["default"]) for key in _CHOSEN}
_OF_RATES = {"unit": "percent", "change": "points"}


@dataclass(frozen=True, kw_only=True)
class Side:
    """One aggregate: of what, and of which records; `aggregates` only where it is chosen here."""

    name: str
    title: str
    aggregates: tuple[Choice, ...] = ()
    of: Groups = ()
    formula: bool = False
    text: str = ""
    where: ConditionInput | None = None


@dataclass(frozen=True, kw_only=True)
class Measuring:
    """The inputs of one metric with all that may be chosen."""

    entity: Entity
    entities: tuple[Choice, ...]
    kinds: tuple[Choice, ...]
    sides: tuple[Side, ...]
    filter: ConditionInput
    dates: Groups
    units: tuple[Choice, ...]
    directions: tuple[Choice, ...]
    changes: tuple[Choice, ...]


def typed_of(studio: Studio, data: Mapping[str, Any]) -> dict[str, str]:
    """A metric's data (in ids) as its inputs hold it."""
    app, entity = studio.app, str(data["entity"])
    typed = {"metric.entity": entity}
    typed["metric.kind"] = _kind(data)
    for key in ("label", "description"):
        for locale, text in things.labels_of(data.get(key)).items():
            typed[f"metric.{key}.{locale}"] = text
    typed["metric.filter"] = fields.in_names(app, entity, str(data.get("filter", "")))
    typed["metric.date"] = str(data.get("date", ""))
    for key, plain in _PLAIN.items():
        typed[f"metric.{key}"] = str(data.get(key, plain))
    for side in ("value", "over"):
        measured: Mapping[str, Any] = data.get(side, {})
        name = f"metric.{side}"
        typed[f"{name}.aggregate"] = str(measured.get("aggregate", "count"))
        typed[f"{name}.where"] = fields.in_names(app, entity, str(measured.get("where", "")))
        of = str(measured.get("of", ""))
        typed[f"{name}.of"] = of
        if of and not _is_path(of):
            typed[f"{name}.of"] = FORMULA
            typed[f"{name}.text"] = fields.in_names(app, entity, of)
    return typed


def _is_path(text: str) -> bool:
    return all(part.isidentifier() for part in text.split("."))


def _kind(data: Mapping[str, Any]) -> str:
    value, over = data["value"], data.get("over")
    if over is None:
        return str(value["aggregate"])
    return "share" if value["aggregate"] == over["aggregate"] == "count" else "ratio"


def kind(typed: Mapping[str, str]) -> str:
    """What is chosen to be measured."""
    found = typed.get("metric.kind", "")
    return found if found in KINDS else "count"


def entity_of(studio: Studio, typed: Mapping[str, str], otherwise: Entity | None) -> Entity | None:
    """The entity that a metric is to be about; None where there is no choice."""
    live = entities(studio)
    wanted = typed.get("metric.entity", "")
    found = next((one for one in live if one.id == wanted), otherwise)
    return found or (live[0] if live else None)


def entities(studio: Studio) -> list[Entity]:
    """The live entities of the draft, in the order of the menu, then the others."""
    order = [one.entity for one in studio.app.manifest.menu if one.entity]
    live = [one for one in studio.app.entities.values() if not one.archived and not one.system]
    return sorted(live, key=lambda one: order.index(one.id) if one.id in order else len(order))


def settled(typed: MultiDict[str, str], before: str) -> MultiDict[str, str]:
    """What is typed with a unit that fits where another kind than `before` was chosen."""
    found: MultiDict[str, str] = MultiDict(typed.items(multi=True))
    now, was = kind(typed) == "share", before == "share"
    if now != was:
        for key, value in _OF_RATES.items():
            found[f"metric.{key}"] = value if now else _PLAIN[key]
    found["metric.was"] = kind(typed)
    return found


def shown(
    studio: Studio, entity: Entity, typed: MultiDict[str, str], *, checked: bool = False
) -> Measuring:
    """The inputs with what is typed, and where it is `checked` with what is wrong."""
    locale = studio.desk.locale
    chosen = kind(typed)
    titled = {"ratio": ("cards.numerator", "cards.denominator"),
              "share": ("cards.counted", "cards.out_of")}  # fmt: skip
    titles = [say(one, locale) for one in titled.get(chosen, ())] or [""]
    return Measuring(
        entity=entity,
        entities=tuple(
            Choice(one.id, one.text(locale), one is entity) for one in entities(studio)
        ),
        kinds=tuple(Choice(one, say(f"cards.measure.{one}", locale), one == chosen)
                    for one in KINDS),
        sides=tuple(
            _side(studio, entity, typed, f"metric.{key}", title, checked)
            for key, title in zip(("value", "over"), titles, strict=False)
        ),
        filter=conditions.again(studio, entity, "metric.filter", typed, checked=checked),
        dates=fields.choices(studio.app, entity, _is_day, typed.get("metric.date", ""), locale),
        units=_chosen(typed, "unit", locale),
        directions=_chosen(typed, "direction", locale),
        changes=_chosen(typed, "change", locale),
    )  # fmt: skip


def _chosen(typed: Mapping[str, str], key: str, locale: str) -> tuple[Choice, ...]:
    now = typed.get(f"metric.{key}", _PLAIN[key])
    return tuple(Choice(one, say(f"cards.{key}.{one}", locale), one == now)
                 for one in _CHOSEN[key])  # fmt: skip


def _is_day(found: Type) -> bool:
    return found.kind in ("date", "datetime")


def _aggregate(typed: Mapping[str, str], name: str) -> str:
    """The aggregate of a side: that of the kind, or in a ratio its own."""
    chosen = kind(typed)
    if chosen == "share":
        return "count"
    if chosen != "ratio":
        return chosen
    own = typed.get(f"{name}.aggregate", "")
    return own if own in KINDS[:6] else "count"


def _side(
    studio: Studio,
    entity: Entity,
    typed: MultiDict[str, str],
    name: str,
    title: str,
    checked: bool,
) -> Side:
    locale, chosen = studio.desk.locale, kind(typed)
    aggregate = _aggregate(typed, name)
    of = typed.get(f"{name}.of", "")
    plain = chosen not in ("share", "ratio")
    narrowed = bool(typed.get(f"{name}.where") or typed.get(f"{name}.where.as"))
    return Side(
        name=name,
        title=title,
        aggregates=tuple(
            Choice(one, say(f"cards.measure.{one}", locale), one == aggregate)
            for one in KINDS[:6]
        ) if chosen == "ratio" else (),
        of=() if aggregate == "count" else fields.choices(
            studio.app, entity, _fitting(aggregate), "" if of == FORMULA else of, locale
        ),
        formula=aggregate != "count" and of == FORMULA,
        text=typed.get(f"{name}.text", ""),
        where=conditions.again(studio, entity, f"{name}.where", typed, checked=checked)
        if narrowed or not plain else None,
    )  # fmt: skip


def _fitting(aggregate: str) -> Any:
    if aggregate == "count_distinct":
        return lambda found: found.kind not in ("tags", "empty")
    return lambda found: found.numeric


def read(
    studio: Studio, entity: Entity, typed: MultiDict[str, str], before: Mapping[str, Any]
) -> settings.Read:
    """The data of a metric (in ids) from its inputs; what they do not show stays."""
    locale = studio.desk.locale
    kept = {key: one for key, one in before.items() if key not in ("value", "over")}
    found = settings.Read({**kept, "kind": "metric", "entity": entity.id})
    labels = things.typed_labels(typed, "metric.label")
    if labels:
        found.data["label"] = labels
    else:
        found.refuse("metric.label", say("studio.label_missing", locale))
    _put(found.data, "description", things.typed_labels(typed, "metric.description"))
    sides: Sequence[str] = ("value", "over") if kind(typed) in ("share", "ratio") else ("value",)
    for side in sides:
        found.data[side] = _measured(studio, entity, typed, f"metric.{side}", found)
    _put(found.data, "filter", _condition(studio, entity, typed, "metric.filter", found))
    day = typed.get("metric.date", "")
    known = fields.kind_of(studio.app, entity.id, day) if day else None
    _put(found.data, "date", day if known and _is_day(known) else "")
    for key, plain in _PLAIN.items():
        value = typed.get(f"metric.{key}", plain)
        _put(found.data, key, value if value in _CHOSEN[key] and value != plain else "")
    return found


def _put(data: dict[str, Any], key: str, value: Any) -> None:
    """Set what there is, and leave out what is empty."""
    if value:
        data[key] = value
    else:
        data.pop(key, None)


def _measured(
    studio: Studio, entity: Entity, typed: MultiDict[str, str], name: str, found: settings.Read
) -> dict[str, Any]:
    measured: dict[str, Any] = {"aggregate": _aggregate(typed, name)}
    if measured["aggregate"] != "count":
        _put(measured, "of", _of(studio, entity, typed, name, found, measured["aggregate"]))
    _put(measured, "where", _condition(studio, entity, typed, f"{name}.where", found))
    return measured


def _of(
    studio: Studio,
    entity: Entity,
    typed: MultiDict[str, str],
    name: str,
    found: settings.Read,
    aggregate: str,
) -> str:
    """The expression (in ids) that is measured, or "" with a word about what is wrong."""
    app, locale = studio.app, studio.desk.locale
    of, key = typed.get(f"{name}.of", ""), f"{name}.of"
    if of == FORMULA:
        key = f"{name}.text"
        of = typed.get(key, "").strip()
        lines = settings.wrong_expression(app, entity.id, of, locale, table=True) if of else []
        for line in lines:
            found.refuse(key, line)
        if lines:
            return ""
        of = expression_to_ids(app, entity.id, of) if of else ""
    known = fields.kind_of(app, entity.id, of) if of else None
    if known is None:
        found.refuse(key, say("studio.setting_missing", locale))
        return ""
    if not _fitting(aggregate)(known):
        found.refuse(key, say("cards.no_number", locale))
    return of


def _condition(
    studio: Studio, entity: Entity, typed: MultiDict[str, str], key: str, found: settings.Read
) -> str:
    asked = conditions.sent(studio, entity, key, typed)
    if not asked.right:
        found.refuse(key, say("studio.condition_wrong", studio.desk.locale))
        return ""
    return conditions.in_ids(studio, entity, asked)


def input_at(pointer: str) -> str:
    """The name of the input that a place of a metric's document is about."""
    key, *rest = pointer.split("/")[1:]
    return ".".join(("metric", key, *rest[:1])) if key in ("value", "over") else f"metric.{key}"
