"""Inputs of a rule: its data (in names) as they hold it, and the data that they hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from werkzeug.datastructures import MultiDict

from fieldstone.engine.suggested_names import suggested_name
from fieldstone.metadata.checks.cron import cron_problems
from fieldstone.metadata.documents import document_of
from fieldstone.metadata.model import AlertRule, App, Entity
from fieldstone.metadata.naming import NAME
from fieldstone.metadata.problems import ProblemsError
from fieldstone.metadata.wording import expression_to_ids

from ....words import LOCALES, say
from .. import conditions, settings
from ..frame import Studio
from . import actions, telling
from .timing import PARTS, Timing, WrongTiming, cron_of, timing_of

SEVERITIES = ("high", "medium", "low")
_LABELS = ("label", "description", "message")
_MOST_COOLDOWN = 3650


@dataclass
class Read:
    """A rule's data as it was typed, with what is wrong by the name of an input."""

    data: dict[str, Any] = field(default_factory=dict)
    wrong: dict[str, list[str]] = field(default_factory=dict)

    def refuse(self, key: str, text: str) -> None:
        self.wrong.setdefault(key, []).append(text)


def typed_of(data: Mapping[str, Any]) -> MultiDict[str, str]:
    """What the inputs of a rule hold; those of a new one for data that has only an entity."""
    found: MultiDict[str, str] = MultiDict()
    found["entity"] = data["entity"]
    found["name"] = data.get("name", "")
    found["when"] = data.get("when", "")
    for key in _LABELS:
        texts = data.get(key, {})
        for locale in LOCALES:
            text = texts if isinstance(texts, str) else texts.get(locale, "")
            found[f"{key}.{locale}"] = text
    found["aliases"] = ", ".join(data.get("aliases", ()))
    found["severity"] = data.get("severity", "medium")
    found.setlist("tell", list(data.get("tell", ["owner"])))
    found["cooldown_days"] = str(data.get("cooldown_days", 0))
    found["active"] = "1" if data.get("active", True) else ""
    found.update(_typed_timing(timing_of(data["schedule"]) if "schedule" in data else Timing()))
    for name, value in actions.typed_of(list(data.get("actions", ()))):
        found.add(name, value)
    return found


def _typed_timing(one: Timing) -> dict[str, Any]:
    return {
        "schedule.kind": one.kind,
        "schedule.time": one.time,
        "schedule.days": list(one.days),
        "schedule.day": one.day,
        "schedule.minute": one.minute,
        "schedule.every": one.every,
        "schedule.cron": one.cron,
    }


def timing(typed: MultiDict[str, str]) -> Timing:
    """The schedule that is chosen."""
    given = Timing()
    kind = typed.get("schedule.kind", given.kind)
    return Timing(
        kind if kind in PARTS else given.kind,
        typed.get("schedule.time", given.time).strip(),
        tuple(typed.getlist("schedule.days")),
        typed.get("schedule.day", given.day).strip(),
        typed.get("schedule.minute", given.minute).strip(),
        typed.get("schedule.every", given.every),
        typed.get("schedule.cron", "").strip(),
    )


def entity_of(studio: Studio, typed: MultiDict[str, str]) -> Entity:
    """The entity that the rule is to be about; the room's own for none that there is."""
    assert studio.entity is not None
    wanted = typed.get("entity", "")
    live = [one for one in studio.app.entities.values() if not one.archived and not one.system]
    return next((one for one in live if wanted in (one.name, one.id)), studio.entity)


def read(studio: Studio, typed: MultiDict[str, str], before: Mapping[str, Any]) -> Read:
    """The data of a rule from its inputs, with what they do not show as it was before."""
    locale = studio.desk.locale
    entity = entity_of(studio, typed)
    found = Read({**before, "kind": "alert_rule", "entity": entity.name})
    _texts(studio, entity, typed, found)
    _name(studio, typed, found)
    asked = conditions.sent(studio, entity, "when", typed)
    found.data["when"] = asked.text
    if not asked.right and not asked.rows:
        found.refuse("when", say("studio.condition_wrong", locale))
    elif not asked.text:
        found.refuse("when", say("rules.need_condition", locale))
    _schedule(typed, found, locale)
    severity = typed.get("severity", "")
    found.data["severity"] = severity if severity in SEVERITIES else "medium"
    found.data["tell"] = list(dict.fromkeys(typed.getlist("tell")))
    _days(typed, found, locale)
    found.data["active"] = bool(typed.get("active"))
    aliases = typed.get("aliases", "").replace("，", ",").replace(",", " ").split()
    found.data["aliases"] = list(dict.fromkeys(aliases))
    settled = _settled(studio, entity, typed, found)
    found.data["actions"] = actions.read(studio.app, entity, settled, locale, found.refuse)
    _checked(studio, entity, found)
    for key, plain in (("aliases", []), ("actions", []), ("cooldown_days", 0), ("active", True)):
        if found.data.get(key) == plain and key not in before:
            found.data.pop(key)
    return found


def _texts(studio: Studio, entity: Entity, typed: MultiDict[str, str], found: Read) -> None:
    """The label, the description, and the message: the record and the label where none is typed."""
    locale = studio.desk.locale
    for key in _LABELS:
        texts = {one: typed.get(f"{key}.{one}", "").strip() for one in LOCALES}
        texts = {one: text for one, text in texts.items() if text}
        if key == "message" and not texts:
            title = entity.by_id[entity.title].name
            texts = {
                one: say("rules.plain_message", one, title=title, label=text)
                for one, text in found.data.get("label", {}).items()
            }
        if texts:
            found.data[key] = texts
        else:
            found.data.pop(key, None)
    if "label" not in found.data:
        found.refuse("label", say("studio.label_missing", locale))
    for text in found.data.get("message", {}).values():
        for line in settings.wrong_message(studio.app, entity.id, text, locale):
            found.refuse("message", line)


def _name(studio: Studio, typed: MultiDict[str, str], found: Read) -> None:
    """The name that was typed, or the one that the label gives."""
    name = typed.get("name", "").strip()
    labels = found.data.get("label", {})
    if not name and labels:
        taken = {one for rule in studio.app.rules.values() for one in (rule.id, rule.name)}
        label = labels.get("en") or next(iter(labels.values()))
        name = found.data.get("name") or suggested_name(label, taken, otherwise="rule")
    if name and not NAME.fullmatch(name):
        found.refuse("name", say("studio.name_wrong", studio.desk.locale))
    found.data["name"] = name


def _schedule(typed: MultiDict[str, str], found: Read, locale: str) -> None:
    try:
        line = cron_of(timing(typed))
    except WrongTiming as error:
        found.refuse("schedule", say(str(error), locale))
        return
    here = document_of({"kind": "alert_rule", "name": "rule"})
    for one in cron_problems(here, "/schedule", line):
        found.refuse("schedule", one.text(locale))
    found.data["schedule"] = line


def _days(typed: MultiDict[str, str], found: Read, locale: str) -> None:
    text = typed.get("cooldown_days", "").strip() or "0"
    if text.isascii() and text.isdigit() and len(text) < 5 and int(text) <= _MOST_COOLDOWN:
        found.data["cooldown_days"] = int(text)
    else:
        found.refuse("cooldown_days", say("rules.wrong_cooldown", locale, most=_MOST_COOLDOWN))


def _settled(
    studio: Studio, entity: Entity, typed: MultiDict[str, str], found: Read
) -> MultiDict[str, str]:
    """What is typed, with the condition of each action as its text."""
    settled: MultiDict[str, str] = MultiDict(typed.items(multi=True))
    for at in actions.numbers(typed, "action"):
        key = f"action.{at}.when"
        asked = conditions.sent(studio, entity, key, typed)
        settled[key] = asked.text
        if not asked.right:
            found.refuse(key, say("studio.condition_wrong", studio.desk.locale))
    return settled


def _checked(studio: Studio, entity: Entity, found: Read) -> None:
    """Refuse what is wrong with the expressions of the actions."""
    for at, one in enumerate(found.data["actions"]):
        for number, value in enumerate(one.get("set", {}).values()):
            for line in _value_lines(studio, entity, value):
                found.refuse(f"action.{at}.set.{number}", line)


def _value_lines(studio: Studio, entity: Entity, value: Any) -> Iterable[str]:
    if not isinstance(value, Mapping):
        return
    if "expr" in value:
        yield from settings.wrong_expression(
            studio.app, entity.id, value["expr"], studio.desk.locale
        )
    for text in value.get("text", {}).values():
        yield from settings.wrong_message(studio.app, entity.id, text, studio.desk.locale)


def rule_of(app: App, entity: Entity, data: Mapping[str, Any], identity: str) -> AlertRule:
    """The rule that right data (in names) declare, as it is tried: without what it writes."""
    told = [
        *data["tell"],
        *(each for one in data.get("actions", ()) for each in one.get("notify", ())),
    ]
    try:
        when = expression_to_ids(app, entity.id, data["when"])
    except ProblemsError:
        when = data["when"]
    return AlertRule(
        id=identity,
        name=data["name"],
        entity=entity.id,
        when=when,
        schedule=data.get("schedule"),
        tell=telling.in_ids(app, entity, dict.fromkeys(told)),
        cooldown_days=data.get("cooldown_days", 0),
        active=data.get("active", True),
    )


def pressed(studio: Studio, typed: MultiDict[str, str], act: str) -> MultiDict[str, str]:
    """What is typed after a button of the form; rows that were typed are kept as their text."""
    found = actions.pressed(typed, act)
    entity = entity_of(studio, found)
    asked = conditions.sent(studio, entity, "when", found)
    if asked.right:
        found["when"] = asked.text
    return found


def input_at(pointer: str, data: Mapping[str, Any]) -> str:
    """The name of the input that a place of the document is about, or "" for none."""
    parts = pointer.split("/")[1:]
    if not parts or parts[0] not in data:
        return ""
    if parts[0] != "actions" or len(parts) < 2:
        return parts[0]
    name = f"action.{parts[1]}"
    if len(parts) > 3 and parts[2] == "set":
        fields = list(data["actions"][int(parts[1])]["set"])
        return f"{name}.set.{fields.index(parts[3])}" if parts[3] in fields else f"{name}.set"
    renamed = {"notify": "tell"}
    return f"{name}.{renamed.get(parts[2], parts[2])}" if len(parts) > 2 else f"{name}.id"
