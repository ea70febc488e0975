"""Small changes of a source file, one at a time, as the operators of mutmut make them.

mutmut's own runner is not used: it leaves out what stands in tables (most functions of the
language are lambdas there) and starts the tests anew for every change.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import libcst as cst
from libcst.metadata import CodePosition, MetadataWrapper, PositionProvider
from mutmut.mutation.mutators import mutation_operators


@dataclass(frozen=True)
class Change:
    """One change: where, and what stands there instead."""

    path: Path
    key: str
    operator: str
    line: int
    before: str
    after: str
    _module: cst.Module
    _node: cst.CSTNode
    _instead: cst.CSTNode

    @cached_property
    def source(self) -> str:
        """The whole file with the change."""
        changed = self._module.deep_replace(self._node, self._instead)
        assert isinstance(changed, cst.Module)
        return changed.code

    def told(self) -> str:
        """The change as people read it."""
        return f"{self.key} {self.path}:{self.line} {self.before}  ->  {self.after}"


def changes_of(path: Path) -> Iterator[Change]:
    """Every change of a file; annotations and decorators are left as they are."""
    source = path.read_text("utf-8")
    wrapper = MetadataWrapper(cst.parse_module(source), unsafe_skip_copy=True)
    places = wrapper.resolve(PositionProvider)
    found = _Nodes()
    wrapper.module.visit(found)
    for number, node in enumerate(found.nodes):
        place = places.get(node)
        for kind, operator in mutation_operators:
            if not isinstance(node, kind):
                continue
            for instead in operator(node):
                yield _change(path, wrapper.module, number, node, instead, operator.__name__, place)


def _change(
    path: Path,
    module: cst.Module,
    number: int,
    node: cst.CSTNode,
    instead: cst.CSTNode,
    operator: str,
    place: object,
) -> Change:
    before, after = (" ".join(module.code_for_node(one).split()) for one in (node, instead))
    about = (str(path), module.code, str(number), operator, after)
    key = hashlib.sha256("\0".join(about).encode()).hexdigest()[:12]
    start = getattr(place, "start", CodePosition(1, 0))
    return Change(path, key, operator, start.line, before, after, module, node, instead)


class _Nodes(cst.CSTVisitor):
    """The nodes of a module that may be changed, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.nodes: list[cst.CSTNode] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.Annotation | cst.Decorator | cst.Import | cst.ImportFrom):
            return False
        self.nodes.append(node)
        return True
