"""A small company for the tests of expressions: the App that declares it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from fieldstone.metadata import Document, document_of
from fieldstone.metadata.model import (
    App,
    Band,
    Entity,
    Field,
    Holiday,
    Hours,
    Manifest,
    Named,
    Option,
    Pipeline,
    Stage,
    TagDimension,
    TierScheme,
    WorkCalendar,
)

SYSTEM = (
    Field(id="id", name="id", type="integer", system=True),
    Field(id="version", name="version", type="integer", system=True),
    Field(id="created_at", name="created_at", type="datetime", system=True),
    Field(id="deleted_at", name="deleted_at", type="datetime", system=True),
)
KINDS = (
    Option(id="big", name="large", aliases=("huge",), properties={"days": 7, "urgent": True}),
    Option(id="mid", name="middle", properties={"days": 30, "urgent": False}),
    Option(id="small", name="small", properties={"days": 90}),
)
STAGES = (
    Stage(
        id="contact",
        name="contact",
        properties={"probability": Decimal("0.1"), "max_days": 14, "closed": False},
    ),
    Stage(
        id="quote",
        name="quote",
        properties={"probability": Decimal("0.5"), "max_days": 30, "closed": False},
    ),
    Stage(
        id="won",
        name="won",
        closed="won",
        properties={"probability": Decimal(1), "closed": True, "outcome": "won"},
    ),
    Stage(
        id="lost",
        name="lost",
        closed="lost",
        properties={"probability": Decimal(0), "closed": True, "outcome": "lost"},
    ),
)
BANDS = (
    Band(id="a", name="A", share=Decimal("0.2"), properties={"silence_days": 7}),
    Band(id="b", name="B", share=Decimal("0.3"), properties={"silence_days": 30}),
    Band(id="c", name="C", rest=True, properties={"silence_days": 90}),
)
INDUSTRY = TagDimension(
    id="industry",
    name="industry",
    exclusive=True,
    tags=(
        Option(id="retail", name="retail", properties={"weight": 2}),
        Option(id="medical", name="medical", label={"zh-CN": "医疗"}),
    ),
)
FREE = TagDimension(
    id="free", name="free", tags=(Option(id="vip", name="VIP"), Option(id="trial", name="trial"))
)


MEMBER = Entity(
    id="member",
    name="member",
    title="name",
    system=True,
    fields=(
        SYSTEM[0],
        Field(id="name", name="name", type="text"),
        Field(id="team", name="team", type="text"),
        Field(id="manager", name="manager", type="member"),
        Field(id="active", name="active", type="boolean"),
    ),
)
ACCOUNT = Entity(
    id="account",
    name="account",
    title="name",
    fields=(
        Field(id="name", name="name", type="text", label={"zh-CN": "客户名称"}),
        Field(id="note", name="note", type="long_text"),
        Field(id="n", name="n", type="integer", label={"zh-CN": "数量"}),
        Field(id="m", name="m", type="integer"),
        Field(id="amount", name="amount", type="money"),
        Field(id="cost", name="cost", type="money"),
        Field(id="rate", name="rate", type="percent", scale=4),
        Field(id="size", name="size", type="decimal", scale=3),
        Field(id="fine", name="fine", type="decimal", scale=6),
        Field(id="flag", name="flag", type="boolean"),
        Field(id="hot", name="hot", type="boolean"),
        Field(id="day", name="day", type="date"),
        Field(id="until", name="until", type="date"),
        Field(id="at", name="at", type="datetime"),
        Field(id="seen", name="seen", type="datetime"),
        Field(id="kind", name="kind", type="choice", options=KINDS),
        Field(id="tier", name="tier", type="tier", scheme="abc", options=BANDS),
        Field(id="tier_before", name="tier_before", type="tier", scheme="abc", options=BANDS),
        Field(id="owner", name="owner", type="owner"),
        Field(
            id="parent_account",
            name="belongs_to",
            type="reference",
            to="account",
            inverse="subsidiaries",
            inverse_id="children",
        ),
        Field(
            id="industry",
            name="industry",
            type="tags",
            dimension="industry",
            options=INDUSTRY.tags,
        ),
        Field(id="free", name="free", type="tags", dimension="free", options=FREE.tags),
        Field(id="doubled", name="doubled", type="formula", formula="n * 2"),
        Field(
            id="won",
            name="won",
            type="formula",
            formula='sum(deals.amount, stage == "won")',
        ),
        Field(id="kept", name="kept", type="formula", formula="amount + cost", stored=True),
        Field(id="good", name="good", type="formula", formula="flag and amount > 100"),
        Field(id="due", name="due", type="formula", formula="add_days(coalesce(day, until), 30)"),
        Field(id="late", name="late", type="formula", formula="days_since(due) > 7 and good"),
        Field(
            id="ahead",
            name="ahead",
            type="formula",
            formula="count(deals, weighted > parent.cost) + won / 2",
        ),
        *SYSTEM,
    ),
)
DEAL = Entity(
    id="deal",
    name="deal",
    title="name",
    pipeline=Pipeline(field="stage", stages=STAGES),
    fields=(
        Field(id="name", name="name", type="text"),
        Field(id="account", name="account", type="reference", to="account", inverse="deals"),
        Field(id="amount", name="amount", type="money"),
        Field(id="quantity", name="quantity", type="decimal", scale=2),
        Field(id="count_", name="pieces", type="integer"),
        Field(id="stage", name="stage", type="stage", options=STAGES),
        Field(id="closed_on", name="closed_on", type="date"),
        Field(id="at", name="at", type="datetime"),
        Field(id="flag", name="flag", type="boolean"),
        Field(id="seller", name="seller", type="owner"),
        Field(
            id="weighted",
            name="weighted",
            type="formula",
            formula="amount * stage.probability",
        ),
        Field(id="tags", name="labels", type="tags", dimension="free", options=FREE.tags),
        *SYSTEM,
    ),
)
ENTITIES = (MEMBER, ACCOUNT, DEAL)
SCHEME = TierScheme(
    id="abc", name="abc", entity="account", field="tier", measure="won", bands=BANDS
)


def _documents() -> Iterator[Document]:
    """As much of the company's documents as tells what everything is called."""
    for entity in ENTITIES:
        if not entity.system:
            fields = [_said(one, *REFERRING) for one in entity.fields]
            stages = [_said(one) for one in entity.pipeline.stages] if entity.pipeline else []
            yield _document("entity", entity, fields=fields, pipeline={"stages": stages})
    for dimension in (INDUSTRY, FREE):
        yield _document("tag_dimension", dimension, tags=[_said(one) for one in dimension.tags])
    yield _document("tier_scheme", SCHEME, bands=[_said(one) for one in BANDS])


REFERRING = ("type", "to", "inverse", "inverse_id", "dimension", "scheme")


def _document(kind: str, one: Named, **more: Any) -> Document:
    return document_of({"kind": kind, **_said(one), **more}, in_ids=True)


def _said(one: Named, *keys: str) -> dict[str, Any]:
    """The keys of a thing that others mean it by."""
    options = [_said(option) for option in getattr(one, "options", ())]
    return {key: getattr(one, key) for key in ("id", "name", "aliases", *keys)} | (
        {"options": options} if options else {}
    )


def _holiday(first: str, last: str) -> Holiday:
    return Holiday(date.fromisoformat(first), date.fromisoformat(last))


OFFICE = WorkCalendar(
    holidays=(
        _holiday("2026-01-01", "2026-01-03"),
        _holiday("2026-09-25", "2026-09-27"),
        _holiday("2026-10-01", "2026-10-07"),
        _holiday("2026-11-26", "2026-11-26"),
    ),
    extra_workdays=(date(2026, 1, 4), date(2026, 9, 20), date(2026, 10, 10), date(2026, 11, 28)),
)
CALENDARS = {
    "office": OFFICE,
    "plain": WorkCalendar(),
    "daily": replace(OFFICE, workdays=(1, 2, 3, 4, 5, 6, 7), hours=(Hours(0, 1440),)),
    "market": WorkCalendar(
        workdays=(2, 6),
        holidays=(_holiday("0001-01-01", "0001-01-06"), _holiday("2026-11-20", "2026-11-25")),
        extra_workdays=(date(2026, 11, 18), date(2026, 11, 19), date(9999, 12, 31)),
        hours=(Hours(390, 391), Hours(1320, 1440)),
    ),
}
"""Calendars of working days: an office with exchanges, none of these, all days, and two a week."""
APP = App(
    hash="world",
    manifest=Manifest(id="world", name="world", calendar=OFFICE),
    entities={one.id: one for one in ENTITIES},
    dimensions={"industry": INDUSTRY, "free": FREE},
    schemes={"abc": SCHEME},
    documents=tuple(_documents()),
)


@cache
def counting_from(week_start: int = 1, fiscal_year_start: int = 1, calendar: str = "office") -> App:
    """The company where weeks begin with another weekday, years with another month.

    `calendar` names one of CALENDARS.
    """
    manifest = replace(
        APP.manifest,
        week_start=week_start,
        fiscal_year_start=fiscal_year_start,
        calendar=CALENDARS[calendar],
    )
    name = f"world {week_start} {fiscal_year_start} {calendar}"
    return replace(APP, hash=name, manifest=manifest)
