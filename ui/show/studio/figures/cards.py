"""The inputs of a card: what it shows, of which records and by what, read back as its data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from werkzeug.datastructures import MultiDict

from fieldstone.engine.suggested_names import suggested_name
from fieldstone.metadata.model import Entity, Metric
from fieldstone.metadata.schema import schema_of
from fieldstone.rules.types import Type

from ....words import say
from ...lists import Choice
from .. import conditions, settings, things
from ..conditions import ConditionInput
from ..frame import Studio
from . import fields, groups, measures
from .fields import Groups
from .groups import GroupInput
from .measures import Measuring

NEW = "+"
"""What stands for the metric that is made along with the card."""

_CARD: Mapping[str, Any] = schema_of("dashboard")["properties"]["cards"]["items"]["properties"]
TYPES: tuple[str, ...] = tuple(_CARD["type"]["enum"])
PERIODS: tuple[str, ...] = tuple(schema_of("dashboard")["properties"]["period"]["enum"])
_OF_METRIC = ("number", "bar")
_GROUPED = ("bar", "table")
_WIDTHS = (2, 3, 4, 6, 8, 9, 12)
_PLAIN_WIDTHS = {"number": 3, "bar": 6, "funnel": 6, "table": 12}
_MOST_METRICS = int(_CARD["metrics"]["maxItems"])
_TOP: tuple[int, int, int] = (
    int(_CARD["top"]["minimum"]), int(_CARD["top"]["maximum"]), int(_CARD["top"]["default"])
)  # fmt: skip
_HELD = ("entity", "metric", "date", "across", "top")


@dataclass(frozen=True, kw_only=True)
class Row:
    """A metric of a table, as a row that is moved."""

    at: int
    id: str
    text: str
    href: str


@dataclass(frozen=True, kw_only=True)
class CardInput:
    """The inputs of one card with all that may be chosen; `kept` are those of other types."""

    type: str
    types: tuple[Choice, ...]
    widths: tuple[Choice, ...]
    entity: Entity | None
    entities: tuple[Choice, ...] = ()
    metrics: Groups = ()
    rows: tuple[Row, ...] = ()
    more: tuple[Choice, ...] = ()
    group: GroupInput | None = None
    across: Groups = ()
    dates: Groups = ()
    filter: ConditionInput | None = None
    fresh: Measuring | None = None
    edit: str = ""
    kept: tuple[tuple[str, str], ...] = ()


def typed_of(studio: Studio, data: Mapping[str, Any]) -> MultiDict[str, str]:
    """A card's data (in ids) as its inputs hold it."""
    app = studio.app
    typed: MultiDict[str, str] = MultiDict()
    for key in ("label", "description"):
        for locale, text in things.labels_of(data.get(key)).items():
            typed[f"{key}.{locale}"] = text
    for key in ("type", "metric", "entity", "across", "date"):
        if key in data:
            typed[key] = str(data[key])
    for key in ("width", "top"):
        typed[key] = str(data.get(key, _CARD[key]["default"]))
    if data.get("metrics"):
        typed.setlist("metrics", list(data["metrics"]))
    entity = entity_of(studio, typed)
    if entity is not None:
        typed["filter"] = fields.in_names(app, entity.id, str(data.get("filter", "")))
        if "group" in data:
            typed.update(groups.typed_of(app, entity, str(data["group"])))
    return typed


def type_of(typed: Mapping[str, str]) -> str:
    """The type that is chosen."""
    found = typed.get("type", "")
    return found if found in TYPES else TYPES[0]


def period_of(typed: Mapping[str, str]) -> str:
    """The period that is chosen for a dashboard."""
    found = typed.get("period", "")
    return found if found in PERIODS else "this_month"


def live_metrics(studio: Studio, entity: Entity | None = None) -> list[Metric]:
    """The live metrics of the draft, or those of an entity."""
    return [
        one
        for one in studio.app.metrics.values()
        if not one.archived and (entity is None or one.entity == entity.id)
    ]


def _metric_of(studio: Studio, typed: Mapping[str, str]) -> str:
    """The metric of a number or of bars: an id, NEW, or the first that there is."""
    wanted = typed.get("metric", "")
    known = [one.id for one in live_metrics(studio)]
    if wanted == NEW or wanted in known:
        return wanted
    return known[0] if known else NEW


def _metrics_of(studio: Studio, entity: Entity, typed: MultiDict[str, str]) -> list[str]:
    """The metrics of a table, as far as they are of its entity."""
    known = {NEW, *(one.id for one in live_metrics(studio, entity))}
    return [one for one in dict.fromkeys(typed.getlist("metrics")) if one in known]


def entity_of(studio: Studio, typed: MultiDict[str, str]) -> Entity | None:
    """The entity that the card is about; None where there is none at all."""
    if type_of(typed) in _OF_METRIC:
        metric = studio.app.metrics.get(_metric_of(studio, typed))
        if metric is None:
            return measures.entity_of(studio, typed, None)
        return studio.app.entities.get(metric.entity)
    live = _entities(studio, typed)
    wanted = typed.get("entity", "")
    return next((one for one in live if one.id == wanted), live[0] if live else None)


def _entities(studio: Studio, typed: Mapping[str, str]) -> list[Entity]:
    live = measures.entities(studio)
    if type_of(typed) == "funnel":
        return [one for one in live if one.pipeline is not None]
    return live


def is_fresh(studio: Studio, typed: MultiDict[str, str]) -> bool:
    """Whether a metric is made along with the card."""
    if type_of(typed) in _OF_METRIC:
        return _metric_of(studio, typed) == NEW
    return type_of(typed) == "table" and NEW in typed.getlist("metrics")


def pressed(studio: Studio, typed: MultiDict[str, str], act: str) -> MultiDict[str, str]:
    """What is typed after a button of the form or another choice."""
    found = measures.settled(typed, typed.get("metric.was", ""))
    act, _, what = act.partition(":")
    chosen = found.getlist("metrics")
    at = int(what) if what.isascii() and what.isdigit() and len(what) < 3 else -1
    if act in ("up", "down") and 0 <= at < len(chosen):
        to = min(max(at + (-1 if act == "up" else 1), 0), len(chosen) - 1)
        chosen.insert(to, chosen.pop(at))
    elif act == "remove" and 0 <= at < len(chosen):
        chosen.pop(at)
    elif act == "add" and found.get("more") and len(chosen) < _MOST_METRICS:
        chosen = list(dict.fromkeys([*chosen, found["more"]]))
    elif act == "type":
        found["width"] = str(_PLAIN_WIDTHS[type_of(found)])
    found.poplist("metrics")
    if chosen:
        found.setlist("metrics", chosen)
    return found


def shown(studio: Studio, typed: MultiDict[str, str], *, checked: bool = False) -> CardInput:
    """The inputs with what is typed, and where it is `checked` with what is wrong."""
    locale, chosen = studio.desk.locale, type_of(typed)
    entity = entity_of(studio, typed)
    plain = CardInput(
        type=chosen,
        types=tuple(Choice(one, say(f"cards.type.{one}", locale), one == chosen) for one in TYPES),
        widths=_widths(typed, chosen, locale),
        entity=entity,
    )
    if entity is None:
        return plain
    of_metric, table = chosen in _OF_METRIC, chosen == "table"
    metric = _metric_of(studio, typed) if of_metric else ""
    parts: dict[str, Any] = {
        "filter": conditions.again(studio, entity, "filter", typed, checked=checked),
        "kept": _kept(typed, chosen),
    }
    if of_metric:
        parts["metrics"] = _offered(studio, metric)
        parts["edit"] = studio.paths.metric(metric) if metric != NEW else ""
    else:
        live = _entities(studio, typed)
        parts["entities"] = tuple(
            Choice(one.id, one.plural_text(locale), one is entity) for one in live
        )
        day = typed.get("date", "")
        parts["dates"] = fields.choices(studio.app, entity, _is_day, day, locale)
    if table:
        across = typed.get("across", "")
        rows = _metrics_of(studio, entity, typed)
        parts["across"] = fields.choices(studio.app, entity, _is_choice, across, locale)
        parts["rows"] = tuple(_row(studio, at, one) for at, one in enumerate(rows))
        parts["more"] = _more(studio, entity, rows)
    if chosen in _GROUPED:
        parts["group"] = groups.shown(studio, entity, typed)
    if is_fresh(studio, typed):
        parts["fresh"] = measures.shown(studio, entity, typed, checked=checked)
    return CardInput(**{**vars(plain), **parts})


def _widths(typed: Mapping[str, str], chosen: str, locale: str) -> tuple[Choice, ...]:
    now = typed.get("width", "")
    width = int(now) if now.isascii() and now.isdigit() and len(now) < 3 else 0
    if not 2 <= width <= 12:
        width = _PLAIN_WIDTHS[chosen]
    return tuple(
        Choice(str(one), say("cards.width_of", locale, width=one), one == width)
        for one in sorted({*_WIDTHS, width})
    )


def _kept(typed: MultiDict[str, str], chosen: str) -> tuple[tuple[str, str], ...]:
    """What only cards of other types read, to come back to."""
    read = {
        "number": {"metric"},
        "bar": {"metric", "top"},
        "funnel": {"entity", "date"},
        "table": {"entity", "date", "across", "top", "metrics"},
    }[chosen]
    found = [(key, typed[key]) for key in _HELD if key in typed and key not in read]
    if "metrics" not in read:
        found += [("metrics", one) for one in typed.getlist("metrics") if one != NEW]
    if chosen not in _GROUPED:
        found += [(key, text) for key, text in typed.items() if key.startswith("group.")]
    return tuple(found)


def _offered(studio: Studio, chosen: str) -> Groups:
    """All metrics by their entities, and a new one."""
    locale, app = studio.desk.locale, studio.app
    order = sorted(live_metrics(studio), key=lambda one: one.entity)
    found = tuple(
        (app.entity(entity).text(locale),
         tuple(Choice(one.id, one.text(locale), one.id == chosen) for one in some))
        for entity, some in groupby(order, key=lambda one: one.entity)
    )  # fmt: skip
    return (*found, ("", (Choice(NEW, say("cards.new_metric", locale), chosen == NEW),)))


def _row(studio: Studio, at: int, identity: str) -> Row:
    if identity == NEW:
        return Row(at=at, id=NEW, text=say("cards.new_metric", studio.desk.locale), href="")
    text = studio.app.metrics[identity].text(studio.desk.locale)
    return Row(at=at, id=identity, text=text, href=studio.paths.metric(identity))


def _more(studio: Studio, entity: Entity, rows: Iterable[str]) -> tuple[Choice, ...]:
    """The metrics that a table may still get."""
    there, locale = set(rows), studio.desk.locale
    if len(there) >= _MOST_METRICS:
        return ()
    found = [
        Choice(one.id, one.text(locale))
        for one in live_metrics(studio, entity)
        if one.id not in there
    ]
    return (*found, *(() if NEW in there else (Choice(NEW, say("cards.new_metric", locale)),)))


def _is_day(found: Type) -> bool:
    return found.kind in ("date", "datetime")


def _is_choice(found: Type) -> bool:
    return found.kind == "choice"


def read(
    studio: Studio,
    typed: MultiDict[str, str],
    before: Mapping[str, Any],
    siblings: Iterable[Mapping[str, Any]],
) -> settings.Read:
    """The data of a card (in ids) from its inputs; a metric that is made along is NEW in it."""
    locale, chosen = studio.desk.locale, type_of(typed)
    shared = ("id", "name", "aliases", "archived")
    found = settings.Read({**{key: before[key] for key in shared if key in before}, "type": chosen})
    for key in ("label", "description"):
        if texts := things.typed_labels(typed, key):
            found.data[key] = texts
    width = next((one for one in _widths(typed, chosen, locale) if one.chosen), None)
    if width is not None and int(width.name) != _CARD["width"]["default"]:
        found.data["width"] = int(width.name)
    entity = entity_of(studio, typed)
    if entity is None:
        found.refuse("entity", say("studio.setting_missing", locale))
        return found
    if chosen in _OF_METRIC:
        found.data["metric"] = _metric_of(studio, typed)
    else:
        found.data["entity"] = entity.id
        _expression(studio, entity, typed, found, "date", _is_day)
    if chosen == "table":
        _expression(studio, entity, typed, found, "across", _is_choice)
        _columns(studio, entity, typed, found)
    if chosen in _GROUPED:
        _grouped(studio, entity, typed, found)
    _filter(studio, entity, typed, found)
    if "name" not in found.data:
        _name(studio, entity, found, siblings)
    return found


def _expression(
    studio: Studio,
    entity: Entity,
    typed: Mapping[str, str],
    found: settings.Read,
    key: str,
    fits: Any,
) -> None:
    text = typed.get(key, "")
    known = fields.kind_of(studio.app, entity.id, text) if text else None
    if known is not None and fits(known):
        found.data[key] = text


def _columns(
    studio: Studio, entity: Entity, typed: MultiDict[str, str], found: settings.Read
) -> None:
    metrics = _metrics_of(studio, entity, typed)
    if metrics:
        found.data["metrics"] = metrics[:_MOST_METRICS]
    elif "across" not in found.data:
        found.refuse("metrics", say("cards.no_columns", studio.desk.locale))


def _grouped(
    studio: Studio, entity: Entity, typed: Mapping[str, str], found: settings.Read
) -> None:
    locale = studio.desk.locale
    text, lines = groups.group_of(studio, entity, typed)
    for line in lines:
        found.refuse("group", line)
    if text:
        found.data["group"] = text
    elif not lines:
        found.refuse("group", say("cards.no_group", locale))
    low, high, plain = _TOP
    top = typed.get("top", "").strip() or str(plain)
    if not (top.isascii() and top.isdigit() and len(top) < 4 and low <= int(top) <= high):
        found.refuse("top", say("cards.top_wrong", locale, low=low, high=high))
    elif int(top) != plain:
        found.data["top"] = int(top)


def _filter(
    studio: Studio, entity: Entity, typed: MultiDict[str, str], found: settings.Read
) -> None:
    asked = conditions.sent(studio, entity, "filter", typed)
    if not asked.right:
        found.refuse("filter", say("studio.condition_wrong", studio.desk.locale))
    elif asked.text:
        found.data["filter"] = conditions.in_ids(studio, entity, asked)


def _name(
    studio: Studio, entity: Entity, found: settings.Read, siblings: Iterable[Mapping[str, Any]]
) -> None:
    """The name of a new card; without a label it is called as what it shows."""
    metric = studio.app.metrics.get(found.data.get("metric", ""))
    if "label" not in found.data and found.data.get("metric") != NEW:
        label = dict(metric.label if metric else entity.label)
        if label:
            found.data["label"] = label
    label = found.data.get("label", {})
    text = label.get("en") or next(iter(label.values()), "")
    taken = {name for one in siblings for name in (things.id_of(one), str(one["name"]))}
    name = suggested_name(text, taken, otherwise="card")
    found.data |= {"id": name, "name": name}
