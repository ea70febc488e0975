"""Samples: a believable company's records, made from a declaration with a seeded generator.

A template may hold a folder `sample/` (see `declaration.py` and `draws.py` for what it says):
`load(workspace, template.sample)` fills a workspace with it.
"""

from .checking import check
from .declaration import Declaration, DeclarationError, read
from .making import Sample, make
from .removal import KIND, PAGE, Removal, ask, do, last, stop
from .removing import Removed, count, remove
from .writing import ORIGIN, Loaded, Progress, load

FOLDER = "sample"
"""Where a template keeps its declaration."""

__all__ = [
    "FOLDER",
    "KIND",
    "ORIGIN",
    "PAGE",
    "Declaration",
    "DeclarationError",
    "Loaded",
    "Progress",
    "Removal",
    "Removed",
    "Sample",
    "ask",
    "check",
    "count",
    "do",
    "last",
    "load",
    "make",
    "read",
    "remove",
    "stop",
]
