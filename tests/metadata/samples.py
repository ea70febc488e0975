"""The sample app, and edits of its documents written as JSON pointers."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import fieldstone.apps
from fieldstone.metadata import App, Document, check, document_of, read_folder
from fieldstone.metadata.tombstones import Place, listings

FOLDER = Path(__file__).parent / "sample_app"


def sample_documents() -> tuple[Document, ...]:
    """The documents of the sample app, in names."""
    documents, problems = read_folder(FOLDER)
    assert problems == ()
    return documents


def app_of(documents: Iterable[Document], base: App | None = None) -> App:
    """The App of documents that must have no problem."""
    checked = check(documents, base)
    assert [problem.line() for problem in checked.problems] == []
    assert checked.app is not None
    return checked.app


def purged_from(app: App) -> set[Place]:
    """The places of everything that an app remembers as purged."""
    lists = (each for document in app.documents for each in listings(document))
    return {each.place(one) for each in lists for one in each.purged}


def edited(
    documents: Iterable[Document], edits: Mapping[str, Mapping[str, Any]]
) -> tuple[Document, ...]:
    """Documents with values set: path of the file -> JSON pointer -> value.

    The pointer "" replaces a whole document (or adds a new file); the value "(removed)" removes;
    a last part "-" appends to a list.
    """
    found = {document.path: copy.deepcopy(dict(document.data)) for document in documents}
    for path, values in edits.items():
        for pointer, value in values.items():
            if pointer:
                _set(found[path], pointer.split("/")[1:], value)
            elif value == "(removed)":
                del found[path]
            else:
                found[path] = value
    return tuple(document_of(data, path=path) for path, data in found.items())


def _set(data: Any, parts: list[str], value: Any) -> None:
    for part in parts[:-1]:
        data = data[int(part) if isinstance(data, list) else part]
    last = parts[-1]
    value = Decimal(str(value)) if isinstance(value, float) else value
    if last == "-":
        data.append(value)
    elif value == "(removed)":
        del data[int(last) if isinstance(data, list) else last]
    else:
        data[int(last) if isinstance(data, list) else last] = value


def template_documents(name: str) -> tuple[Document, ...]:
    """The documents of a template that comes with the product, in names."""
    documents, problems = read_folder(Path(fieldstone.apps.__path__[0]) / name)
    assert problems == ()
    return documents
