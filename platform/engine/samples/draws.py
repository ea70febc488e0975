"""Draws: what a declared value means, drawn with a seeded generator.

A value in a declaration is a literal (text, number, true, false, null, a list of values) or an
object with one key that names the draw, beside its settings:

    value       the thing itself                       var       a path, see `Made.look`
    switch      `cases` by the value at a path         if        a condition, `then`, `else`
    chance      a share of 0 to 1, `then`, `else`      choice    a list, or weights by name
    quota       numbers by name, dealt like cards      int       from, to
    lognormal   its median, `sigma`, `min`, `max`      uniform   from, to
    sum, product, round                                part_of   of a figure of the parent
    text        a template: `{path}`, `{#word list}`   word      of a list, `by` a value
    digits      a pattern, `#` a digit                 time      a working time from, to
    shift       a time moved by `days`                 day       the date of a time
    member      one of whom all is true, or in `turn`  record    one of an entity, by `weights`
    related     one of a block under the same `of`

`to` rounds numbers to a multiple; `unique` beside any draw names what is not drawn twice.
"""

from __future__ import annotations

import math
import random
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from .calendar import Calendar
from .declaration import DeclarationError
from .made import Made

SLOT = re.compile(r"\{(#?)([^{}]+)\}")
_UNIQUE_TRIES = 200
_TEXT_TURNS = 20
_LONGEST_TEXT = 100_000

Spec = Any
"""A declared value, as JSON holds it."""


class Drawer:
    """Draws declared values for one sample.

    `records` are all records made so far by entity, `members` all members; both grow while a
    sample is being made. Everything is drawn from `rng`, so that the same seed and the same time
    give the same sample.
    """

    def __init__(
        self,
        rng: random.Random,
        calendar: Calendar,
        words: Mapping[str, Any],
        records: Mapping[str, Sequence[Made]],
        members: Sequence[Made],
        scale: float,
    ) -> None:
        self.rng = rng
        self.calendar = calendar
        self._words = words
        self._records = records
        self._members = members
        self._scale = scale
        self._decks: dict[int, list[Any]] = {}
        self._weights: dict[int, tuple[list[Any], list[float]]] = {}
        self._turns: defaultdict[str, int] = defaultdict(int)
        self._seen: defaultdict[str, set[Any]] = defaultdict(set)
        self._parts: dict[tuple[int, int], list[Decimal]] = {}
        self._pools: dict[int, tuple[int, list[Made], list[float]]] = {}
        self._draws: Mapping[str, Callable[[Any, Mapping[str, Any], Made], Any]] = {
            "value": lambda argument, _spec, _made: argument,
            "var": lambda argument, _spec, made: made.look(argument),
            "switch": self._switch,
            "if": self._if,
            "chance": self._chance,
            "choice": self._choice,
            "quota": self._quota,
            "int": self._int,
            "lognormal": self._lognormal,
            "uniform": self._uniform,
            "sum": lambda argument, _spec, made: sum(self._numbers(argument, made)),
            "product": lambda argument, _spec, made: math.prod(self._numbers(argument, made)),
            "round": self._round,
            "part_of": self._part_of,
            "text": self._text,
            "word": self._word,
            "digits": lambda argument, _spec, _made: self._fill(argument),
            "time": self._time,
            "shift": self._shift,
            "day": self._day,
            "member": self._member,
            "record": self._record,
            "related": self._related,
        }

    def draw(self, spec: Spec, made: Made) -> Any:
        """A value for `made`; raises DeclarationError for a draw that does not exist."""
        if not isinstance(spec, dict):
            return [self.draw(one, made) for one in spec] if isinstance(spec, list) else spec
        if "unique" in spec:
            return self._unique(spec, made)
        for name, argument in spec.items():
            method = self._draws.get(name)
            if method is not None:
                return method(argument, spec, made)
        raise DeclarationError(f"{made.block}: no draw is called {next(iter(spec), '')!r}")

    # Decisions

    def holds(self, condition: Mapping[str, Any], made: Made) -> bool:
        """Whether a condition holds: `var` with `in`, `is`, `at_least`, `at_most` or `filled`."""
        value = made.look(condition["var"])
        if "in" in condition:
            return bool(value in condition["in"])
        if "is" in condition:
            return bool(value == condition["is"])
        if "at_least" in condition:
            return value is not None and bool(value >= self._limit(condition["at_least"], made))
        if "at_most" in condition:
            return value is not None and bool(value <= self._limit(condition["at_most"], made))
        return (value is not None) == bool(condition.get("filled", True))

    def _limit(self, spec: Spec, made: Made) -> Any:
        return self.moment(spec, made) if isinstance(spec, str) else self.draw(spec, made)

    def _switch(self, path: str, spec: Mapping[str, Any], made: Made) -> Any:
        key = made.look(path)
        cases = spec["cases"]
        name = str(key).lower() if isinstance(key, bool) else str(key)
        if name not in cases and "*" not in cases:
            raise DeclarationError(f"{made.block}: no case for {name!r} of {path!r}")
        return self.draw(cases[name] if name in cases else cases["*"], made)

    def _if(self, condition: Mapping[str, Any], spec: Mapping[str, Any], made: Made) -> Any:
        return self.draw(spec.get("then" if self.holds(condition, made) else "else"), made)

    def _chance(self, share: float, spec: Mapping[str, Any], made: Made) -> Any:
        hit = self.rng.random() < share
        return self.draw(spec.get("then", True) if hit else spec.get("else"), made)

    def _choice(self, options: Any, spec: Mapping[str, Any], made: Made) -> Any:
        if isinstance(options, list):
            return self.draw(self.rng.choice(options), made)
        known = self._weights.get(id(spec))
        if known is None:
            known = self._weights[id(spec)] = (list(options), [float(w) for w in options.values()])
        return self.rng.choices(*known)[0]

    def _quota(self, cards: Mapping[str, int], spec: Mapping[str, Any], made: Made) -> Any:
        """Dealt from a shuffled deck with so many cards of each, scaled; a new one when empty."""
        deck = self._decks.get(id(spec))
        if not deck:
            deck = self._decks[id(spec)] = self._deck(cards)
        card = deck.pop()
        return int(card) if spec.get("as") == "int" else card

    def _deck(self, cards: Mapping[str, int]) -> list[str]:
        deck: list[str] = []
        owed = 0.0
        for card, number in cards.items():
            owed += number * self._scale
            fresh = round(owed)
            deck += [card] * fresh
            owed -= fresh
        deck = deck or list(cards)
        self.rng.shuffle(deck)
        return deck

    # Numbers

    def _numbers(self, specs: Sequence[Spec], made: Made) -> list[Any]:
        return [self.draw(one, made) for one in specs]

    def _int(self, bounds: Sequence[Spec], _spec: Mapping[str, Any], made: Made) -> int:
        low, high = (int(one) for one in self._numbers(bounds, made))
        return self.rng.randint(low, max(low, high))

    def _lognormal(self, median: float, spec: Mapping[str, Any], _made: Made) -> Decimal:
        value = median * math.exp(self.rng.gauss(0, spec.get("sigma", 0.5)))
        value = min(max(value, spec.get("min", 0)), spec.get("max", math.inf))
        return rounded(Decimal(repr(value)), spec.get("to", 1))

    def _uniform(self, bounds: Sequence[float], spec: Mapping[str, Any], _made: Made) -> Decimal:
        return rounded(Decimal(repr(self.rng.uniform(*bounds))), spec.get("to", 1))

    def _round(self, inner: Spec, spec: Mapping[str, Any], made: Made) -> Decimal | None:
        value = self.draw(inner, made)
        return None if value is None else rounded(Decimal(str(value)), spec.get("to", 1))

    def _part_of(self, path: str, spec: Mapping[str, Any], made: Made) -> Decimal:
        """This sibling's random part of a figure of the parent; the parts add up to it."""
        key = (id(spec), id(made.parent))
        if key not in self._parts:
            whole, step = Decimal(str(made.look(path))), spec.get("to", 1)
            weights = [self.rng.uniform(0.5, 1.5) for _ in range(made.siblings)]
            total = sum(weights)
            parts = [rounded(whole * Decimal(repr(one / total)), step) for one in weights]
            parts[-1] = whole - sum(parts[:-1])
            self._parts[key] = parts
        return self._parts[key][made.index]

    # Texts

    def _text(self, template: Any, _spec: Mapping[str, Any], made: Made) -> str:
        text = str(self.draw(template, made))
        for _ in range(_TEXT_TURNS):
            if len(text) > _LONGEST_TEXT or not SLOT.search(text):
                break
            text = SLOT.sub(lambda slot: self._slot(slot[1], slot[2], made), text)
        if len(text) > _LONGEST_TEXT or SLOT.search(text):
            raise DeclarationError(f"{made.block}: a text that is filled never ends")
        return text

    def _slot(self, mark: str, name: str, made: Made) -> str:
        if mark:
            return str(self.rng.choice(self._list(name, None)))
        return shown(made.look(name))

    def _word(self, name: str, spec: Mapping[str, Any], made: Made) -> Any:
        key = made.look(spec["by"]) if "by" in spec else None
        words = self._list(name, key)
        if isinstance(words, Mapping):
            return self.rng.choices(list(words), [float(one) for one in words.values()])[0]
        return self.rng.choice(words)

    def _list(self, name: str, key: Any) -> Any:
        found = self._words.get(name)
        if key is not None and isinstance(found, Mapping):
            found = found.get(str(key), found.get("*"))
        if not found:
            where = f" for {key!r}" if key else ""
            raise DeclarationError(f"no words are called {name!r}{where}")
        return found

    def _fill(self, pattern: str) -> str:
        return "".join(str(self.rng.randrange(10)) if one == "#" else one for one in pattern)

    def _unique(self, spec: Mapping[str, Any], made: Made) -> Any:
        inner = {name: value for name, value in spec.items() if name != "unique"}
        seen = self._seen[f"{made.entity}.{spec['unique']}"]
        for _ in range(_UNIQUE_TRIES):
            value = self.draw(inner, made)
            if value not in seen:
                seen.add(value)
                return value
        raise DeclarationError(f"{made.block}: too few different values for {spec['unique']!r}")

    # Times

    def moment(self, spec: Spec, made: Made) -> datetime:
        """A time: relative text (`-30d`), or what a draw gives."""
        value = self.calendar.relative(spec) if isinstance(spec, str) else self.draw(spec, made)
        if not isinstance(value, datetime):
            raise DeclarationError(f"{made.block}: {spec!r} is no time")
        return value

    def _time(self, bounds: Sequence[Spec], _spec: Mapping[str, Any], made: Made) -> datetime:
        after, before = (self.moment(one, made) for one in bounds)
        return self.calendar.between(self.rng, after, before)

    def _shift(self, start: Spec, spec: Mapping[str, Any], made: Made) -> datetime:
        """A time moved by `days`, to working hours unless `exact`, kept in bounds."""
        moved = self.moment(start, made)
        days = self.draw(spec.get("days", 0), made)
        if spec.get("exact"):
            moved += timedelta(hours=float(days) * 24)
        else:
            day = moved.astimezone(self.calendar.zone).date() + timedelta(days=int(days))
            if spec.get("workday"):
                day = self.calendar.workday(day)
            moved = self.calendar.at_work(self.rng, day)
        if "not_before" in spec:
            moved = max(moved, self.moment(spec["not_before"], made))
        if "not_after" in spec:
            moved = min(moved, self.moment(spec["not_after"], made))
        return moved

    def _day(self, inner: Spec, _spec: Mapping[str, Any], made: Made) -> date | None:
        value = self.calendar.relative(inner) if isinstance(inner, str) else self.draw(inner, made)
        return value.astimezone(self.calendar.zone).date() if isinstance(value, datetime) else value

    # Other records

    def _member(self, want: Mapping[str, Any], spec: Mapping[str, Any], made: Made) -> Made | None:
        """A member of whom every given thing is true, by weight, or by `turn` one after another."""
        found = [one for one in self._members if _matches(one, want)]
        if not found:
            raise DeclarationError(f"{made.block}: no member is {dict(want)!r}")
        if "turn" in spec:
            turn = self._turns[spec["turn"]] + int(spec.get("start", 0))
            self._turns[spec["turn"]] += 1
            return found[turn % len(found)]
        return self.rng.choices(found, [float(one.let.get("weight", 1)) for one in found])[0]

    def _record(self, entity: str, spec: Mapping[str, Any], made: Made) -> Made | None:
        """Any record of an entity that exists already, by `weights` of a field's values."""
        known = self._pools.get(id(spec))
        records = self._records.get(entity, ())
        if known is None or known[0] != len(records):
            known = self._pools[id(spec)] = (len(records), *self._weighed(records, spec))
        _, found, weights = known
        drawn: Made | None = self.rng.choices(found, weights)[0] if found else None
        return drawn

    def _weighed(
        self, records: Sequence[Made], spec: Mapping[str, Any]
    ) -> tuple[list[Made], list[float]]:
        found = [one for one in records if _matches(one, spec.get("where", {}))]
        weights = spec.get("weights")
        if not weights:
            return found, [1.0] * len(found)
        by, other = spec["by"], float(weights.get("*", 0))
        drawn = [(one, float(weights.get(str(one.look(by)), other))) for one in found]
        drawn = [(one, weight) for one, weight in drawn if weight > 0]
        return [one for one, _ in drawn], [weight for _, weight in drawn]

    def _related(self, block: str, spec: Mapping[str, Any], made: Made) -> Made | None:
        """A record of a block that belongs to the same ancestor (`of`, a path), or None."""
        owner = made.look(spec.get("of", "parent"))
        found = [
            one
            for one in (owner.children.get(block, ()) if isinstance(owner, Made) else ())
            if _matches(one, spec.get("where", {}))
        ]
        if not found:
            return None
        return found[0] if spec.get("first") else self.rng.choice(found)


def rounded(value: Decimal, step: float) -> Decimal:
    """The multiple of `step` nearest to a value, halves upwards."""
    unit = Decimal(str(step))
    return (value / unit).quantize(Decimal(1), ROUND_HALF_UP) * unit


def shown(value: Any) -> str:
    """A value as a text of a declaration shows it."""
    if isinstance(value, Made):
        return shown(value.values.get("name"))
    if isinstance(value, Decimal):
        return format(value.normalize(), ",f")
    return "" if value is None else str(value)


def _matches(one: Made, want: Mapping[str, Any]) -> bool:
    for path, expected in want.items():
        try:
            value = one.look(path)
        except KeyError:
            return False
        if isinstance(expected, list):
            if value not in expected:
                return False
        elif value != expected:
            return False
    return True
