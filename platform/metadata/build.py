"""Building the App: checked documents in ids become the one immutable value."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from . import build_figures, build_rules
from .build_parts import exact, labels, named, option, property_labels, work_calendar
from .documents import Document
from .fields import TYPES
from .fields.percent import SCALE as PERCENT_SCALE
from .model import (
    App,
    Band,
    Check,
    ChecklistItem,
    Comparison,
    Default,
    DuplicateKey,
    Entity,
    Field,
    Manifest,
    MenuItem,
    Module,
    Option,
    Pipeline,
    Stage,
    TagDimension,
    TierScheme,
    UniqueGroup,
)
from .model.families import family_of
from .modules import Switched, switched
from .problems import ProblemsError
from .system import SYSTEM_ENTITIES, SYSTEM_FIELDS, companions

_NOTHING: Mapping[str, Any] = {}
DECIMAL_SCALE = 2


def build(documents: Iterable[Document], held: Switched | None = None) -> App:
    """The App of documents in ids; they must have passed `check`.

    `held` is what is switched on of them; what they say themselves if None.
    """
    everything = tuple(sorted(documents, key=lambda one: one.key))
    held = held or switched(everything)
    builder = _Builder(tuple(sorted(held.documents, key=lambda one: one.key)))
    return App(
        hash=app_hash(everything),
        manifest=builder.manifest,
        entities={
            **{one.id: builder.entity(one.data) for one in builder.kind("entity")},
            **SYSTEM_ENTITIES,
        },
        dimensions=builder.dimensions,
        schemes=builder.schemes,
        rules={
            one.id: build_rules.alert_rule(one.data, builder.literal)
            for one in builder.kind("alert_rule")
        },
        forms={one.id: build_rules.form(one.data) for one in builder.kind("form")},
        views={one.id: build_rules.view(one.data) for one in builder.kind("view")},
        metrics={one.id: build_figures.metric(one.data) for one in builder.kind("metric")},
        dashboards={one.id: build_figures.dashboard(one.data) for one in builder.kind("dashboard")},
        roles={one.id: build_rules.role(one.data) for one in builder.kind("role")},
        documents=everything,
        hidden=frozenset(held.hidden),
        hides=held.things,
    )


def app_hash(documents: Iterable[Document]) -> str:
    """The sha256 of the content hashes of documents in ids, whatever their order."""
    whole = hashlib.sha256()
    for document in sorted(documents, key=lambda one: one.key):
        whole.update(f"{document.key}\n{document.hash}\n".encode())
    return whole.hexdigest()


class _Builder:
    """Builds entities with what lies in other documents: dimensions, schemes, the manifest."""

    def __init__(self, documents: tuple[Document, ...]) -> None:
        self.documents = documents
        self.manifest = _manifest(next((one.data for one in self.kind("app")), _NOTHING))
        self.dimensions = {one.id: _dimension(one.data) for one in self.kind("tag_dimension")}
        self.schemes = {one.id: _scheme(one.data) for one in self.kind("tier_scheme")}
        self._entities = {one.id: one.data for one in self.kind("entity")}

    def kind(self, kind: str) -> tuple[Document, ...]:
        return tuple(one for one in self.documents if one.kind == kind)

    def entity(self, data: Mapping[str, Any]) -> Entity:
        pipeline = _pipeline(data.get("pipeline"))
        fields = [self.field(one, pipeline) for one in data["fields"]]
        beside = [one for each in fields for one in companions(each)]
        return Entity(
            **named(data),
            plural=labels(data.get("plural")),
            icon=data.get("icon", ""),
            title=data["title"],
            subtitle=data.get("subtitle"),
            header=tuple(data.get("header", ())),
            fields=(*fields, *beside, *SYSTEM_FIELDS),
            checks=tuple(
                Check(
                    **named(one),
                    that=one["that"],
                    message=labels(one["message"]),
                    fields=tuple(one.get("fields", ())),
                )
                for one in data.get("checks", ())
            ),
            unique=tuple(
                UniqueGroup(**named(one), fields=tuple(one["fields"]))
                for one in data.get("unique", ())
            ),
            duplicates=tuple(
                DuplicateKey(**named(one), compare=tuple(Comparison(**it) for it in one["compare"]))
                for one in data.get("duplicates", ())
            ),
            pipeline=pipeline,
        )

    def field(self, data: Mapping[str, Any], pipeline: Pipeline | None) -> Field:
        kind = data["type"]
        options, exclusive = self.options(data, pipeline)
        transitions = data.get("transitions")
        return Field(
            **named(data),
            type=kind,
            help=labels(data.get("help")),
            placeholder=labels(data.get("placeholder")),
            required=bool(data.get("required", False)),
            required_when=data.get("required_when"),
            unique=bool(data.get("unique", False)),
            search=bool(data.get("search", False)),
            read_only=bool(data.get("read_only", False)) or TYPES[kind].computed,
            default=self.default(data, options),
            max_length=data.get("max_length", getattr(TYPES[kind], "default_length", None)),
            person=bool(data.get("person", False)),
            scale=self.scale(data),
            min=exact(data["min"]) if "min" in data else TYPES[kind].default_min,
            max=exact(data["max"]) if "max" in data else TYPES[kind].default_max,
            to="member" if kind in {"owner", "member"} else data.get("to"),
            inverse=data.get("inverse"),
            inverse_id=data.get("inverse_id"),
            inverse_label=labels(data.get("inverse_label")),
            where=data.get("where"),
            on_delete=data.get("on_delete", "restrict"),
            options=options,
            transitions=None
            if transitions is None
            else {key: tuple(after) for key, after in transitions.items()},
            done=data.get("done"),
            dimension=data.get("dimension"),
            exclusive=exclusive,
            property_labels=property_labels(data),
            scheme=data.get("scheme"),
            formula=data.get("formula"),
            stored=bool(data.get("stored", False)),
            pattern=data.get("pattern"),
        )

    def scale(self, data: Mapping[str, Any]) -> int:
        family = family_of(data["type"])
        fixed = {"money": self.manifest.money_scale, "percent": PERCENT_SCALE}
        other = DECIMAL_SCALE if family == "decimal" else 0
        return int(fixed.get(family, data.get("scale", other)))

    def options(
        self, data: Mapping[str, Any], pipeline: Pipeline | None
    ) -> tuple[tuple[Option, ...], bool]:
        """The options of a field, wherever they are declared, and whether only one may hold."""
        kind = data["type"]
        if kind == "choice":
            return tuple(Option(**option(one)) for one in data.get("options", ())), False
        if kind == "stage":
            return pipeline.stages if pipeline else (), False
        if kind == "tags":
            dimension = self.dimensions.get(data.get("dimension", ""))
            return (dimension.tags, dimension.exclusive) if dimension else ((), False)
        if kind == "tier":
            scheme = self.schemes.get(data.get("scheme", ""))
            return scheme.bands if scheme else (), False
        return (), False

    def default(self, data: Mapping[str, Any], options: tuple[Option, ...]) -> Default | None:
        if "default" not in data:
            return None
        given = data["default"]
        if isinstance(given, Mapping):
            return Default(expr=given["expr"])
        return Default(value=self.value(data, options, given))

    def value(self, data: Mapping[str, Any], options: tuple[Option, ...], given: Any) -> Any:
        """A literal of a document as the Python value of its field; None where it is none."""
        kind = data["type"]
        if options or kind in {"choice", "stage", "tags", "tier"}:
            if kind == "tags":
                return frozenset([given] if isinstance(given, str) else given)
            return given
        field = Field(
            id=data["id"],
            name=data["name"],
            type=kind,
            scale=self.scale(data),
            max_length=data.get("max_length"),
        )
        try:
            return TYPES[kind].load(field, given)
        except ProblemsError:
            return None

    def literal(self, entity_id: str | None, field_id: str, given: Any) -> Any:
        """`value` for a field of another document, as actions set them."""
        entity = self._entities.get(entity_id or "", _NOTHING)
        for one in entity.get("fields", ()):
            if one["id"] == field_id:
                pipeline = _pipeline(entity.get("pipeline"))
                return self.value(one, self.options(one, pipeline)[0], given)
        return given


def _manifest(data: Mapping[str, Any]) -> Manifest:
    keys = (
        "version",
        "format",
        "default_locale",
        "currency",
        "money_scale",
        "time_zone",
        "week_start",
        "fiscal_year_start",
    )
    given = {key: data[key] for key in keys if key in data}
    if "calendar" in data:
        given["calendar"] = work_calendar(data["calendar"])
    if "locales" in data:
        given["locales"] = tuple(data["locales"])
    menu = tuple(
        MenuItem(
            **named(one),
            entity=one.get("entity"),
            dashboard=one.get("dashboard"),
            page=one.get("page"),
            icon=one.get("icon", ""),
        )
        for one in data.get("menu", ())
    )
    modules = tuple(
        Module(**named(one), needs=tuple(one.get("needs", ())), off=bool(one.get("off", False)))
        for one in data.get("modules", ())
    )
    kept = named({"id": "app", "name": "app", **data})
    return Manifest(**kept, **given, menu=menu, modules=modules)


def _pipeline(data: Mapping[str, Any] | None) -> Pipeline | None:
    if data is None:
        return None
    return Pipeline(
        field=data["field"],
        stages=tuple(_stage(one) for one in data["stages"]),
        amount=data.get("amount"),
        weighted=data.get("weighted"),
        property_labels=property_labels(data),
    )


def _stage(data: Mapping[str, Any]) -> Stage:
    closed = data.get("closed")
    properties = {
        **data.get("properties", {}),
        "probability": exact(data.get("probability")),
        "max_days": data.get("max_days"),
        "closed": closed is not None,
        "outcome": closed,
    }
    return Stage(
        **{**option(data), "properties": properties},
        closed=closed,
        locked=bool(data.get("locked", False)),
        enter_when=data.get("enter_when"),
        requires=tuple(data.get("requires", ())),
        checklist=tuple(
            ChecklistItem(**named(one), required=bool(one.get("required", False)))
            for one in data.get("checklist", ())
        ),
    )


def _dimension(data: Mapping[str, Any]) -> TagDimension:
    return TagDimension(
        **named(data),
        exclusive=bool(data.get("exclusive", False)),
        tags=tuple(Option(**option(one)) for one in data["tags"]),
        property_labels=property_labels(data),
    )


def _scheme(data: Mapping[str, Any]) -> TierScheme:
    return TierScheme(
        **named(data),
        entity=data["entity"],
        field=data["field"],
        measure=data["measure"],
        where=data.get("where"),
        method=data.get("method", "share_of_records"),
        ties=data.get("ties", "id"),
        bands=tuple(
            Band(
                **option(one),
                share=exact(one.get("share")),
                min=exact(one.get("min")),
                rest=bool(one.get("rest", False)),
            )
            for one in data["bands"]
        ),
        schedule=data.get("schedule"),
        active=bool(data.get("active", True)),
        property_labels=property_labels(data),
    )
