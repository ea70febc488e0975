"""The run of an export: the records of a list, page by page, into a file."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from .. import query
from ..access import Caller
from ..errors import Invalid, TooLarge
from ..query import ListRequest, Page
from ..query.request import MOST_ROWS
from ..transaction import Transaction
from .columns import headers, reader
from .writing import Format, Writer, open_writer

ROWS_OF_SHEET: Final = 1_048_575
"""Records that a sheet of a workbook holds below its header."""


def write(
    tx: Transaction,
    caller: Caller,
    request: ListRequest,
    path: Path,
    kind: Format,
    progress: Callable[[int], object] = lambda done: None,
    *,
    rows_of_sheet: int = ROWS_OF_SHEET,
) -> int:
    """Write all records of a list to a new file; how many there were.

    The caller sees in it what they see in the list, in their language; `progress` is told how
    many are written. In memory is a page at a time. Refusals as of a list; TooLarge for more
    records than a sheet holds, Invalid for a text that is too long for a cell of one and where no
    file can be written. The file is there once it is whole.
    """
    request = replace(request, sort=request.sort or "id", limit=MOST_ROWS, titles=True)
    page = query.page(tx, caller, request)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        writer = open_writer(beside, kind)
        try:
            most = rows_of_sheet if kind == "xlsx" else None
            done = _write(tx, caller, request, page, writer, most, progress)
        finally:
            writer.close()
        beside.replace(path)
    except OSError as error:
        raise Invalid.because("export.file", file=str(path), reason=error.strerror) from error
    finally:
        beside.unlink(missing_ok=True)
    return done


def _write(
    tx: Transaction,
    caller: Caller,
    request: ListRequest,
    page: Page,
    writer: Writer,
    most: int | None,
    progress: Callable[[int], object],
) -> int:
    columns = page.columns
    writer.row(list(headers(tx.app, columns, caller.locale)))
    readers = [reader(tx.app, one, tx.zone, caller.locale) for one in columns]
    done = 0
    while True:
        done += len(page.records)
        if most is not None and done > most:
            raise TooLarge.because("export.too_many_rows", most=most)
        for record in page.records:
            writer.row([read(page, record) for read in readers])
        progress(done)
        if page.next_cursor is None:
            return done
        page = query.page(tx, caller, replace(request, cursor=page.next_cursor))
