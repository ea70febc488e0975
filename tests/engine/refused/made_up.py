"""What is refused of sample data: a declaration that does not fit the application."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fieldstone.engine import samples
from fieldstone.engine.errors import Conflict, Invalid
from fieldstone.engine.workspaces import Workspace
from tests.engine.samples.texts import texts
from tests.refusals import Call


@dataclass
class Maker:
    """A workspace with customers, and a folder for declarations."""

    workspace: Workspace
    folder: Path

    def load(self, entity: str = "customer", **values: Any) -> None:
        """Load one record of an entity."""
        block = {"entity": entity, "rows": [{"name": "A", **values}]}
        main = {"seed": 1, "blocks": ["block.json"]}
        for name, content in {"sample": main, "block": block}.items():
            (self.folder / f"{name}.json").write_text(json.dumps(content), "utf-8")
        samples.load(self.workspace, samples.read(texts(self.folder)))


CASES: tuple[Call[Maker], ...] = (
    Call("an entity that is not there", Invalid, ("sample.entity_missing",),
         lambda it: it.load("zz")),
    Call("a field that is not there", Invalid, ("sample.field_missing",),
         lambda it: it.load(zz="1")),
)  # fmt: skip
TWICE: Call[Maker] = Call("a sample twice", Conflict, ("sample.present",), lambda it: it.load())
