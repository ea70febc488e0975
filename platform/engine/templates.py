"""Templates: the folders of documents that come with the product, to begin a workspace from."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from .. import rules
from ..metadata.documents import read_folder
from ..metadata.model import App
from .errors import Invalid, NotFound, unknown

_PACKAGE = "fieldstone.apps"


def templates() -> dict[str, Path]:
    """The folder of each template, by its name (`crm_template`)."""
    root = Path(str(files(_PACKAGE)))
    return {path.parent.name: path.parent for path in sorted(root.glob("*/app.json"))}


def template(name: str) -> Path:
    """The folder of a template; `crm` means `crm_template`. NotFound if there is none."""
    known = templates()
    found = known.get(name) or known.get(f"{name}_template")
    if found is None:
        raise NotFound(unknown("template.unknown", name, known))
    return found


@lru_cache(maxsize=32)
def declared(name: str) -> App:
    """What a template declares, without installing it. NotFound if there is none, Invalid if it
    is wrong.
    """
    documents, problems = read_folder(template(name))
    checked = rules.check(documents)
    if problems or checked.app is None:
        raise Invalid((*problems, *checked.problems))
    return checked.app
