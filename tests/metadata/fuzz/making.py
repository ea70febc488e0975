"""Making wrong documents: by number, so that each can be made again."""

from __future__ import annotations

import random

from tests.metadata.fuzz import (
    blind,
    expressions,
    folders,
    ladders,
    names,
    references,
    shapes,
    texts,
)  # fmt: skip
from tests.metadata.fuzz.templates import NAMES, Template, template
from tests.metadata.fuzz.wrong import SORTS, Wrong

MODULES = (shapes, texts, names, references, expressions, ladders, folders, blind)
"""All that registers sorts."""

_WEIGHTS = (45, 42, 8, 5)
"""How often a template is taken: checking the large one takes ten times as long."""


def made(seed: int, number: int) -> tuple[str, Template, Wrong]:
    """The wrong document of that number: its sort, its template, and what was done."""
    chance = random.Random(f"{seed}/{number}")
    while True:
        taken = template(chance.choices(NAMES, _WEIGHTS)[0])
        name = chance.choice(sorted(SORTS))
        wrong = SORTS[name](chance, taken)
        if wrong is not None:
            return name, taken, wrong


def made_of(name: str, seed: int, number: int) -> tuple[Template, Wrong]:
    """The wrong document of a sort and a number, of a small template where one has a place."""
    chance = random.Random(f"{name}/{seed}/{number}")
    for each in (*chance.sample(NAMES[:2], 2), *NAMES[2:]):
        wrong = SORTS[name](chance, template(each))
        if wrong is not None:
            return template(each), wrong
    raise LookupError(f"no template has a place for {name}")
