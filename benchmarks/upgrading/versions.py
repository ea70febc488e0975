"""The versions of the template, and what companies made of the first one."""

from __future__ import annotations

import copy
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from fieldstone.engine import packages, publish
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.installation import Installation
from fieldstone.engine.workspaces import Workspace
from fieldstone.metadata.documents import Document, document_of, write_folder

NAME = "crm"
NEXT = "99.0.0"
REASON = "upgrading"
OWN = 3
"""One workspace of so many has a field that no other has."""
ASKED = 50
"""One of so many changed what the next version changes too, and has to be asked."""

Edit = Callable[[dict[str, Any]], None]


def install(installation: Installation) -> None:
    """Install the next version: a field more, another label, another version."""

    def changed(customer: dict[str, Any]) -> None:
        customer["fields"].append({"name": "score_of_credit", "type": "integer"})
        customer["label"] = {"en": "Account", "zh-CN": "客户"}

    documents = _with(installation.templates.get(NAME).documents, "customer", changed)
    documents = _with(documents, NAME, lambda app: app.update(version=NEXT))
    with tempfile.TemporaryDirectory() as folder:
        write_folder(Path(folder) / NAME, documents)
        installation.templates.install(packages.read(Path(folder) / NAME))


def make_own(workspace: Workspace, number: int) -> None:
    """Change a workspace as its company would, if this one is one of those."""
    edits: list[Edit] = []
    if number % OWN == 0:
        edits.append(lambda one: one["fields"].append({"name": f"own_{number}", "type": "text"}))
    if number % ASKED == 0:
        edits.append(lambda one: one.update(label={"en": f"Client {number}", "zh-CN": "客户"}))
    documents = publish.export(workspace) if edits else ()
    for edit in edits:
        documents = _with(documents, "customer", edit)
    if edits:
        publish.publish(workspace, SYSTEM, publish.preview(workspace, SYSTEM, documents))


def _with(documents: Iterable[Document], name: str, edit: Edit) -> tuple[Document, ...]:
    """The documents (in names) with the one of that name changed."""
    found = []
    for one in documents:
        if one.name == name and one.kind in ("app", "entity"):
            data = copy.deepcopy(dict(one.data))
            edit(data)
            found.append(document_of(data))
        else:
            found.append(one)
    return tuple(found)
