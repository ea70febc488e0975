"""Fields: bounds, defaults, patterns, transitions and what only one field may be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ..build_parts import exact
from ..documents import Document
from ..fields import DIGITS, TYPES, pattern
from ..model.families import family_of
from ..naming import is_reserved
from ..problems import Problem
from ..schema import schema_of
from ..shown_names import TypeNames
from .context import Checking, Data, live, problem
from .values import literal_problems

_STAGE_PROPERTIES = frozenset({"probability", "max_days", "closed", "outcome"})
_NOT_UNIQUE = frozenset({"long_text", "tags", "formula", "boolean"})
MAX_TEXT = 1000


def check_fields(checking: Checking) -> Iterator[Problem]:
    """Each live field by itself."""
    for document in checking.kind("entity"):
        for index, field in live(document.data["fields"]):
            for check in _OF_FIELD:
                for found in check(checking, document, field):
                    yield found.at(document.path, f"/fields/{index}")


def check_entities(checking: Checking) -> Iterator[Problem]:
    """What the fields of an entity must be together: one owner, one field a dimension, no more
    with the archived ones than it may list when it is published."""
    most = schema_of("entity")["properties"]["fields"]["maxItems"]
    for document in checking.kind("entity"):
        yield from _only_once(document)
        count = len(document.data["fields"])
        if count > most:
            params = {"entity": document.name, "count": count, "most": most}
            yield problem(document, "/fields", "entity.too_many_fields", **params)
        for index, group in live(document.data.get("unique")):
            for place, field_id in enumerate(group["fields"]):
                kind = checking.space.type_of(document.id, field_id)
                if kind is not None and family_of(kind) in _NOT_UNIQUE:
                    where = f"/unique/{index}/fields/{place}"
                    yield problem(
                        document, where, "unique.field_type", name=field_id, type=TypeNames(kind)
                    )


def _only_once(document: Document) -> Iterator[Problem]:
    owners: list[str] = []
    dimensions: dict[str, str] = {}
    for index, field in live(document.data["fields"]):
        if field["type"] == "owner":
            owners.append(field["name"])
            if len(owners) > 1:
                params = {"name": field["name"], "other": owners[0]}
                yield problem(document, f"/fields/{index}/type", "owner.several", **params)
        dimension = field.get("dimension")
        if dimension in dimensions:
            params = {"dimension": dimension, "other": dimensions[dimension]}
            yield problem(document, f"/fields/{index}/dimension", "tags.dimension_twice", **params)
        if dimension:
            dimensions[dimension] = field["name"]


def _bounds(checking: Checking, document: Document, field: Data) -> Iterator[Problem]:
    low, high = exact(field.get("min")), exact(field.get("max"))
    for key, bound in (("min", low), ("max", high)):
        if bound is None:
            continue
        if bound and bound.adjusted() >= DIGITS:
            yield Problem("field.bound_digits", {"digits": DIGITS}, None, f"/{key}")
        if family_of(field["type"]) == "integer" and bound != bound.to_integral_value():
            yield Problem("field.bound_whole", {"bound": str(bound)}, None, f"/{key}")
    between = TYPES[field["type"]].max_between
    if between and high is not None and not between[0] <= high <= between[1]:
        yield Problem("field.max_between", {"least": between[0], "most": between[1]}, None, "/max")
    if low is not None and high is not None and low > high:
        yield Problem("field.min_above_max", {"min": str(low), "max": str(high)}, None, "/min")


def _length(checking: Checking, document: Document, field: Data) -> Iterator[Problem]:
    if family_of(field["type"]) == "text" and field.get("max_length", 0) > MAX_TEXT:
        yield Problem("field.max_length", {"limit": MAX_TEXT}, None, "/max_length")


def _pattern(checking: Checking, document: Document, field: Data) -> Iterator[Problem]:
    if field["type"] == "auto_number" and pattern(field["pattern"]) is None:
        yield Problem("field.pattern", {"pattern": field["pattern"]}, None, "/pattern")


def _default(checking: Checking, document: Document, field: Data) -> Iterator[Problem]:
    given = field.get("default")
    if given is None or isinstance(given, dict):
        return
    for found in literal_problems(checking, document.id, field["id"], given):
        yield found.at(None, "/default")


def _options(checking: Checking, document: Document, field: Data) -> Iterator[Problem]:
    options = field.get("options")
    if options is not None and not any(live(options)):
        yield Problem("field.no_options", {}, None, "/options")
    if options is not None:
        yield from properties_problems(options, "/options", frozenset())


def _transitions(checking: Checking, document: Document, field: Data) -> Iterator[Problem]:
    """From the default on, every option can be reached."""
    transitions, start = field.get("transitions"), field.get("default")
    if transitions is None or not isinstance(start, str):
        return
    reached, waiting = {start}, [start]
    while waiting:
        for after in transitions.get(waiting.pop(), ()):
            if after not in reached:
                reached.add(after)
                waiting.append(after)
    for _, option in live(field.get("options")):
        if option["id"] not in reached:
            params = {"name": option["name"], "start": start}
            yield Problem("transitions.unreachable", params, None, "/transitions")


def _stage(checking: Checking, document: Document, field: Data) -> Iterator[Problem]:
    if field["type"] != "stage":
        return
    pipeline = document.data.get("pipeline")
    if pipeline is None or pipeline["field"] != field["id"]:
        yield Problem("stage.no_pipeline", {"name": field["name"]}, None, "/type")


def _tier(checking: Checking, document: Document, field: Data) -> Iterator[Problem]:
    if field["type"] != "tier":
        return
    scheme = checking.space.kind("tier_scheme").by_id.get(field["scheme"])
    if scheme is None:
        return
    if (scheme.data.get("entity"), scheme.data.get("field")) != (document.id, field["id"]):
        params = {"scheme": scheme.name, "field": f"{document.name}.{field['name']}"}
        yield Problem("tier.scheme_elsewhere", params, None, "/scheme")


def _inverse(checking: Checking, document: Document, field: Data) -> Iterator[Problem]:
    if field.get("inverse") and field.get("to") == "member":
        yield Problem("inverse.of_member", {}, None, "/inverse")


_OF_FIELD: tuple[Callable[[Checking, Document, Data], Iterator[Problem]], ...] = (
    _bounds,
    _length,
    _pattern,
    _default,
    _options,
    _transitions,
    _stage,
    _tier,
    _inverse,
)


def properties_problems(options: Any, pointer: str, taken: frozenset[str]) -> Iterator[Problem]:
    """Declared properties have names that the language can read, and one type among siblings."""
    types: dict[str, str] = {}
    for index, option in live(options):
        for name, value in option.get("properties", {}).items():
            place = f"{pointer}/{index}/properties/{name}"
            if name in taken or is_reserved(name):
                yield Problem("property.reserved", {"name": name}, None, place)
            kind = _kind(value)
            if types.setdefault(name, kind) != kind:
                params = {"name": name, "type": kind, "other": types[name]}
                yield Problem("property.type", params, None, place)


def stage_properties(stages: Any, pointer: str) -> Iterator[Problem]:
    """`properties_problems` for stages, which have properties of their own."""
    return properties_problems(stages, pointer, _STAGE_PROPERTIES)


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    return "text" if isinstance(value, str) else "number"
