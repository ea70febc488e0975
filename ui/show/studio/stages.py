"""Stages as the pipeline room shows them: arranged as data (in ids), and as inputs read back."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from fieldstone.engine.suggested_names import suggested_name
from fieldstone.metadata.json_text import number_text
from fieldstone.metadata.model import Entity

from ...words import say
from . import things
from .arranging import Arranged
from .properties import read_properties, typed_properties
from .settings import Read

MOST_STAGES = 60
KINDS = ("open", "won", "lost")
_PERCENT = re.compile(r"(100|[0-9]{1,2})(\.[0-9]{1,4})?")
_MOST_DAYS = 3650


class ArrangedPipeline(Arranged):
    """An entity's pipeline; what is archived stands behind what is not."""

    @property
    def pipeline(self) -> dict[str, Any]:
        found: dict[str, Any] = self.data["pipeline"]
        return found

    @property
    def stages(self) -> list[dict[str, Any]]:
        """All stages, the live ones first."""
        found: list[dict[str, Any]] = self.pipeline["stages"]
        found.sort(key=lambda one: bool(one.get("archived")))
        return found

    @property
    def live(self) -> list[dict[str, Any]]:
        return [one for one in self.stages if not one.get("archived")]

    def at(self, stage_id: str) -> int:
        """The place of a stage, or -1."""
        return next((n for n, one in enumerate(self.stages) if things.id_of(one) == stage_id), -1)

    def move_stage(self, stage_id: str, by: int) -> None:
        """Move a live stage among the live ones."""
        if 0 <= self.at(stage_id) < len(self.live) and self.at(stage_id) + by < len(self.live):
            self.move(self.stages, self.at(stage_id), by)

    def place_stages(self, boxes: Mapping[str, str]) -> None:
        """Put the live stages where their position boxes (by id, from 1) say."""
        live = self.live
        order = things.order_of([boxes.get(things.id_of(one), "") for one in live])
        self.pipeline["stages"] = [live[n] for n in order] + self.stages[len(live) :]

    def add_stage(self, labels: Mapping[str, str]) -> str:
        """Add an open stage before those at the end that are closed; returns its id."""
        taken = {things.id_of(one) for one in self.stages} | {one["name"] for one in self.stages}
        label = labels.get("en") or next(iter(labels.values()))
        name = suggested_name(label, taken, otherwise="stage")
        at = len(self.live)
        while at and self.stages[at - 1].get("closed"):
            at -= 1
        self.stages.insert(at, {"id": name, "name": name, "label": dict(labels)})
        return name

    def replace_stage(self, stage_id: str, stage: dict[str, Any]) -> None:
        self.stages[self.at(stage_id)] = stage

    def set_archived(self, stage_id: str, archived: bool, instead: str = "") -> None:
        """Put a stage away or bring it back; `instead` is what the records in it get."""
        stage = self.stages[self.at(stage_id)]
        for key in ("archived", "replaced_by"):
            stage.pop(key, None)
        if archived:
            stage["archived"] = True
        if instead:
            stage["replaced_by"] = instead


@dataclass(frozen=True)
class StageLine:
    """A stage as the list of the room shows it."""

    id: str
    text: str
    name: str
    hue: str
    kind: str
    probability: str
    max_days: int | None
    held: int
    used: int


def percent_text(value: Any) -> str:
    """A share of 0 to 1 as it is typed in percent."""
    return number_text(Decimal(str(value)) * 100) if value is not None else ""


def percent(text: str) -> Decimal | None:
    """What was typed in percent as a share of 0 to 1; None for what is no such number."""
    bare = text.strip().removesuffix("%").removesuffix("％").strip()
    if not _PERCENT.fullmatch(bare):
        return None
    share = Decimal(bare) / 100
    return share if share <= 1 else None


def typed_of(stage: Mapping[str, Any], siblings: Collection[Mapping[str, Any]]) -> dict[str, str]:
    """A stage's data (in ids) as its inputs show it, but for the condition."""
    found = {"name": str(stage["name"]), "color": str(stage.get("color", ""))}
    for key in ("label", "description"):
        for locale, text in things.labels_of(stage.get(key)).items():
            found[f"{key}.{locale}"] = text
    found["kind"] = str(stage.get("closed", "open"))
    found["probability"] = percent_text(stage.get("probability"))
    found["max_days"] = str(stage.get("max_days", ""))
    found["locked"] = "1" if stage.get("locked") else ""
    for one in stage.get("requires", ()):
        found[f"requires.{one}"] = "1"
    items = [one for one in stage.get("checklist", ()) if not one.get("archived")]
    found.update(things.typed_of(items, "item"))
    for at, one in enumerate(items):
        found[f"item.{at}.required"] = "1" if one.get("required") else ""
    found.update(typed_properties(stage, siblings))
    return found


def read_stage(
    entity: Entity,
    typed: Mapping[str, str],
    before: Mapping[str, Any],
    siblings: Collection[Mapping[str, Any]],
    locale: str,
) -> Read:
    """A stage's data from its inputs, but for the condition; what they do not show stays."""
    found = Read(dict(before))
    labels = things.typed_labels(typed, "label")
    if not labels:
        found.refuse("label", say("studio.label_missing", locale))
    kind = typed.get("kind", "open")
    values: dict[str, Any] = {
        "label": labels,
        "description": things.typed_labels(typed, "description"),
        "color": typed.get("color") if typed.get("color") in things.COLORS else None,
        "closed": kind if kind in KINDS[1:] else None,
        "locked": bool(typed.get("locked")) or None,
        "probability": _probability(found, typed.get("probability", ""), locale),
        "max_days": _days(found, typed.get("max_days", ""), locale),
        "requires": [one.id for one in entity.live_fields if typed.get(f"requires.{one.id}")],
        "checklist": _checklist(typed, before),
        "properties": read_properties(found, typed, siblings, locale),
    }
    for key, value in values.items():
        if value in (None, [], {}):
            found.data.pop(key, None)
        else:
            found.data[key] = value
    return found


def _probability(found: Read, text: str, locale: str) -> Decimal | None:
    if not text.strip():
        return None
    share = percent(text)
    if share is None:
        found.refuse("probability", say("studio.percent_wrong", locale))
    return share


def _days(found: Read, text: str, locale: str) -> int | None:
    bare = text.strip()
    if not bare:
        return None
    if (
        not bare.isascii()
        or not bare.isdigit()
        or len(bare) > 4
        or not 1 <= int(bare) <= _MOST_DAYS
    ):
        found.refuse("max_days", say("studio.days_wrong", locale, most=_MOST_DAYS))
        return None
    return int(bare)


def _checklist(typed: Mapping[str, str], before: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The key actions in the order of their rows; archived ones stay behind them."""

    def change(row: things.ThingRow, item: dict[str, Any]) -> None:
        item.pop("color", None)
        item["required"] = True
        if not row.values.get("required"):
            del item["required"]

    old = before.get("checklist", ())
    live = things.read(things.placed(typed, "item"), "item", old, "action", change, keep=False)
    shown = {things.id_of(one) for one in live}
    return live + [
        dict(one) for one in old if one.get("archived") and things.id_of(one) not in shown
    ]
