"""Actions of a rule as inputs: what each does, the fields that it writes, and back to data."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from werkzeug.datastructures import MultiDict

from fieldstone.metadata.json_text import number_text
from fieldstone.metadata.model import App, Entity, Field

from ....words import LOCALES, say
from ...lists import Choice
from . import telling

KINDS = ("create", "set", "notify", "webhook")
WAYS = ("value", "expr", "text")
MOST = 20
"""As many actions, and as many fields of one, as the room shows."""
_NUMBERS = frozenset({"integer", "decimal", "money", "percent"})
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")

Refuse = Callable[[str, str], None]
"""Says that the input of that name holds something wrong."""


@dataclass(frozen=True, kw_only=True)
class SettingRow:
    """One field that an action writes; `options` where its value is one of several."""

    name: str
    fields: tuple[Choice, ...]
    ways: tuple[Choice, ...]
    way: str
    value: str
    several: bool
    options: tuple[Choice, ...]
    texts: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class ActionRow:
    """One action as inputs, which are called `action.N.` and their key."""

    name: str
    at: int
    id: str
    kind: str
    entities: tuple[Choice, ...]
    links: tuple[Choice, ...]
    endpoint: str
    tell: tuple[Choice, ...]
    settings: tuple[SettingRow, ...]


def typed_of(actions: list[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """The data of actions (in names) as their inputs hold it."""
    for at, one in enumerate(actions):
        name = f"action.{at}"
        yield f"{name}.id", one["id"]
        yield f"{name}.kind", next(each for each in KINDS if each in one)
        for key in ("when", "create", "link", "webhook"):
            if key in one:
                yield f"{name}.{key}", one[key]
        yield from ((f"{name}.tell", each) for each in one.get("notify", ()))
        for number, (field, value) in enumerate(one.get("set", {}).items()):
            yield from _typed_setting(f"{name}.set.{number}", field, value)


def _typed_setting(name: str, field: str, value: Any) -> Iterator[tuple[str, str]]:
    yield f"{name}.field", field
    way = "value"
    if isinstance(value, Mapping):
        way = "expr" if "expr" in value else "text"
    yield f"{name}.way", way
    if way == "text":
        texts = value["text"]
        for locale in LOCALES:
            text = texts if isinstance(texts, str) else texts.get(locale, "")
            yield f"{name}.text.{locale}", text
    elif isinstance(value, Mapping):
        yield f"{name}.value", value["expr"]
    else:
        for one in value if isinstance(value, list | tuple) else (value,):
            yield f"{name}.value", _literal_text(one)


def _literal_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return number_text(value) if isinstance(value, int | Decimal) else str(value)


def rows(
    app: App, entity: Entity, typed: MultiDict[str, str], locale: str
) -> tuple[ActionRow, ...]:
    """The actions as they are typed."""
    return tuple(_row(app, entity, typed, at, locale) for at in numbers(typed, "action"))


def numbers(typed: MultiDict[str, str], before: str) -> list[int]:
    """The numbers that stand after `before.` in the names of inputs."""
    found = set()
    for name in typed:
        rest = name.removeprefix(f"{before}.")
        number = rest.split(".")[0]
        if rest != name and number.isascii() and number.isdigit() and len(number) < 3:
            found.add(int(number))
    return sorted(found)[:MOST]


def _target(app: App, entity: Entity, typed: MultiDict[str, str], name: str) -> Entity | None:
    """The entity whose fields an action writes."""
    if typed.get(f"{name}.kind") != "create":
        return entity
    wanted = typed.get(f"{name}.create", "")
    return next((one for one in _entities(app) if wanted in (one.name, one.id)), None)


def _entities(app: App) -> list[Entity]:
    return [one for one in app.entities.values() if not one.archived and not one.system]


def _row(app: App, entity: Entity, typed: MultiDict[str, str], at: int, locale: str) -> ActionRow:
    name = f"action.{at}"
    target = _target(app, entity, typed, name)
    create, link = typed.get(f"{name}.create", ""), typed.get(f"{name}.link", "")
    links = [
        one
        for one in (target.live_fields if target else ())
        if one.family == "reference" and one.to == entity.id
    ]
    return ActionRow(
        name=name,
        at=at,
        id=typed.get(f"{name}.id", ""),
        kind=typed.get(f"{name}.kind", "create"),
        entities=tuple(
            Choice(one.name, one.text(locale), one.name == create) for one in _entities(app)
        ),
        links=tuple(Choice(one.name, one.text(locale), one.name == link) for one in links),
        endpoint=typed.get(f"{name}.webhook", ""),
        tell=telling.choices(app, entity, typed.getlist(f"{name}.tell"), locale),
        settings=tuple(
            _setting(target, typed, f"{name}.set.{number}", locale)
            for number in numbers(typed, f"{name}.set")
        ),
    )


def _written(target: Entity | None) -> list[Field]:
    """The fields that an action may write."""
    return [
        one
        for one in (target.live_fields if target else ())
        if not one.system and one.family not in ("formula", "auto_number", "tier")
    ]


def _setting(
    target: Entity | None, typed: MultiDict[str, str], name: str, locale: str
) -> SettingRow:
    fields = _written(target)
    chosen = typed.get(f"{name}.field", "")
    one = next((each for each in fields if each.name == chosen), None)
    way = typed.get(f"{name}.way", "value")
    held = typed.getlist(f"{name}.value")
    offered = tuple(Choice(each.name, each.text(locale), each is one) for each in fields)
    if chosen and one is None:
        offered = (*offered, Choice(chosen, chosen, True))
    return SettingRow(
        name=name,
        fields=offered,
        ways=tuple(Choice(each, say(f"rules.way.{each}", locale), each == way) for each in WAYS),
        way=way,
        value=", ".join(held),
        several=one is not None and one.family == "tags",
        options=_options(one, held, locale),
        texts={each: typed.get(f"{name}.text.{each}", "") for each in LOCALES},
    )


def _options(one: Field | None, held: list[str], locale: str) -> tuple[Choice, ...]:
    if one is None:
        return ()
    if one.family == "boolean":
        return tuple(
            Choice(name, say(f"value.{word}", locale), name in held)
            for name, word in (("true", "yes"), ("false", "no"))
        )
    return tuple(
        Choice(each.name, each.text(locale), each.name in held)
        for each in one.options
        if not each.archived
    )


def pressed(typed: MultiDict[str, str], act: str) -> MultiDict[str, str]:
    """What is typed after a button: `action.add`, `action.drop.0`, `set.add.0`, `set.drop.0.1`."""
    found: MultiDict[str, str] = MultiDict(typed.items(multi=True))
    what, _, rest = act.partition(".")
    do, *places = rest.split(".")
    at = [one for one in places if one.isascii() and one.isdigit()]
    before = "action" if what == "action" else f"action.{at[0]}.set" if at else ""
    if do == "add" and before:
        number = max(numbers(typed, before), default=-1) + 1
        if number < MOST:
            key = "kind" if what == "action" else "field"
            found[f"{before}.{number}.{key}"] = "create" if what == "action" else ""
    elif do == "drop" and before and at:
        gone = f"{before}.{at[-1]}."
        return MultiDict(one for one in typed.items(multi=True) if not one[0].startswith(gone))
    return found


def read(
    app: App, entity: Entity, typed: MultiDict[str, str], locale: str, refuse: Refuse
) -> list[dict[str, Any]]:
    """The data of the actions, in names."""
    found: list[dict[str, Any]] = []
    taken = {typed.get(f"action.{at}.id", "") for at in numbers(typed, "action")}
    for at in numbers(typed, "action"):
        name = f"action.{at}"
        kind = typed.get(f"{name}.kind", "create")
        identity = typed.get(f"{name}.id", "").strip()
        if not identity:
            identity = next(each for n in range(1, 100) if (each := f"{kind}_{n}") not in taken)
            taken.add(identity)
        data: dict[str, Any] = {"id": identity}
        if when := typed.get(f"{name}.when", "").strip():
            data["when"] = when
        data |= _kind_data(app, entity, typed, name, kind, locale, refuse)
        found.append(data)
    return found


def _kind_data(
    app: App,
    entity: Entity,
    typed: MultiDict[str, str],
    name: str,
    kind: str,
    locale: str,
    refuse: Refuse,
) -> dict[str, Any]:
    if kind == "notify":
        tell = list(dict.fromkeys(typed.getlist(f"{name}.tell")))
        if not tell:
            refuse(f"{name}.tell", say("rules.need_people", locale))
        return {"notify": tell}
    if kind == "webhook":
        endpoint = typed.get(f"{name}.webhook", "").strip()
        if not endpoint:
            refuse(f"{name}.webhook", say("studio.setting_missing", locale))
        return {"webhook": endpoint}
    data: dict[str, Any] = {}
    if kind == "create":
        data["create"] = typed.get(f"{name}.create", "")
        if not data["create"]:
            refuse(f"{name}.create", say("studio.setting_missing", locale))
        if link := typed.get(f"{name}.link", ""):
            data["link"] = link
    target = _target(app, entity, typed, name)
    known = {one.name: one for one in _written(target)}
    settings = {}
    for number in numbers(typed, f"{name}.set"):
        at = f"{name}.set.{number}"
        field = typed.get(f"{at}.field", "")
        if field:
            settings[field] = _value(known.get(field), typed, at, locale, refuse)
    if settings:
        data["set"] = settings
    elif kind == "set":
        refuse(f"{name}.set", say("rules.need_field", locale))
    return data


def _value(
    one: Field | None, typed: MultiDict[str, str], at: str, locale: str, refuse: Refuse
) -> Any:
    way = typed.get(f"{at}.way", "value")
    if way == "text":
        texts = {each: typed.get(f"{at}.text.{each}", "").strip() for each in LOCALES}
        texts = {each: text for each, text in texts.items() if text}
        if not texts:
            refuse(at, say("studio.setting_missing", locale))
        return {"text": texts}
    held = [each.strip() for each in typed.getlist(f"{at}.value") if each.strip()]
    if not held:
        refuse(at, say("studio.setting_missing", locale))
        return ""
    if way == "expr":
        return {"expr": held[-1]}
    if one is not None and one.family == "tags":
        return held
    if one is not None and one.family == "boolean":
        return held[-1] == "true"
    if one is not None and one.family in _NUMBERS:
        if not _NUMBER.fullmatch(held[-1]):
            refuse(at, say("studio.not_number", locale))
            return 0
        number = Decimal(held[-1])
        return int(number) if number == number.to_integral_value() else number
    return held[-1]
