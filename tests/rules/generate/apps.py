"""Random Apps: the company, more entities around it, and expressions wherever one may stand."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from fieldstone.metadata import Document, check, document_of
from fieldstone.metadata.model import App, Entity, Field, Option, Stage
from fieldstone.metadata.problems import ProblemsError
from fieldstone.rules import check as rules_check
from fieldstone.rules import compile_expression
from fieldstone.rules.doubtful import doubts_of
from tests.rules.declared import ACCOUNT, BANDS, DEAL, FREE, INDUSTRY
from tests.rules.generate.expressions import Maker

Data = dict[str, Any]
TYPES = ("text", "integer", "decimal", "money", "percent", "boolean", "date", "datetime", "choice")
_STRING = re.compile(r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""")
_TRIES = 40
_DAY = re.compile(r"\bday\b(?! *\()")
"""A field of the company whose name documents may not give."""


def app_of_seed(seed: int) -> App:
    """A random App; the same for the same seed.

    What is accepted by itself may be too deep beside the rows of roles, or within other formulas:
    then it is made anew.
    """
    chance = random.Random(seed)
    for _ in range(_TRIES):
        checked = rules_check(_Maker(chance).documents())
        if checked.app is not None:
            return checked.app
        assert all("nested" in one.id for one in checked.problems), checked.problems
    raise AssertionError("no App is accepted")


def spaced(text: str, chance: random.Random) -> str:
    """An expression with other spaces between its words, never within quotes."""
    parts = _STRING.split(text)
    for at in range(0, len(parts), 2):
        plain = re.sub(r" ", lambda _: " " * chance.choice((1, 1, 2, 3)), parts[at])
        plain = re.sub(r"[(]", lambda _: "(" + " " * chance.choice((0, 0, 1)), plain)
        parts[at] = re.sub(r"[)]", lambda _: " " * chance.choice((0, 0, 2)) + ")", plain)
    return "".join(parts)


class _Maker:
    """Makes the structure first, then what is said of it."""

    def __init__(self, chance: random.Random) -> None:
        self.random = chance
        self.others = [f"thing_{at}" for at in range(chance.randint(1, 3))]
        self.entities: dict[str, Data] = {"account": _entity(ACCOUNT), "deal": _entity(DEAL)}
        for name in self.others:
            self.entities[name] = {"kind": "entity", "name": name, "title": "name", "fields": []}

    def documents(self) -> tuple[Document, ...]:
        """The whole App; what comes later may read what came before."""
        for name in self.others:
            self.entities[name]["fields"] = list(self.fields(name))
        self.entities["account"]["fields"] += self.references("account", 1)
        self.entities["deal"]["fields"] += self.references("deal", 1)
        said = _Saying(self.random, self.app())
        for name, data in self.entities.items():
            said.entity(name, data)
        said = _Saying(self.random, self.app())
        return self.written(said.surfaces())

    def app(self) -> App:
        """The App so far."""
        checked = check(self.written(()))
        assert checked.app is not None, [one.line() for one in checked.problems]
        return checked.app

    def written(self, more: Sequence[Data]) -> tuple[Document, ...]:
        """The documents so far, and more."""
        scheme = {
            "kind": "tier_scheme", "name": "abc", "entity": "account", "field": "tier",
            "measure": "amount", "method": "share_of_records", "schedule": "0 2 1 * *",
            "bands": [_option(one) for one in BANDS],
        }  # fmt: skip
        dimensions = [
            {
                "kind": "tag_dimension", "name": one.name, "exclusive": one.exclusive,
                "tags": [_option(tag) for tag in one.tags],
            }
            for one in (INDUSTRY, FREE)
        ]  # fmt: skip
        app = {"kind": "app", "name": "made", "version": "1.0.0"}
        own = {(one["kind"], one["name"]) for one in more}
        given = [app, *self.entities.values(), *dimensions, scheme]
        kept = [one for one in given if (one["kind"], one["name"]) not in own]
        return tuple(document_of(one) for one in (*kept, *more))

    def fields(self, entity: str) -> Iterator[Data]:
        """A field of each of some types, and references to others."""
        yield {"name": "name", "type": "text", "max_length": 100}
        for kind in self.random.sample(TYPES, self.random.randint(3, len(TYPES))):
            one: Data = {"name": f"{kind}_{self.random.randint(1, 9)}", "type": kind}
            if kind == "decimal":
                one["scale"] = self.random.randint(1, 6)
            if kind == "choice":
                names = self.random.sample(("new", "old", "in_use", "apart", "islands"), 3)
                one["options"] = [
                    {"id": f"o{at}", "name": name, "properties": {"weight": at}}
                    for at, name in enumerate(names)
                ]
            yield one
        if self.random.random() < 0.6:
            yield {
                "name": "marks",
                "type": "tags",
                "dimension": self.random.choice(("free", "industry")),
            }
        if self.random.random() < 0.6:
            yield {"name": "owner", "type": "owner"}
        yield from self.references(entity, self.random.randint(1, 3))

    def references(self, entity: str, count: int) -> Iterator[Data]:
        """References to others, which lead back."""
        for at in range(count):
            to = self.random.choice(list(self.entities))
            name = f"{entity}_ref_{at}"
            yield {"name": name, "type": "reference", "to": to, "inverse": f"of_{name}"}


class _Saying:
    """Says things of an App: every expression is accepted by itself."""

    def __init__(self, chance: random.Random, app: App) -> None:
        self.random = chance
        self.app = app
        self.maker = Maker(chance)

    def chosen(self, probability: float = 0.6) -> bool:
        return self.random.random() < probability

    def expression(
        self, entity: str, kind: str = "boolean", parent: str | None = None, viewer: bool = False
    ) -> str:
        """An accepted expression of a kind over an entity, with random spaces."""
        for _ in range(_TRIES):
            if entity == "account" and parent is None and self.chosen(0.5):
                text = _DAY.sub("the_day", self.maker.make(kind, self.random.randint(1, 3)))
            else:
                text = self.plain(entity, kind, self.random.randint(0, 2), parent)
            text = spaced(text, self.random)
            if self.accepted(entity, text, kind, parent, viewer):
                return text
        return {"boolean": "len(name) > 3", "number": "len(name)"}.get(kind, "name")

    def accepted(self, entity: str, text: str, kind: str, parent: str | None, viewer: bool) -> bool:
        try:
            found = compile_expression(
                self.app, entity, text, parent=parent, allow_viewer=viewer, space="name"
            )
        except ProblemsError:
            return False
        fitting = {"number": ("number", "money")}.get(kind, (kind,))
        return found.type.kind in fitting and not list(doubts_of(found)) and len(text) < 600

    def plain(self, entity: str, kind: str, depth: int, parent: str | None = None) -> str:
        """An expression over any entity, from what its fields are."""
        one = self.app.entity_named(entity)
        assert one is not None
        if kind == "number":
            return self.number(one, depth)
        if kind == "text":
            return f'concat(name, "{self.random.choice("ab")}")'
        if depth and self.chosen(0.5):
            word = self.random.choice((" and ", " or "))
            parts = [self.plain(entity, kind, depth - 1, parent) for _ in range(2)]
            return f"({word.join(parts)})"
        if parent is not None and self.chosen():
            outer = self.app.entity_named(parent)
            assert outer is not None
            return self.over(outer, self.random.choice(_own(outer)), "parent.", depth)
        if self.chosen(0.3) and (back := self.app.inverses.get(one.id)):
            return self.related(list(back.values()), depth)
        return self.over(one, self.random.choice(_own(one)), "", depth)

    def related(self, back: Sequence[tuple[Entity, Field]], depth: int) -> str:
        child, field = self.random.choice(back)
        inner = self.plain(child.name, "boolean", max(0, depth - 1))
        return self.random.choice(
            (
                f"any({field.inverse}, {inner})",
                f"count({field.inverse}, {inner}) >= {self.random.randint(1, 3)}",
                f"not all({field.inverse}, {inner})",
                f'last({field.inverse}.name, by=id) == "a"',
            )
        )

    def number(self, entity: Entity, depth: int) -> str:
        named = [one.name for one in _own(entity) if one.type in ("integer", "money", "decimal")]
        leaf = self.random.choice([*named, "len(name)"])
        if depth and self.chosen():
            other = self.number(entity, depth - 1)
            return self.random.choice(
                (f"coalesce({leaf}, {other})", f"({leaf} + 1) * 2", f"max_of({leaf}, {other})")
            )
        return leaf

    def over(self, entity: Entity, one: Field, before: str, depth: int) -> str:
        """A condition over one field."""
        path = before + one.name
        written = [f'"{option.name}"' for option in one.options if not option.archived]
        ways: Mapping[str, Callable[[], str]] = {
            "text": lambda: self.random.choice((f'contains({path}, "a b")', f'{path} != "x"')),
            "boolean": lambda: self.random.choice((path, f"not {path}")),
            "date": lambda: f"days_since({path}) > {self.random.randint(1, 90)}",
            "datetime": lambda: f"{path} < now()",
            "tags": lambda: f"{self.random.choice(written)} in {path}",
            "owner": lambda: f'{path}.name == "Li"',
        }
        if one.type == "reference" and one.to and depth:
            other = self.app.entities[one.to]
            return self.over(other, self.random.choice(_own(other)), f"{path}.", depth - 1)
        if one.type in ("choice", "stage", "tier") and written:
            some = ", ".join(self.random.sample(written, 2))
            return self.random.choice((f"{path} == {written[0]}", f"{path} not in [{some}]"))
        if one.type in ("integer", "decimal", "money", "percent"):
            return f"{path} {self.random.choice(('>', '<=', '=='))} {self.random.randint(1, 99)}"
        return ways.get(one.type, lambda: f"{path} is not None")()

    def entity(self, name: str, data: Data) -> None:
        """Formulas, checks, conditions of fields and stages, which records a reference takes."""
        for one in data["fields"]:
            if one["type"] == "reference" and self.chosen(0.4):
                one["where"] = self.expression(one["to"], parent=name)
            if one["type"] in ("text", "date", "money") and self.chosen(0.2):
                one["required_when"] = self.expression(name)
        for at in range(self.random.randint(0, 2)):
            kind = self.random.choice(("boolean", "number", "text"))
            formula = self.expression(name, kind)
            data["fields"].append({"name": f"made_{at}", "type": "formula", "formula": formula})
        data["checks"] = [
            {"name": f"check_{at}", "that": self.expression(name), "message": "no"}
            for at in range(self.random.randint(0, 2))
        ]
        for stage in data.get("pipeline", {}).get("stages", ()):
            if self.chosen(0.4):
                stage["enter_when"] = self.expression(name)
            if self.chosen(0.3):
                stage["requires"] = ["closed_on"]

    def surfaces(self) -> list[Data]:
        """Views, forms, rules, a tier scheme, metrics, a dashboard and roles."""
        names = [one.name for one in self.app.entities.values() if not one.system]
        found: list[Data] = []
        for name in names:
            found += [self.view(name), self.form(name)]
            if self.chosen():
                found.append(self.rule(name))
        found += [self.metric("m_count", "deal"), self.metric("m_sum", "account", "sum")]
        found.append(self.scheme())
        found.append(self.dashboard())
        found += [self.role("seller", names), self.role("helper", names)]
        return found

    def some(self, entity: str, *types: str) -> list[str]:
        """Names of some fields, of some types."""
        one = self.app.entity_named(entity)
        assert one is not None
        names = [each.name for each in _own(one) if not types or each.type in types]
        return self.random.sample(names, self.random.randint(1, min(4, len(names))))

    def view(self, name: str) -> Data:
        return {
            "kind": "view", "name": f"{name}_view", "entity": name, "type": "list",
            "columns": [{"field": one} for one in dict.fromkeys(["name", *self.some(name)])],
            "filter": self.expression(name, viewer=True),
            "sort": [self.random.choice(("", "-")) + "name"],
        }  # fmt: skip

    def form(self, name: str) -> Data:
        fields = [
            {
                "field": one,
                self.random.choice(("visible_when", "read_only_when")): self.expression(name),
            }
            for one in self.some(name)
        ]
        section = {"name": "more", "visible_when": self.expression(name), "fields": fields}
        basics = {"name": "basics", "fields": [{"field": "name"}]}
        if fields[0]["field"] == "name":
            return {"kind": "form", "name": f"{name}_edit", "entity": name, "sections": [section]}
        fields[:] = [one for one in fields if one["field"] != "name"]
        sections = [basics, section] if fields else [basics]
        return {"kind": "form", "name": f"{name}_edit", "entity": name, "sections": sections}

    def rule(self, name: str) -> Data:
        value = spaced(self.plain(name, "text", 0), self.random)
        return {
            "kind": "alert_rule", "name": f"{name}_rule", "entity": name,
            "when": self.expression(name), "schedule": "0 9 * * *",
            "message": {"en": "{{ name }} is due", "zh-CN": f"{{{{ {value} }}}}到期"},
            "tell": ["role:seller"],
            "actions": [
                {"id": "note", "when": self.expression(name), "set": {"name": {"expr": value}}}
            ],
        }  # fmt: skip

    def metric(self, name: str, entity: str, aggregate: str = "count") -> Data:
        value: Data = {"aggregate": aggregate, "where": self.expression(entity)}
        if aggregate == "sum":
            value["of"] = self.expression(entity, "number")
        return {
            "kind": "metric", "name": name, "entity": entity, "value": value,
            "filter": self.expression(entity),
            "date": "closed_on" if entity == "deal" else "the_day",
        }  # fmt: skip

    def scheme(self) -> Data:
        return {
            "kind": "tier_scheme", "name": "abc", "entity": "account", "field": "tier",
            "measure": self.expression("account", "number"), "where": self.expression("account"),
            "method": "share_of_records", "schedule": "0 2 1 * *",
            "bands": [_option(one) for one in BANDS],
        }  # fmt: skip

    def dashboard(self) -> Data:
        card = {
            "name": "by", "type": "bar", "metric": "m_count", "group": "stage",
            "filter": self.expression("deal"),
        }  # fmt: skip
        total = {"name": "total", "type": "number", "metric": "m_sum"}
        return {"kind": "dashboard", "name": "board", "period": "this_year", "cards": [total, card]}

    def role(self, name: str, names: Sequence[str]) -> Data:
        listed = self.random.sample(names, self.random.randint(1, len(names)))
        entities = []
        for one in listed:
            rows = self.random.choice(("own", "all", "", ""))
            owned = any(each.type == "owner" for each in self.app.entities[one].fields)
            if not rows or (rows == "own" and not owned):
                rows = self.expression(one, viewer=True)
            hidden = [field for field in self.some(one) if field != "name"]
            entities.append({"entity": one, "rows": rows, "update": True, "hidden_fields": hidden})
        return {"kind": "role", "name": name, "entities": entities}


def _own(entity: Entity) -> list[Field]:
    """The fields that the documents declare."""
    own = [one for one in entity.live_fields if not one.system]
    return [one for one in own if not one.name.endswith(("_since", "_before", "_entered_at"))]


def _entity(entity: Entity) -> Data:
    fields = [_field(one) for one in entity.fields if not one.system and one.id != "tier_before"]
    data: Data = {"kind": "entity", "name": entity.name, "title": entity.title, "fields": fields}
    if entity.pipeline:
        stages = [_option(one) for one in entity.pipeline.stages]
        data["pipeline"] = {"field": entity.pipeline.field, "stages": stages}
    return data


def _field(one: Field) -> Data:
    name = _DAY.sub("the_day", one.name)
    found: Data = {"id": one.id, "name": name, "type": one.type}
    for key in ("to", "inverse", "dimension", "scheme", "formula", "stored"):
        if value := getattr(one, key):
            found[key] = _DAY.sub("the_day", value) if key == "formula" else value
    if one.type == "decimal":
        found["scale"] = one.scale
    if one.type == "choice":
        found["options"] = [_option(each) for each in one.options]
    return found


def _option(one: Option) -> Data:
    found: Data = {"id": one.id, "name": one.name}
    properties = dict(one.properties)
    if isinstance(one, Stage):
        found |= {key: properties[key] for key in ("probability", "max_days") if key in properties}
        return found | ({"closed": one.closed} if one.closed else {})
    if share := getattr(one, "share", None):
        found["share"] = share
    if getattr(one, "rest", False):
        found["rest"] = True
    return found | ({"properties": properties} if properties else {})
