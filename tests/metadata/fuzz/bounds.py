"""Documents at the bounds: each is answered, and how long that takes is told."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import process_time
from typing import Any

from fieldstone.metadata.documents import MAX_BYTES
from fieldstone.rules import check
from tests.metadata.fuzz.doors import doors
from tests.metadata.fuzz.templates import template
from tests.metadata.fuzz.verdict import read
from tests.metadata.fuzz.wrong import Wrong

BOUND = 5.0
"""Seconds within which each is answered by each door."""

Data = Mapping[str, Any]


@dataclass(frozen=True)
class Large:
    """Files that are added to the blank template, and the problem that they have, if any."""

    name: str
    files: Callable[[], Mapping[str, bytes]]
    problem: str | None = None

    def wrong(self) -> Wrong:
        return Wrong(files=self.files(), must=self.problem is not None)


def entity(fields: Iterator[Data] | list[Data], name: str = "big", **more: Any) -> dict[str, bytes]:
    """The file of an entity with a name and these fields."""
    named = {"name": "name", "type": "text"}
    data = {"kind": "entity", "name": name, "title": "name", "fields": [named, *fields], **more}
    return {f"entities/{name}.json": json.dumps(data, ensure_ascii=False).encode()}


def _fields(count: int, **more: Any) -> dict[str, bytes]:
    return entity([{"name": f"f{one}", "type": "text", **more} for one in range(count)])


def _formulas(count: int, text: Callable[[int], str], name: str = "big") -> dict[str, bytes]:
    fields = ({"name": f"f{one}", "type": "formula", "formula": text(one)} for one in range(count))
    return entity([{"name": "number", "type": "integer"}, *fields], name)


def _options(count: int, name: Callable[[int], str], **more: Any) -> dict[str, bytes]:
    options = [{"name": name(one), **more} for one in range(count)]
    return entity([{"name": "f", "type": "choice", "options": options}])


def _entities(count: int, name: str, to: str) -> dict[str, bytes]:
    files = {}
    for one in range(count):
        field = {"name": "f", "type": "reference", "to": to.format((one + 1) % count)}
        (content,) = entity([field], name.format(one)).values()
        files[f"entities/e{one}.json"] = content
    return files


def _apps(count: int) -> dict[str, bytes]:
    """Entities full of formulas at their bounds."""
    found: dict[str, bytes] = {}
    for one in range(count):
        found |= _formulas(398, _long, f"big{one}")
    return found


def _long(number: int) -> str:
    """As long as an expression may be, with nearly as many parts."""
    return (" + ".join([f"(number * 10{number:05d} + {number})"] * 33) + " " * 2000)[:2000]


def _keys(count: int) -> dict[str, bytes]:
    data = {"kind": "view", **{f"k{one}": 1 for one in range(count)}}
    return {"views/b.json": json.dumps(data).encode()}


def _chain(count: int, circle: bool) -> dict[str, bytes]:
    def text(one: int) -> str:
        return "1" if one == count - 1 and not circle else f"f{(one + 1) % count} + 1"

    return _formulas(count, text)


def _all_others(one: int) -> str:
    return " + ".join([f"f{one + 1}"] * 30) if one < 19 else "1"


def _nowhere(one: int) -> str:
    return " + ".join(f"q{each}" for each in range(90))


def _mixed(count: int) -> dict[str, bytes]:
    return entity([], aliases=[*range(count), *map(str, range(count))])


def _file(content: bytes) -> Callable[[], dict[str, bytes]]:
    return lambda: {"entities/b.json": content}


_TOO_LARGE, _NEAR = "file.too_large", "schema.key_unknown_near"
LARGE: tuple[Large, ...] = (
    Large("a text of 10 MB", partial(_fields, 1, label="x" * 10_000_000), _TOO_LARGE),
    Large("10 MB of fields", partial(_fields, 200_000), _TOO_LARGE),
    Large("10 MB of brackets", _file(b"[" * 10**7), _TOO_LARGE),
    Large("2,000 fields with long expressions", partial(_formulas, 2_000, _long), _TOO_LARGE),
    Large("2 MB of brackets", _file(b"[" * MAX_BYTES), "json.too_deep"),
    Large("2 MB of numbers", _file(b"[" + b"9," * 999_000 + b"9]"), "document.not_object"),
    Large("2 MB of one key", _file(b"{" + b'"a":1,' * 280_000 + b'"a":1}'), "json.repeated_key"),
    Large("2 MB of keys", partial(_keys, 140_000), "document.more"),
    Large("2,000 fields", partial(_fields, 2_000), "schema.list_too_long"),
    Large("2,000 fields with a misspelt key", partial(_fields, 2_000, labell=1), _NEAR),
    Large("2,000 fields of wrong types", partial(_fields, 2_000, required=1), "schema.type"),
    Large("399 fields", partial(_fields, 399)),
    Large("398 formulas at their bounds", partial(_formulas, 398, _long)),
    Large("1,990 formulas at their bounds", partial(_apps, 5)),
    Large("398 formulas of unknown names", partial(_formulas, 398, _nowhere), "document.more"),
    Large("398 formulas in a chain", partial(_chain, 398, False), "expression.nested"),
    Large("398 formulas in a circle", partial(_chain, 398, True), "expression.nested"),
    Large("formulas in each other", partial(_formulas, 20, _all_others), "expression.too_large"),
    Large("20,000 options", partial(_options, 20_000, "o{}".format)),
    Large("20,000 options of one name", partial(_options, 20_000, "o".format), "name.taken"),
    Large("20,000 misspelt keys", partial(_options, 20_000, "o{}".format, labell=1), _NEAR),
    Large("100,000 aliases of two types", partial(_mixed, 50_000), "schema.type"),
    Large("2,000 documents", partial(_entities, 1_998, "e{}", "e{}")),
    Large("2,000 documents of one name", partial(_entities, 1_998, "e", "e"), "name.taken"),
    Large("2,000 that refer to nothing", partial(_entities, 1_998, "e{}", "zz"), "document.more"),
)


def answered(large: Large) -> Iterator[str]:
    """What is wrong with how a check answers: another problem, or one where there is none."""
    documents, unread = read(template("blank"), large.wrong())
    problems = (*unread, *check(documents).problems)
    ids = {one.id for one in problems}
    if (large.problem not in ids) if large.problem else ids:
        yield f"{large.name}: {sorted(ids)}"


def timed() -> Iterator[str]:
    """Ask the check, the API's plan (a preview) and draft, and the command of all of them.

    Print how long each takes, and tell what is late or wrong.
    """
    with tempfile.TemporaryDirectory() as home, doors(Path(home)) as there:
        blank = template("blank")
        entrance = there.entrance(blank)
        for large in LARGE:
            wrong = large.wrong()
            begin = process_time()
            yield from answered(large)
            taken = {"check": process_time() - begin}
            # A draft takes one document at a time.
            drafts = (there.draft,) if len(wrong.files) == 1 else ()
            for door in (there.plan, *drafts, there.command):
                begin = process_time()
                yield from (f"{large.name}: {one}" for one in door(entrance, blank, wrong))
                taken[door.__name__] = process_time() - begin
            print(large.name, *(f"{door} {seconds:.1f} s" for door, seconds in taken.items()))
            if max(taken.values()) > BOUND:
                yield f"late: {large.name}: {max(taken.values()):.1f} s"
