"""Checking: everything that can be wrong with a declaration, found without making a record."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from decimal import Decimal
from typing import Any

from ...metadata.json_text import escape
from ...metadata.model import App, Entity
from ...metadata.naming import nearest
from ...metadata.problems import Problem
from .calendar import RELATIVE
from .declaration import BLOCK_KEYS, MAIN, MAIN_KEYS
from .draws import SLOT
from .grammar import CALENDAR, CONDITION, DRAWS, MOVES, STORY, Draw, Kind

MOST_OF_A_BLOCK = 100_000
"""The largest count that a block without parents may declare."""

_BETWEEN = frozenset({"int", "time", "uniform"})
_DAY = re.compile(r"(\d{4}-)?\d{2}-\d{2}")


def check(files: Mapping[str, Any], app: App) -> tuple[Problem, ...]:
    """What is wrong with a declaration that is to fill `app`: () where it can be made.

    `files` are the JSON values of the folder by file name. A problem has the file as it stands in
    a template, `sample/deal.json`, and a pointer. Whether a value fits its field is only known
    when it is drawn.
    """
    checking = _Checking(files, app)
    checking.main()
    return tuple(checking.problems)


class _Checking:
    def __init__(self, files: Mapping[str, Any], app: App) -> None:
        self.problems: list[Problem] = []
        self._files = files
        self._app = app
        self._file = MAIN
        self._words: dict[str, Any] = {}
        self._all_blocks: frozenset[str] = frozenset()
        self._blocks: list[str] = []
        self._kinds: Mapping[Kind, Callable[[Any, str], object]] = {
            "anything": lambda _value, _at: None,
            "spec": self._spec,
            "specs": lambda value, at: self._each(value, at, self._spec),
            "text": self._text,
            "words": lambda value, at: self._known("words", value, self._words, at),
            "entity": lambda value, at: self._known("entity", value, self._entities(), at),
            "block": lambda value, at: self._known("block", value, self._all_blocks, at),
            "number": self._number,
            "numbers": lambda value, at: self._each(value, at, self._number),
            "counts": lambda value, at: self._values(value, at, self._count),
            "weights": lambda value, at: self._values(value, at, self._number),
            "choices": self._choices,
            "cases": lambda value, at: self._values(value, at, self._spec),
            "condition": self._condition,
            "moment": self._moment,
            "moments": lambda value, at: self._each(value, at, self._moment),
            "object": self._object,
            "truth": self._truth,
        }

    # Files

    def main(self) -> None:
        main = self._files.get(MAIN)
        if main is None:
            self._say("file_missing", "", name=MAIN)
            return
        if not self._object(main, ""):
            return
        self._keys(main, MAIN_KEYS, "")
        if "seed" in main:
            self._number(main["seed"], "/seed")
        self._calendar(main.get("calendar", {}))
        self._members(main.get("members", []))
        named = {
            kind: self._named_files(main.get(kind, []), f"/{kind}") for kind in ("words", "blocks")
        }
        for name in sorted(self._files.keys() - {MAIN, *named["words"], *named["blocks"]}):
            self._file = name
            self._say("file_unused", "")
        for name in named["words"]:
            self._word_lists(name)
        blocks = [one for name in named["blocks"] for one in _listed(self._files[name])]
        # Those of `per` come before; what is drawn afterwards is related to any.
        self._all_blocks = frozenset(
            str(one.get("name", one.get("entity"))) for one in blocks if isinstance(one, dict)
        )
        for name in named["blocks"]:
            self._block_file(name)

    def _named_files(self, names: Any, at: str) -> list[str]:
        """The files of a list that are there; each other one is told."""
        found = []
        for index, name in enumerate(names if self._list(names, at) else ()):
            if self._text(name, f"{at}/{index}"):
                if name in self._files:
                    found.append(name)
                else:
                    self._say("file_missing", f"{at}/{index}", name=name[:100])
        return found

    def _calendar(self, value: Any) -> None:
        at = "/calendar"
        if not self._object(value, at):
            return
        self._declared(value, CALENDAR, at)
        for name, length in (("months", 12), ("weekdays", 7), ("hours", 2)):
            if isinstance(value.get(name), list) and len(value[name]) != length:
                self._say("numbers", f"{at}/{name}", most=length)
        hours = value.get("hours", [9, 18])
        if hours and all(_is_number(one) for one in hours) and not 0 <= hours[0] < hours[-1] <= 24:
            self._say("hours", f"{at}/hours")
        quiet = value.get("quiet", [])
        for index, one in enumerate(quiet if self._list(quiet, f"{at}/quiet") else ()):
            self._quiet(one, f"{at}/quiet/{index}")

    def _quiet(self, value: Any, at: str) -> None:
        if not self._object(value, at):
            return
        self._keys(value, {"from", "to", "weight"}, at)
        for name in ("from", "to"):
            if not _DAY.fullmatch(str(value.get(name))):
                self._say("day", f"{at}/{name}")
        if "weight" in value:
            self._number(value["weight"], f"{at}/weight")

    def _members(self, value: Any) -> None:
        if not self._list(value, "/members"):
            return
        members = [one for one in value if isinstance(one, dict)]
        managers = {str(one["user_name"]) for one in members if "user_name" in one}
        for index, one in enumerate(value):
            at = f"/members/{index}"
            if not self._object(one, at):
                continue
            self._text(one.get("name"), f"{at}/name")
            for name in ("user_name", "email", "mobile", "team"):
                if name in one:
                    self._text(one[name], f"{at}/{name}")
            if "weight" in one:
                self._number(one["weight"], f"{at}/weight")
            if "roles" in one:
                self._each(one["roles"], f"{at}/roles", self._text)
            if "manager" in one:
                self._known("member", one["manager"], managers, f"{at}/manager")

    def _word_lists(self, file: str) -> None:
        self._file = file
        value = self._files[file]
        if not self._object(value, ""):
            return
        for name, words in value.items():
            at = f"/{escape(name)}"
            if not isinstance(words, (list, dict)):
                self._say("wanted_list", at)
            self._words[name] = words

    # Blocks

    def _block_file(self, file: str) -> None:
        self._file = file
        value = self._files[file]
        for index, block in enumerate(_listed(value)):
            at = f"/{index}" if isinstance(value, list) else ""
            if self._object(block, at):
                self._block(block, at)

    def _block(self, block: Mapping[str, Any], at: str) -> None:
        self._keys(block, BLOCK_KEYS, at)
        entity = self._entity(block.get("entity"), f"{at}/entity")
        per = block.get("per", [])
        if isinstance(per, str):
            self._before(per, f"{at}/per")
        else:
            self._each(per, f"{at}/per", self._before)
        name = block.get("name", block.get("entity"))
        if isinstance(name, str):
            if name in self._blocks:
                self._say("block_twice", f"{at}/name", name=name[:100])
            self._blocks.append(name)
        if "count" in block:
            (self._spec if per else self._count)(block["count"], f"{at}/count")
        self._fields(block, entity, at)
        if "moves" in block:
            self._moves(block["moves"], entity, f"{at}/moves")
        stories = block.get("stories", [])
        for index, story in enumerate(stories if self._list(stories, f"{at}/stories") else ()):
            where = f"{at}/stories/{index}"
            if self._object(story, where):
                self._keys(story, STORY, where)
                self._count(story.get("count", 1), f"{where}/count")
                self._fields(story, entity, where)

    def _before(self, value: Any, at: str) -> None:
        self._known("block", value, self._blocks, at)

    def _fields(self, block: Mapping[str, Any], entity: Entity | None, at: str) -> None:
        """What is drawn for a record: `let` has names of its own, all others are fields."""
        self._values(block.get("let", {}), f"{at}/let", self._spec)
        rows = block.get("rows", [])
        places = [(f"{at}/{name}", block.get(name, {})) for name in ("values", "afterwards")]
        for index, row in enumerate(rows if self._list(rows, f"{at}/rows") else ()):
            places.append((f"{at}/rows/{index}", row))
        for place, values in places:
            self._values(values, place, self._spec)
            if isinstance(values, dict) and entity is not None:
                for name in values:
                    self._field(name, entity, f"{place}/{escape(name)}")

    def _moves(self, value: Any, entity: Entity | None, at: str) -> None:
        if not self._object(value, at):
            return
        self._declared(value, MOVES, at)
        for name in MOVES.keys() - value.keys():
            self._say("key_missing", at, name=name)
        if entity is not None and isinstance(value.get("field"), str):
            self._field(value["field"], entity, f"{at}/field")

    def _entities(self) -> Collection[str]:
        return [one.name for one in self._app.entities.values() if not one.system]

    def _entity(self, value: Any, at: str) -> Entity | None:
        self._known("entity", value, self._entities(), at)
        return self._app.entity_named(value) if isinstance(value, str) else None

    def _field(self, name: str, entity: Entity, at: str) -> None:
        if entity.field_named(name) is None:
            self._known("field", name, [one.name for one in entity.live_fields], at)

    # Values

    def _spec(self, value: Any, at: str) -> None:
        if isinstance(value, list):
            self._each(value, at, self._spec)
        if not isinstance(value, dict):
            return
        names = [name for name in value if name in DRAWS]
        if len(names) != 1:
            wrong = next((one for one in value if one not in DRAWS), "")
            self._known("draw", names[1] if names else wrong, () if names else DRAWS, at)
            return
        draw = DRAWS[names[0]]
        self._draw(draw, names[0], value, at)
        if names[0] == "text" and isinstance(value["text"], str):
            for mark, name in SLOT.findall(value["text"]):
                if mark:
                    self._known("words", name, self._words, f"{at}/text")

    def _draw(self, draw: Draw, name: str, value: Mapping[str, Any], at: str) -> None:
        self._declared(value, {name: draw.argument, "unique": "text", **draw.settings}, at)
        if name in _BETWEEN and isinstance(value[name], list) and len(value[name]) != 2:
            self._say("numbers", f"{at}/{name}", most=2)
        if name == "switch" and "cases" not in value:
            self._say("key_missing", at, name="cases")

    def _condition(self, value: Any, at: str) -> None:
        if not self._object(value, at):
            return
        self._declared(value, CONDITION, at)
        if "var" not in value:
            self._say("key_missing", at, name="var")

    def _choices(self, value: Any, at: str) -> None:
        if isinstance(value, dict):
            self._values(value, at, self._number)
        else:
            self._each(value, at, self._spec)
        if isinstance(value, (dict, list)) and not value:
            self._say("empty", at)

    def _moment(self, value: Any, at: str) -> None:
        if not isinstance(value, str):
            self._spec(value, at)
        elif value != "now" and not RELATIVE.fullmatch(value):
            self._say("time", at)

    # Shapes

    def _declared(self, value: Mapping[str, Any], kinds: Mapping[str, Kind], at: str) -> None:
        """The members of an object, each by its kind; others are told."""
        self._keys(value, kinds, at)
        for name in kinds.keys() & value.keys():
            self._kinds[kinds[name]](value[name], f"{at}/{name}")

    def _keys(self, value: Mapping[str, Any], known: Iterable[str], at: str) -> None:
        names = list(known)
        for key in value.keys() - set(names):
            self._known("key", key, names, f"{at}/{escape(key)}")

    def _known(self, what: str, name: Any, known: Collection[str], at: str) -> None:
        """Tell of a name that nothing has, with the nearest one that something has."""
        if not self._text(name, at) or name in known:
            return
        near = nearest(name[:100], known)
        if near is None:
            self._say(f"unknown_{what}", at, name=name[:100])
        else:
            self._say(f"unknown_{what}_near", at, name=name[:100], near=near)

    def _each(self, value: Any, at: str, check: Callable[[Any, str], object]) -> None:
        for index, one in enumerate(value if self._list(value, at) else ()):
            check(one, f"{at}/{index}")

    def _values(self, value: Any, at: str, check: Callable[[Any, str], object]) -> None:
        for name, one in value.items() if self._object(value, at) else ():
            check(one, f"{at}/{escape(name)}")

    def _count(self, value: Any, at: str) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            self._say("wanted_count", at)
        elif not 0 <= value <= MOST_OF_A_BLOCK:
            self._say("count", at, most=MOST_OF_A_BLOCK)

    def _object(self, value: Any, at: str) -> bool:
        return self._is(isinstance(value, dict), "object", at)

    def _list(self, value: Any, at: str) -> bool:
        return self._is(isinstance(value, list), "list", at)

    def _text(self, value: Any, at: str) -> bool:
        return self._is(isinstance(value, str), "text", at)

    def _number(self, value: Any, at: str) -> bool:
        return self._is(_is_number(value), "number", at)

    def _truth(self, value: Any, at: str) -> bool:
        return self._is(isinstance(value, bool), "truth", at)

    def _is(self, right: bool, wanted: str, at: str) -> bool:
        if not right:
            self._say(f"wanted_{wanted}", at)
        return right

    def _say(self, what: str, at: str, **params: Any) -> None:
        self.problems.append(Problem(f"sample.{what}", params, f"sample/{self._file}", at))


def _listed(value: Any) -> list[Any]:
    """The blocks of a file: one, or a list of them."""
    return value if isinstance(value, list) else [value]


def _is_number(value: Any) -> bool:
    """Whether a value as `read_json` gives it (int or Decimal) is a number."""
    return isinstance(value, (int, Decimal)) and not isinstance(value, bool)
