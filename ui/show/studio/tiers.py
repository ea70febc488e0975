"""Tier schemes as their room shows them: as inputs, read back, and what they would do as bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from fieldstone.engine.drift import BARS, Drift
from fieldstone.metadata import expression_to_ids, expression_to_names
from fieldstone.metadata.json_text import number_text
from fieldstone.metadata.model import Band, Entity, TierScheme
from fieldstone.metadata.problems import ProblemsError

from ...words import say
from ..formats import Formats
from ..marks import HUES
from . import settings, things
from .frame import Studio
from .properties import kinds_of, read_properties, typed_properties
from .settings import Read
from .stages import percent, percent_text

METHODS = ("share_of_records", "share_of_value", "threshold")
TIES = ("id", "share")
_MOST_DIGITS = 15
_STEP, _HEIGHT = 24, 120
WIDTH, HEIGHT = _STEP * (BARS + 1), _HEIGHT


def typed_of(studio: Studio, entity: Entity, data: Mapping[str, Any]) -> dict[str, str]:
    """A scheme's data (in ids) as its inputs show it, but for the condition."""
    found: dict[str, str] = {}
    for locale, text in things.labels_of(data.get("label") or data["name"]).items():
        found[f"label.{locale}"] = text
    try:
        found["measure"] = expression_to_names(studio.app, entity.id, data["measure"])
    except ProblemsError:
        found["measure"] = data["measure"]
    found["method"] = str(data.get("method", METHODS[0]))
    found["ties"] = str(data.get("ties", TIES[0]))
    bands = sorted(data["bands"], key=lambda one: bool(one.get("archived")))
    found.update(things.typed_of(bands, "band"))
    for at, one in enumerate(bands):
        share, least = one.get("share"), one.get("min")
        limit = percent_text(share) if share is not None else ""
        found[f"band.{at}.limit"] = limit if least is None else number_text(Decimal(str(least)))
        found.update(typed_properties(one, bands, f"band.{at}."))
    return found


def read(
    studio: Studio, entity: Entity, typed: Mapping[str, str], before: Mapping[str, Any]
) -> Read:
    """A scheme's data from its inputs, but for the condition; what they do not show stays."""
    locale = studio.desk.locale
    found = Read(dict(before))
    found.data["label"] = things.typed_labels(typed, "label")
    if not found.data["label"]:
        found.refuse("label", say("studio.label_missing", locale))
    text = typed.get("measure", "").strip()
    lines = _wrong_measure(studio, entity, text) if text else []
    for line in lines or ([] if text else [say("studio.setting_missing", locale)]):
        found.refuse("measure", line)
    if text and not lines:
        found.data["measure"] = expression_to_ids(studio.app, entity.id, text)
    for key, known in (("method", METHODS), ("ties", TIES)):
        found.data[key] = typed[key] if typed.get(key) in known else known[0]
    found.data["bands"] = _bands(found, typed, before["bands"], locale)
    return found


def _wrong_measure(studio: Studio, entity: Entity, text: str) -> list[str]:
    locale = studio.desk.locale
    return settings.wrong_expression(studio.app, entity.id, text, locale, table=True)


def _bands(
    found: Read, typed: Mapping[str, str], before: Sequence[Mapping[str, Any]], locale: str
) -> list[dict[str, Any]]:
    key = "min" if found.data["method"] == "threshold" else "share"
    known = things.rows(typed, "band", locale)
    filled = [row.at for row in known if any(one.strip() for one in row.labels.values())]
    live = [row.at for row in known if row.at in filled and not row.archived]

    def change(row: things.ThingRow, band: dict[str, Any]) -> None:
        for one in ("share", "min", "rest"):
            band.pop(one, None)
        text = row.values.get("limit", "").strip()
        if live and row.at == live[-1] and (key == "share" or not text):
            band["rest"] = True
        elif text:
            value = percent(text) if key == "share" else _amount(text)
            if value is None:
                wrong = "studio.percent_wrong" if key == "share" else "studio.not_number"
                found.refuse(f"band.{row.at}", say(wrong, locale))
            else:
                band[key] = value
        elif not row.archived:
            found.refuse(f"band.{row.at}", say(f"studio.no_{key}", locale))
        values = read_properties(found, typed, before, locale, f"band.{row.at}.")
        band.pop("properties", None)
        if values:
            band["properties"] = values

    return things.read(typed, "band", before, "tier", change)


def _amount(text: str) -> Decimal | None:
    """What was typed as an amount; None for what is no number of at most 15 digits."""
    try:
        number = Decimal(text.replace(",", "").replace("，", ""))
    except InvalidOperation:
        return None
    if not number.is_finite() or abs(number.adjusted()) >= _MOST_DIGITS:
        return None
    return number if number == round(number, 6) else None


def scheme_of(scheme: TierScheme, data: Mapping[str, Any]) -> TierScheme:
    """The scheme as it is thought of: what decides about tiers, from its data in ids."""
    bands = tuple(
        Band(
            id=things.id_of(one),
            name=one["name"],
            label=things.labels_of(one.get("label")),
            archived=bool(one.get("archived")),
            color=one.get("color"),
            share=one.get("share"),
            min=one.get("min"),
            rest=bool(one.get("rest")),
        )
        for one in data["bands"]
    )
    return replace(
        scheme,
        measure=data["measure"],
        where=data.get("where"),
        method=data["method"],
        ties=data["ties"],
        bands=bands,
    )


@dataclass(frozen=True)
class Piece:
    """A part of a bar: the records of one band, as a rectangle."""

    x: int
    y: int
    height: int
    hue: str


@dataclass(frozen=True)
class BandLine:
    """A band and how many it would have; `now` is how many it has."""

    text: str
    hue: str
    count: str
    now: str
    limit: str


@dataclass(frozen=True)
class Shown:
    """The picture of a drift: bars with their words, bands with their counts, and who moves."""

    ranked: str
    moved: int
    pieces: tuple[Piece, ...]
    words: tuple[str, ...]
    low: str
    high: str
    bands: tuple[BandLine, ...]
    moves: tuple[str, ...]


def shown(scheme: TierScheme, drift: Drift, formats: Formats, locale: str) -> Shown:
    """A drift for its readers."""
    live = [band for band in scheme.bands if not band.archived]
    hues = {band.id: band.color or HUES[at % len(HUES)] for at, band in enumerate(live)}
    texts: dict[str | None, str] = {band.id: band.text(locale) for band in scheme.bands}
    none = say("studio.no_tier", locale)
    now = dict(drift.counts)
    for before, after, count in drift.moves:
        if before in now:
            now[str(before)] += count
        if after in now:
            now[str(after)] -= count
    bars = list(drift.bars.values())
    return Shown(
        formats.number(drift.ranked),
        drift.moved,
        tuple(_pieces(drift, hues)),
        tuple(
            say("studio.bar", locale, n=bar.count, count=formats.number(bar.count),
                low=formats.number(bar.low), high=formats.number(bar.high))
            for bar in bars
        ),
        formats.number(bars[0].low) if bars else "",
        formats.number(bars[-1].high) if bars else "",
        tuple(
            BandLine(
                band.text(locale),
                hues[band.id],
                formats.number(drift.counts[band.id]),
                formats.number(now[band.id]),
                _limit(band, formats, locale),
            )
            for band in live
        ),
        tuple(
            say("studio.move", locale, n=count, count=formats.number(count),
                before=texts.get(before, before or none), after=texts.get(after, after or none))
            for before, after, count in drift.moves
        ),
    )  # fmt: skip


def _limit(band: Band, formats: Formats, locale: str) -> str:
    if band.rest:
        return say("studio.rest", locale)
    if band.min is not None:
        return say("studio.from_amount", locale, amount=formats.number(Decimal(str(band.min))))
    return f"{percent_text(band.share)}%"


def _pieces(drift: Drift, hues: Mapping[str, str]) -> list[Piece]:
    """Each bar as rectangles on each other, the best band lowest."""
    most = max((bar.count for bar in drift.bars.values()), default=0)
    found = []
    for at, bar in drift.bars.items():
        y = _HEIGHT
        for band, count in sorted(bar.counts.items(), key=lambda one: _place(hues, one[0])):
            height = max(2, round(count * (_HEIGHT - 10) / most))
            y -= height
            found.append(Piece(at * _STEP + 1, max(y, 0), height, hues.get(band or "", "gray")))
    return found


def _place(hues: Mapping[str, str], band: str | None) -> int:
    order = list(hues)
    return order.index(band) if band is not None and band in hues else len(order)


def properties(data: Mapping[str, Any]) -> Mapping[str, str]:
    """The properties that the bands of a scheme have, each with its kind."""
    return kinds_of(data["bands"])
