"""What is refused of files: how they are written, how they are mapped, and what rows hold."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter

from fieldstone.engine import imports
from fieldstone.engine.access import Caller
from fieldstone.engine.errors import Conflict, Forbidden, Invalid, NotFound, TooLarge
from fieldstone.engine.imports import Import, Options, desk, kept, open_source, read_mapping
from fieldstone.engine.imports.text import LONGEST_CELL
from fieldstone.engine.transaction import Transaction
from tests.engine.imports.conftest import Desk
from tests.refusals import Call


@dataclass
class Files:
    """A desk to import at, and the files that lie on it."""

    desk: Desk

    def written(self, content: bytes, name: str = "file.csv") -> Path:
        path = self.desk.folder / name
        path.write_bytes(content)
        return path

    def open(self, content: bytes, **how: Any) -> int:
        """Open a file of these bytes and read all its rows."""
        return open_source(self.written(content), **how).count()

    def book(self, sheet: str | None = None, far: bool = False) -> int:
        path = self.desk.folder / "book.xlsx"
        with xlsxwriter.Workbook(path) as book:
            book.add_worksheet("one").write(0, 0, "name")
            if far:
                book.worksheets()[0].write(1_048_575, 16_383, "far away")
        return open_source(path, sheet=sheet).count()

    def bomb(self) -> int:
        """A workbook of little that unpacks to half a gigabyte and more."""
        path = self.desk.folder / "bomb.xlsx"
        with xlsxwriter.Workbook(path) as book:
            book.add_worksheet("one").write(0, 0, "name")
        with (
            zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as packed,
            packed.open("xl/media/bomb.bin", "w") as part,
        ):
            block = bytes(1 << 20)
            for _ in range(513):
                part.write(block)
        return open_source(path).count()

    def mapping(self, content: bytes) -> dict[str, Any]:
        return read_mapping(self.written(content, "mapping.json"))

    def bring(
        self, mapping: Mapping[str, Any], who: str = "boss", lines: tuple[str, ...] = ("name", "A")
    ) -> None:
        self.desk.bring(lines, mapping, self.caller(who), dry_run=True)

    def bring_regions(self, who: str) -> None:
        path = self.written(b"name\nA\n")
        options = Options(mapping=to("name"), dry_run=True)
        workspace, keep = self.desk.workspace, self.desk.keep
        imports.run(workspace, self.caller(who), "region", path, options, keep=keep)

    def caller(self, name: str) -> Caller:
        return self.desk.caller(name)

    def sent(self, then: Callable[[Transaction, Import], object], who: str = "boss") -> None:
        """Send a file, start its import and do something with it; nothing of that is kept."""
        caller = self.caller(who)
        with self.desk.workspace.writing() as tx:
            number = desk.take(tx, caller, "firm", "firms.csv", "0" * 32, "")
            one = desk.get(tx, caller, number)
            desk.start(tx, one)
            then(tx, one)

    def send(self, size: int) -> None:
        """Send a file of zeros."""
        content = self.written(b"", "zeros.csv")
        with content.open("r+b") as file:
            file.truncate(size)
            kept.receive(file, self.desk.keep, self.desk.workspace)


def to(*fields: str, **more: Any) -> dict[str, Any]:
    """The mapping of the column `name` to these fields, with more of it."""
    return {"columns": {"name": list(fields)}, **more}


CELL = b"x" * (LONGEST_CELL + 5)
Cases = tuple[Call[Files], ...]

READING: Cases = (
    Call("a file that is not there", Invalid, ("import.file",),
         lambda it: open_source(it.desk.folder / "none.csv")),
    Call("a picture", Invalid, ("import.no_text",),
         lambda it: it.open(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff\xff")),
    Call("bytes of no encoding", Invalid, ("import.encoding",),
         lambda it: it.open(b"name\n\xff\xff\x81")),
    Call("another encoding", Invalid, ("import.encoding_given",),
         lambda it: it.open("石".encode(), encoding="ascii")),
    Call("an encoding that is not there", Invalid, ("import.encoding_unknown",),
         lambda it: it.open(b"a\n", encoding="klingon")),
    Call("two letters between columns", Invalid, ("import.delimiter",),
         lambda it: it.open(b"a\n", delimiter=",,")),
    Call("an empty file", Invalid, ("import.no_header",), lambda it: it.open(b"")),
    Call("many columns", Invalid, ("import.too_many_columns",),
         lambda it: it.open(b"a," * 500 + b"a\n")),
    Call("a cell without end", Invalid, ("import.cell_too_long",),
         lambda it: it.open(b'a,b\n1,"' + CELL)),
    Call("a header without end", Invalid, ("import.cell_too_long",),
         lambda it: it.open(b'a,"' + CELL)),
    Call("a sheet of a text file", Invalid, ("import.no_sheets",),
         lambda it: it.open(b"a\n", sheet="one")),
    Call("a sheet that is not there", Invalid, ("import.sheet",), lambda it: it.book("two")),
    Call("a broken workbook", Invalid, ("import.workbook",),
         lambda it: it.open(b"PK\x03\x04 and no more")),
    Call("a broken old workbook", Invalid, ("import.workbook",),
         lambda it: it.open(b"\xd0\xcf\x11\xe0 neither")),
    Call("a cell far away", TooLarge, ("import.too_many_cells",), lambda it: it.book(far=True)),
    Call("a bomb", TooLarge, ("import.unpacked",), lambda it: it.bomb()),
    Call("a mapping that is not there", Invalid, ("import.file",),
         lambda it: read_mapping(it.desk.folder / "none.json")),
    Call("a file that nobody keeps any more", NotFound, ("import.file_gone",),
         lambda it: kept.file_in(it.desk.keep / "gone")),
    Call("a file without end", TooLarge, ("import.file_too_large",),
         lambda it: it.send(kept.LARGEST_FILE + 1)),
    Call("other choices while it runs", Conflict, ("import.began",),
         lambda it: it.sent(lambda tx, one: desk.choose(tx, one, Options()))),
    Call("an undo before the end", Conflict, ("import.not_undoable",),
         lambda it: it.sent(lambda tx, one: desk.undo(tx, it.caller("boss"), one))),
    Call("an import that is not there", NotFound, ("import.unknown",),
         lambda it: it.sent(lambda tx, one: desk.get(tx, it.caller("boss"), 999))),
    Call("a mapping that is a list", Invalid, ("import.mapping",), lambda it: it.mapping(b"[]")),
)  # fmt: skip

MAPPING: Cases = (
    Call("a mapping of no shape", Invalid, ("/columns/name import.mapping",),
         lambda it: it.bring({"columns": {"name": 1}})),
    Call("a key of no mapping", Invalid, ("import.mapping",),
         lambda it: it.bring({"columns": {}, "zz": 1})),
    Call("nothing", Invalid, ("import.nothing_mapped",),
         lambda it: it.bring({"columns": {"name": None}})),
    Call("a column that is not there", Invalid, ("/columns/nam import.unknown_column",
                                                 "import.nothing_mapped"),
         lambda it: it.bring({"columns": {"nam": "name"}})),
    Call("a column with a stroke", Invalid, ("/columns/a~1b import.unknown_column",
                                             "import.nothing_mapped"),
         lambda it: it.bring({"columns": {"a/b": "name"}})),
    Call("a field with a stroke", Invalid, ("/columns/a~1b field.unknown",
                                            "import.nothing_mapped"),
         lambda it: it.bring({"columns": {"a/b": "zzzzzz"}}, lines=("a/b", "1"))),
    Call("values of no column", Invalid, ("/values/zz import.unknown_column",),
         lambda it: it.bring(to("name", values={"zz": {}}))),
    Call("a field that is not there", Invalid, ("/columns/name field.unknown_near",
                                                "import.nothing_mapped"),
         lambda it: it.bring(to("staf"))),
    Call("a field that one may only read", Invalid, ("/columns/name field.read_only",
                                                     "import.nothing_mapped"),
         lambda it: it.bring(to("remark"), "wang")),
    Call("a field twice", Invalid, ("/columns/name import.field_twice",),
         lambda it: it.bring(to("name", "name"))),
    Call("a key of plain text", Invalid, ("/columns/name/key import.key_of_plain",),
         lambda it: it.bring({"columns": {"name": {"field": "name", "key": "code"}}})),
    Call("a key that no column fills", Invalid, ("/key import.key_not_mapped",),
         lambda it: it.bring(to("name", key="tax"))),
    Call("a stage that is not there", Invalid, ("/stage_times/wonn import.unknown_stage",),
         lambda it: it.bring(to("name", stage_times={"wonn": "name"}))),
    Call("no right to import", Forbidden, ("import.forbidden",),
         lambda it: it.bring(to("name"), "guest")),
    Call("no right to import history", Forbidden, ("import.history_forbidden",),
         lambda it: it.bring(to("name", created_at="name"), "wang")),
    Call("no right to make regions", Forbidden, ("access.no_create",),
         lambda it: it.bring_regions("wang")),
)  # fmt: skip


@dataclass(frozen=True)
class Bad:
    """A cell of a column, its field, and the id of the reason why its row is bad."""

    id: str
    field: Any
    cells: tuple[str, ...]
    mapping: Mapping[str, Any] | None = None


ROWS: tuple[Bad, ...] = (
    Bad("import.columns", "staff", ("1,2",)),
    Bad("import.nul", "remark", ("a\0b",)),
    Bad("import.not_boolean", "vip", ("perhaps",)),
    Bad("import.percent_two_readings", "margin", ("15",)),
    Bad("import.date_two_readings", "founded", ("03/04/2026",)),
    Bad("import.time_format", {"field": "founded", "format": "%d-%m-%Y"}, ("2026/03/04",)),
    Bad("import.unknown_value", "kind", ("zzzzzz",)),
    Bad("import.unknown_value_near", "kind", ("makr",)),
    Bad("import.unknown_value", "region", ("Nowhere",)),
    Bad("import.ambiguous", {"field": "region", "key": "name"}, ("Twin",)),
    Bad("import.key_twice", "tax", ("7", "7"), {"key": "tax"}),
    Bad("import.key_unknown", "number", ("F0999",), {"key": "number"}),
)  # fmt: skip


def mapping_of(bad: Bad) -> dict[str, Any]:
    """The mapping of the row's two columns."""
    columns = {"name": "name", "cell": bad.field}
    found: dict[str, Any] = json.loads(json.dumps({"columns": columns, **(bad.mapping or {})}))
    return found
