"""What is no package: zips that were made to do harm or by mistake, and what is told of each."""

from __future__ import annotations

import json
import os
import random
import stat
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.engine.packages.club import SAMPLE, documents, files, zipped

LOCAL, CENTRAL = b"PK\x03\x04", b"PK\x01\x02"


@dataclass(frozen=True)
class Case:
    """A zip, and what is told of it, as `place#pointer id`."""

    name: str
    problems: tuple[str, ...]
    make: Callable[[], bytes]

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(one.split()[-1] for one in self.problems)


def beside(name: str, content: bytes = b"{}") -> bytes:
    """The club with one more file."""
    return zipped([*files().items(), (name, content)])


def renamed(name: bytes, content: bytes = b"{}", *, letter: str = "x") -> bytes:
    """The club with a file whose name is written byte by byte, as no tool would write it."""
    placeholder = letter * (len(name) // len(letter.encode()))
    return beside(placeholder, content).replace(placeholder.encode(), name)


def moded(name: str, mode: int) -> bytes:
    """The club with a member that says what it is on a disk."""
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    return zipped([*files().items(), (info, b"/etc/passwd")])


def patched(content: bytes, local: int, central: int, layout: str, value: int) -> bytes:
    """A zip with a number written into every header of it, at these places."""
    changed = bytearray(content)
    for mark, offset in ((LOCAL, local), (CENTRAL, central)):
        at = changed.find(mark)
        while at >= 0:
            struct.pack_into(layout, changed, at + offset, value)
            at = changed.find(mark, at + 4)
    return bytes(changed)


def edited(**values: Any) -> bytes:
    """The club with other values in its app.json."""
    return of_documents({"app.json": {**documents()["app.json"], **values}})


def of_documents(changed: dict[str, Any]) -> bytes:
    return zipped(files({**documents(), **changed}))


def without(path: str) -> bytes:
    return zipped({name: content for name, content in files().items() if name != path})


def with_sample(**changed: Any) -> bytes:
    """The club with its sample, files of it changed (`book={...}`) or left out (None)."""
    sample = {**SAMPLE, **{f"{name}.json": value for name, value in changed.items()}}
    return zipped(files(sample={name: one for name, one in sample.items() if one is not None}))


def block(**values: Any) -> bytes:
    """The club with other keys in the block of its books."""
    return with_sample(book={**SAMPLE["book.json"], **values})


def drawn(spec: Any) -> bytes:
    """The club with a title of its books that is drawn so."""
    return block(values={"name": spec})


def main(**values: Any) -> bytes:
    """The club with other keys in `sample.json`."""
    return with_sample(sample={**SAMPLE["sample.json"], **values})


def noise(size: int) -> bytes:
    return random.Random(1).randbytes(size)


WRONG_ENTITY = {
    **documents()["entities/book.json"],
    "fields": [{"name": "name", "type": "text", "colour": "red"}],
}
STAYING_MODULE = {
    "app.json": {**documents()["app.json"], "modules": [{"name": "lending"}]},
    "entities/loan.json": {**documents()["entities/loan.json"], "part_of": ["lending"]},
    "entities/book.json": {
        **documents()["entities/book.json"],
        "checks": [{"name": "few", "that": "count(loans) < 9", "message": "Too many."}],
    },
}
BROKEN_FORMULA = {
    **documents()["entities/book.json"],
    "fields": [
        {"name": "name", "type": "text"},
        {"name": "twice", "type": "formula", "formula": "nam + 1"},
    ],
}
BOOK, NAME = "sample/book.json", "sample/book.json#/values/name"

ARCHIVES: tuple[Case, ...] = (
    Case("a text", ("package.not_one",), lambda: b"hello"),
    Case("nothing", ("package.not_one",), lambda: b""),
    Case("the end of a zip alone", ("app.json# package.no_app",),
         lambda: zipped([])),
    Case("half a zip", ("package.damaged",),
         lambda: zipped()[:200] + zipped()[-22:]),
    Case("a wrong checksum", ("package.damaged",),
         lambda: patched(zipped(), 14, 16, "<I", 7)),
    Case("a size that is a lie", ("package.damaged",),
         lambda: patched(zipped(), 22, 24, "<I", 1)),
    Case("too large", ("package.too_large",),
         lambda: zipped({"README.md": noise(5 << 20)})),
    Case("too much inside", ("package.too_large_unpacked",),
         lambda: beside("README.md", bytes(9 << 20))),
    Case("too much inside by many", ("package.too_large_unpacked",),
         lambda: zipped({f"views/v{at}.json": noise(20_000) * 50 for at in range(9)})),
    Case("a bomb", ("package.ratio",),
         lambda: beside("README.md", b" " * (3 << 20))),
    Case("too many", ("package.too_many",),
         lambda: zipped({f"views/v{at}.json": b"{}" for at in range(2001)})),
    Case("a password", tuple(f"{path}# package.encrypted" for path in files()),
         lambda: patched(zipped(), 6, 8, "<H", 1)),
    Case("another compression", tuple(f"{path}# package.method" for path in files()),
         lambda: zipped(files(), method=zipfile.ZIP_LZMA)),
)  # fmt: skip

PATHS: tuple[Case, ...] = (
    Case("out of the package", ("package.path",), lambda: beside("../evil.json")),
    Case("out from within", ("package.path",), lambda: beside("entities/../../evil.json")),
    Case("from the root", ("package.path",), lambda: beside("/etc/evil.json")),
    Case("from a share", ("package.path",), lambda: beside("//host/evil.json")),
    Case("from a drive", ("package.path",), lambda: beside("C:/evil.json")),
    Case("in a drive", ("package.path",), lambda: beside("C:evil.json")),
    Case("backslashes", ("package.path",), lambda: beside("..\\evil.json")),
    Case("the same folder", ("package.path",), lambda: beside("./app.json")),
    Case("an empty part", ("package.path",), lambda: beside("entities//evil.json")),
    Case("no name", ("package.path",), lambda: beside("/")),
    Case("out as a folder", ("package.path",), lambda: beside("../")),
    Case("a NUL", ("package.name",), lambda: renamed(b"app.json\0../evil")),
    Case("a new line", ("package.name",), lambda: renamed(b"app.json\n../evil")),
    Case("letters that turn round", ("package.name",), lambda: beside("entities/\u202enosj.json")),
    Case("another code page", ("package.encoding",), lambda: renamed("客户.json".encode("gbk"))),
    Case("UTF-8 that is none", ("package.encoding",),
         lambda: renamed(b"\xe5\xae\xe6\x88\xb7\xff", letter="客")),
    Case("a path twice", ("app.json# package.twice",), lambda: renamed(b"app.json")),
    Case("capital letters", ("entities/Book.json# package.case",
                             "entities/book.json# package.case"),
         lambda: beside("entities/Book.json")),
    Case("a link", ("entities/evil.json# package.link",),
         lambda: moded("entities/evil.json", stat.S_IFLNK | 0o777)),
    Case("a link as a folder", ("entities/# package.link",),
         lambda: moded("entities/", stat.S_IFLNK | 0o777)),
    Case("a device", ("entities/evil.json# package.special",),
         lambda: moded("entities/evil.json", stat.S_IFCHR | 0o666)),
    Case("a pipe", ("entities/evil.json# package.special",),
         lambda: moded("entities/evil.json", stat.S_IFIFO | 0o666)),
    Case("a zip inside", ("more.zip# package.unknown_file",),
         lambda: beside("more.zip", zipped())),
    Case("a script", ("entities/run.py# package.unknown_file",),
         lambda: beside("entities/run.py")),
    Case("a folder in a folder", ("entities/old/book.json# package.unknown_file",),
         lambda: beside("entities/old/book.json")),
    Case("a folder that is not known", ("pictures/# package.unknown_folder",),
         lambda: beside("pictures/a.png")),
    Case("an empty folder that is not known", ("pictures/# package.unknown_folder",),
         lambda: beside("pictures/", b"")),
    Case("a misspelt folder", ("entites/# package.unknown_folder_near",),
         lambda: beside("entites/a.json")),
    Case("two tops", ("a/# package.unknown_folder",) * 2 + ("b/# package.unknown_folder",),
         lambda: zipped({"a/app.json": b"{}", "a/README.md": b"", "b/app.json": b"{}"})),
    Case("a top in a top", tuple("club/# package.unknown_folder" for _ in files()),
         lambda: zipped(top="a/club/")),
)  # fmt: skip

CONTENTS: tuple[Case, ...] = (
    Case("no app", ("app.json# package.no_app",), lambda: without("app.json")),
    Case("an app in no JSON", ("app.json# json.syntax",),
         lambda: zipped({**files(), "app.json": b"{"})),
    Case("a document twice as deep", ("app.json# json.too_deep",),
         lambda: zipped({**files(), "app.json": b"[" * 100_000})),
    Case("a key that is repeated", ("app.json# json.repeated_key",),
         lambda: zipped({**files(), "app.json": b'{"kind": "app", "kind": "app"}'})),
    Case("a key that is not known", ("app.json#/run schema.key_unknown",),
         lambda: edited(run="rm")),
    Case("a key of a field", ("entities/book.json#/fields/0/colour schema.key_unknown",),
         lambda: of_documents({"entities/book.json": WRONG_ENTITY})),
    Case("a formula of nothing", ("entities/book.json#/fields/1/formula field.unknown_near",),
         lambda: of_documents({"entities/book.json": BROKEN_FORMULA})),
    Case("a module that nobody could switch off",
         ("entities/book.json#/checks/0/that package.module_used",),
         lambda: of_documents(STAYING_MODULE)),
    Case("a kind in another folder", ("roles/book.json#/kind document.wrong_folder",),
         lambda: of_documents({"roles/book.json": documents()["entities/book.json"]})),
    Case("a version of no shape", ("app.json#/version schema.form",),
         lambda: edited(version="one")),
    Case("a version without end", ("app.json#/version package.version",),
         lambda: edited(version=f"1.0.0-{'9' * 50}")),
    Case("a version with a zero before", ("app.json#/version package.version",),
         lambda: edited(version="01.0.0")),
    Case("a mark with a zero before", ("app.json#/version package.version",),
         lambda: edited(version="1.0.0-rc.01")),
    Case("a mark of nothing", ("app.json#/version package.version",),
         lambda: edited(version="1.0.0-..")),
    Case("a README of bytes", ("README.md# package.readme",),
         lambda: beside("README.md", b"\xff\xfe")),
    Case("a README with a NUL", ("README.md# package.readme",),
         lambda: beside("README.md", b"a\0b")),
    Case("a README that a terminal obeys", ("README.md# package.readme",),
         lambda: beside("README.md", b"\x1b[2J")),
    Case("a document without end", ("views/all.json# file.too_large",),
         lambda: beside("views/all.json", json.dumps(noise(1_100_000).hex()).encode())),
    Case("the name of one that ships", ("#/name package.name_kept",),
         lambda: edited(name="crm_template")),
    Case("a version that ships", ("#/version package.other_content",),
         lambda: edited(name="crm")),
)  # fmt: skip

SAMPLES: tuple[Case, ...] = (
    Case("no main file", ("sample/sample.json# sample.file_missing",),
         lambda: with_sample(sample=None)),
    Case("a file that is missing", ("sample/sample.json#/words/0 sample.file_missing",),
         lambda: with_sample(words=None, book=SAMPLE["loan.json"] | {"entity": "book", "per": []}
                             | {"values": {}, "count": 1})),
    Case("a way out", ("sample/sample.json#/words/0 sample.file_missing",
                       "sample/words.json# sample.file_unused",
                       "sample/book.json#/values/name/text sample.unknown_words"),
         lambda: main(words=["../../app.json"])),
    Case("a file of nobody", ("sample/more.json# sample.file_unused",),
         lambda: with_sample(more={})),
    Case("a key of the sample", ("sample/sample.json#/colour sample.unknown_key",),
         lambda: main(colour=1)),
    Case("a seed of letters", ("sample/sample.json#/seed sample.wanted_number",),
         lambda: main(seed="x")),
    Case("hours that end first", ("sample/sample.json#/calendar/hours sample.hours",),
         lambda: main(calendar={"hours": [18, 9]})),
    Case("eleven months", ("sample/sample.json#/calendar/months sample.numbers",),
         lambda: main(calendar={"months": [1] * 11})),
    Case("a day of no shape", ("sample/sample.json#/calendar/quiet/0/from sample.day",),
         lambda: main(calendar={"quiet": [{"from": "May", "to": "05-01"}]})),
    Case("a member without a name", ("sample/sample.json#/members/0/name sample.wanted_text",),
         lambda: main(members=[{}])),
    Case("a manager of nobody", ("sample/sample.json#/members/0/manager sample.unknown_member",),
         lambda: main(members=[{"name": "A", "manager": "zz"}])),
    Case("a misspelt manager",
         ("sample/sample.json#/members/0/manager sample.unknown_member_near",),
         lambda: main(members=[{"name": "A", "user_name": "anna", "manager": "ana"}])),
    Case("words that are none", ("sample/words.json#/title sample.wanted_list",),
         lambda: with_sample(words={"title": 1})),
    Case("a block that is none", (f"{BOOK}# sample.wanted_object",),
         lambda: with_sample(book=3, loan={"entity": "loan"})),
    Case("a key of a block", (f"{BOOK}#/valeus sample.unknown_key_near",),
         lambda: block(valeus={})),
    Case("an entity of nobody", (f"{BOOK}#/entity sample.unknown_entity",),
         lambda: block(entity="zz", name="book")),
    Case("a misspelt entity", (f"{BOOK}#/entity sample.unknown_entity_near",),
         lambda: block(entity="bok", name="book")),
    Case("a field of nobody", (f"{BOOK}#/values/zz sample.unknown_field",),
         lambda: block(values={"zz": 1})),
    Case("a misspelt field", (f"{BOOK}#/values/nam sample.unknown_field_near",),
         lambda: block(values={"nam": 1})),
    Case("a field of a row", (f"{BOOK}#/rows/0/zz sample.unknown_field",),
         lambda: block(rows=[{"zz": 1}])),
    Case("a parent of nobody", (f"{BOOK}#/per sample.unknown_block",),
         lambda: block(per="zz", count=1)),
    Case("a parent that comes later", (f"{BOOK}#/per/0 sample.unknown_block",),
         lambda: block(per=["loan"], count=1)),
    Case("a misspelt parent", ("sample/loan.json#/per sample.unknown_block_near",),
         lambda: with_sample(loan={**SAMPLE["loan.json"], "per": "bok"})),
    Case("a block twice", ("sample/loan.json#/name sample.block_twice",),
         lambda: with_sample(loan={"name": "book", "entity": "loan"})),
    Case("a count of millions", (f"{BOOK}#/count sample.count",), lambda: block(count=10**12)),
    Case("a count below nothing", (f"{BOOK}#/count sample.count",), lambda: block(count=-1)),
    Case("a count that is drawn", (f"{BOOK}#/count sample.wanted_count",),
         lambda: block(count={"int": [1, 2]})),
    Case("a story of millions", (f"{BOOK}#/stories/0/count sample.count",),
         lambda: block(stories=[{"count": 10**12}])),
    Case("moves without a field", (f"{BOOK}#/moves sample.key_missing",) * 3,
         lambda: block(moves={"through": ["a"]})),
    Case("a draw of nobody", (f"{NAME} sample.unknown_draw",), lambda: drawn({"zz": 1})),
    Case("a misspelt draw", (f"{NAME} sample.unknown_draw_near",),
         lambda: drawn({"txt": "a"})),
    Case("two draws", (f"{NAME} sample.unknown_draw",),
         lambda: drawn({"value": 1, "var": "begun"})),
    Case("a setting of no draw", (f"{NAME}/too sample.unknown_key",),
         lambda: drawn({"value": 1, "too": 2})),
    Case("words of nobody", (f"{NAME}/word sample.unknown_words",),
         lambda: drawn({"word": "zz"})),
    Case("misspelt words in a text", (f"{NAME}/text sample.unknown_words_near",),
         lambda: drawn({"text": "{#titel}"})),
    Case("a time of no shape", (f"{NAME}/day sample.time",), lambda: drawn({"day": "soon"})),
    Case("a span with one end", (f"{NAME}/time sample.numbers",),
         lambda: drawn({"time": ["now"]})),
    Case("a choice of nothing", (f"{NAME}/choice sample.empty",), lambda: drawn({"choice": []})),
    Case("a chance of letters", (f"{NAME}/chance sample.wanted_number",),
         lambda: drawn({"chance": "x"})),
    Case("a sum of one", (f"{NAME}/sum sample.wanted_list",), lambda: drawn({"sum": 3})),
    Case("a turn that is no text", (f"{NAME}/turn sample.wanted_text",),
         lambda: drawn({"member": {}, "turn": 3})),
    Case("half a truth", (f"{NAME}/exact sample.wanted_truth",),
         lambda: drawn({"shift": "now", "exact": 1})),
    Case("a switch without cases", (f"{NAME} sample.key_missing",),
         lambda: drawn({"switch": "begun"})),
    Case("a condition of nothing", (f"{NAME}/if sample.key_missing",),
         lambda: drawn({"if": {}, "then": 1})),
    Case("a number that JSON has not", ("sample/book.json#/count json.number",),
         lambda: zipped({**files(sample=SAMPLE), BOOK: b'{"entity": "book", "count": NaN}'})),
)  # fmt: skip

ZIPS = (*ARCHIVES, *PATHS, *CONTENTS, *SAMPLES)
FOLDERS = {
    "a link": ("entities/evil.json# package.link",
               lambda folder: (folder / "entities/evil.json").symlink_to("/etc/passwd")),
    "a folder that is a link": ("views# package.link",
                                lambda folder: (folder / "views").symlink_to("/etc")),
    "a pipe": ("entities/evil.json# package.special",
               lambda folder: os.mkfifo(folder / "entities/evil.json")),
    "a folder of another": ("venv/# package.unknown_folder",
                            lambda folder: (folder / "venv").mkdir()),
    "a folder in a folder": ("entities/old/# package.unknown_folder",
                             lambda folder: (folder / "entities/old").mkdir()),
    "a picture": ("logo.png# package.unknown_file",
                  lambda folder: (folder / "logo.png").write_bytes(b"")),
    "a name of no text": ("package.name",
                          lambda folder: os.mkdir(os.fsencode(folder) + b"/\xff")),
}  # fmt: skip
"""What a folder may not hold, and what puts it there."""

IDS = frozenset({"package.no_room", "sample.wrong", "template.no_version", "template.ships"}).union(
    *(one.ids for one in ZIPS)
)
"""Every id that a package brings about; the first ones are those of test_installing."""
