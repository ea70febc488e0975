"""A record's header and sections: the facts one looks for first, then everything in order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from fieldstone.engine import access, tiers
from fieldstone.engine.records.preview import Preview
from fieldstone.engine.records.record import Record
from fieldstone.metadata.model import Entity, Field, TierScheme
from fieldstone.rules import evaluate

from ..desk import Desk
from ..words import say
from .conditions import speaker
from .forms import layout_of
from .kinds import shown_as
from .naming import shower
from .values import Shower, Shown

_MOST_FACTS = 7
_MOST_MARKS = 3


@dataclass(frozen=True)
class Pair:
    """A field with its value; a fact of the header may say why it has it."""

    label: str
    shown: Shown
    wide: bool = False
    why_title: str = ""
    why: tuple[str, ...] = ()


@dataclass(frozen=True)
class PairSection:
    """A titled group of fields and values."""

    text: str
    pairs: tuple[Pair, ...]


@dataclass(frozen=True)
class Reader:
    """Reads one record for its page."""

    desk: Desk
    entity: Entity
    record: Record
    preview: Preview

    @property
    def _show(self) -> Shower:
        return shower(self.desk, self.record.titles)

    def shown(self, one: Field) -> Shown:
        """The value of a field, ready to be shown."""
        shown = shown_as(self.desk.app, self.entity, one)
        return self._show.show(shown, self.record.values.get(one.id))

    def pair(self, one: Field) -> Pair:
        """A field with its label; what needs the room gets the whole width."""
        shown = self.shown(one)
        wide = one.family == "long_text" or len(shown.marks) > _MOST_MARKS
        return Pair(one.text(self.desk.locale), shown, wide and not shown.empty)

    def known(self) -> frozenset[str]:
        return access.readable(self.desk.app, self.desk.caller, self.entity.id)

    def subtitle(self) -> str:
        """What tells the record from others of the same name."""
        one = self.entity.subtitle
        return self.shown(self.entity.field(one)).text if one and one in self.known() else ""

    def facts(self) -> tuple[Pair, ...]:
        """The header: what the entity declares for it, as far as the reader may see it."""
        known = self.known()
        declared = [self.entity.by_id[one] for one in self.entity.header if one in known]
        chosen = [one for one in declared if not one.archived] or self._usual(known)
        return tuple(self._fact(one) for one in chosen)

    def _usual(self, known: frozenset[str]) -> list[Field]:
        """Who answers for it, its tier, its money, when something happened or will."""
        live = [one for one in self.entity.live_fields if one.id in known and not one.system]
        kinds = {one.id: shown_as(self.desk.app, self.entity, one).family for one in live}
        by_weight = sorted(live, key=self._weight)
        money = [one for one in by_weight if kinds[one.id] == "money"]
        times = [one for one in by_weight if kinds[one.id] in ("datetime", "date")]
        state = [one for one in by_weight if one.family == "choice" and one.required]
        chosen = [
            *[one for one in live if one.family == "owner"][:1],
            *[one for one in live if one.family == "tier"][:2],
            *([] if self.entity.pipeline else state[:1]),
            *money[:2],
            *times[:2],
        ]
        return chosen[:_MOST_FACTS]

    def _weight(self, one: Field) -> tuple[int, bool]:
        """What the entity's first list shows comes first, in its order; then what is computed."""
        views = self.desk.app.views_of(self.entity.id)
        view = next((each for each in views if not each.filter), None)
        paths = [column.path for column in view.columns] if view else []
        place = paths.index((one.id,)) if (one.id,) in paths else len(paths)
        return place, one.family != "formula"

    def _fact(self, one: Field) -> Pair:
        pair = self.pair(one)
        if one.family != "tier" or pair.shown.empty:
            return pair
        return Pair(
            pair.label, pair.shown, False, say("why.tier", self.desk.locale), self._tier(one)
        )

    def _tier(self, one: Field) -> tuple[str, ...]:
        """How the tier came about: the scheme, the measure and its value, since when."""
        locale = self.desk.locale
        scheme = self.desk.app.schemes.get(one.scheme or "")
        lines = []
        if scheme:
            lines.append(say("tier.scheme", locale, scheme=scheme.text(locale)))
            if self._may_see(scheme):
                value = self._measure(scheme)
                number = "–" if value is None else self.desk.formats.number(value)
                what = speaker(self.desk, self.entity).measure(scheme.measure)
                lines.append(say("tier.measure", locale, what=what, value=number))
                lines.extend(self._place(scheme.id))
        since = self.record.values.get(f"{one.id}_since")
        if since:
            lines.append(say("tier.since", locale, when=self.desk.formats.ago(since)))
        before = self.record.values.get(f"{one.id}_before")
        if before:
            lines.append(say("tier.before", locale, tier=self._show.mark(one, before).text))
        return tuple(lines)

    def _measure(self, scheme: TierScheme) -> Decimal | int | None:
        """What the record measures now; a place among all is that of the last run."""
        measure = tiers.measure_of(self.desk.app, scheme)
        if measure.over_table:
            reason = tiers.reason(self.desk.tx, scheme.id, self.record.id)
            return reason.measure if reason is not None else None
        found: Decimal | int | None = evaluate(measure, self.preview.source, self.preview.context)
        return found

    def _place(self, scheme_id: str) -> Iterator[str]:
        """The record's place among all when it came to its tier."""
        reason = tiers.reason(self.desk.tx, scheme_id, self.record.id)
        if reason is not None:
            number = self.desk.formats.number
            place, ranked = number(reason.position), number(reason.ranked)
            yield say("tier.place", self.desk.locale, place=place, ranked=ranked)

    def _may_see(self, scheme: TierScheme) -> bool:
        uses = tiers.measure_of(self.desk.app, scheme).uses
        return all(
            field_id in access.readable(self.desk.app, self.desk.caller, entity_id)
            for entity_id, field_id in uses
        )

    def sections(self) -> tuple[PairSection, ...]:
        """The sections of the form as far as they show now, then what the form leaves out."""
        known = self.known()
        seen: set[str] = set()
        found: list[PairSection] = []
        for section in layout_of(self.desk.app, self.entity):
            seen.update(place.field for place in section.fields)
            if section.archived or not self.preview.holds(section.visible_when):
                continue
            pairs = tuple(
                self.pair(one)
                for place in section.fields
                if place.field in known
                and (one := self.entity.by_id.get(place.field))
                and self.preview.holds(place.visible_when)
            )
            if pairs:
                label = section.text(self.desk.locale) if section.label else ""
                found.append(PairSection(label, pairs))
        rest = [
            one
            for one in self.entity.live_fields
            if one.id in known and one.id not in seen and not one.system
        ]
        pairs = tuple(pair for one in rest if not (pair := self.pair(one)).shown.empty)
        if pairs:
            found.append(PairSection(say("record.computed", self.desk.locale), pairs))
        return (*found, self._origin())

    def _origin(self) -> PairSection:
        ids = ("created_by", "created_at", "updated_by", "updated_at")
        known = self.known()
        pairs = tuple(self.pair(self.entity.field(one)) for one in ids if one in known)
        return PairSection(say("record.origin", self.desk.locale), pairs)
