"""Compiled expressions: parsed, typed and cached by the App's hash and the text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial

from ..metadata.expression import parse, tree
from ..metadata.model import App, Entity, Field
from ..metadata.problems import Problem, ProblemsError
from .correcting import corrected
from .depth import MOST_FORMULAS, MOST_ROWS, place_too_deep, symbols_of
from .functions.numbers import rescaled
from .functions.registry import Place
from .ir import Call, Typed, Window
from .names import Space
from .paths import Scope
from .types import Type
from .typing import Options, Typer

_NEVER_DEEP = 3
_OWN_ROWS = 20


@dataclass(frozen=True, eq=False)
class Expression:
    """An expression that is right: `typed` is what both backends read.

    `uses` are the (entity id, field id) pairs that it reads, those of formulas within it
    included; `relations` the reference fields that it follows or comes back over. `doubts` are
    problems for which it would be refused today, though it was published before and still has a
    value; whatever is newly written is never in doubt.
    """

    text: str
    entity: str
    typed: Typed
    uses: frozenset[tuple[str, str]]
    relations: frozenset[tuple[str, str]]
    depends_on_time: bool
    depends_on_viewer: bool
    app: App = field(repr=False)
    space: Space = "id"
    parent: str | None = None
    doubts: tuple[Problem, ...] = ()

    @property
    def over_table(self) -> bool:
        """Whether its value for a record depends on the other records of the table."""
        return any(isinstance(one, Window) for one in self.typed.walk())

    @property
    def type(self) -> Type:
        """The type of its value."""
        return self.typed.type

    @property
    def scale(self) -> int:
        """The digits after the point of its value, when that is a number."""
        return self.typed.type.scale


def compile_expression(
    app: App,
    entity_id: str,
    text: str,
    *,
    parent: str | None = None,
    extra: Mapping[str, Type] | None = None,
    allow_viewer: bool = False,
    space: Space = "id",
    into: tuple[str, str] | None = None,
    over_table: bool = False,
) -> Expression:
    """The expression `text` over records of an entity, typed; raises ProblemsError.

    In `space` "id" names are ids first (as an App holds expressions, which is read leniently: see
    `Expression.doubts`), in "name" what people call things now; what is refused then comes with the
    whole text corrected, where that is mechanical (`Problem.corrected`). `parent` is the entity
    that `parent.` reaches, `extra` types names whose values come with the context. `into` is the
    (entity id, field id) that the value is written to: it then comes as that field wants it (texts
    as options, a date as the time at which it begins). `allow_viewer` admits me() and my_team(),
    `over_table` rank(), share() and percentile(): the value then needs many records at once.
    """
    given = tuple(sorted(extra.items())) if extra else ()
    if space == "id":
        return _declared(app, entity_id, text, parent, given, allow_viewer, space, into, over_table)

    def read(written: str) -> Expression:
        return _asked(app, entity_id, written, parent, given, allow_viewer, space, into, over_table)

    return corrected(app, entity_id, text, read)


def _compiled(
    app: App,
    entity_id: str,
    text: str,
    parent: str | None,
    extra: tuple[tuple[str, Type], ...],
    allow_viewer: bool,
    space: Space,
    into: tuple[str, str] | None,
    over_table: bool,
) -> Expression:
    options = Options(
        space=space,
        allow_viewer=allow_viewer,
        extra=dict(extra),
        into=into,
        lenient=space == "id",
        over_table=over_table,
    )
    return compile_node(app, entity_id, text, parse(text), options, parent)


_declared = lru_cache(maxsize=2048)(_compiled)
# What people ask is seldom asked again: it must not drive out, nor outgrow, what is declared.
_asked = lru_cache(maxsize=96)(_compiled)


def compile_node(
    app: App,
    entity_id: str,
    text: str,
    node: tree.Node,
    options: Options,
    parent: str | None = None,
) -> Expression:
    """The expression of a tree that was parsed before, as part of a message for instance."""
    with _all_of_it():
        found = _read(app, entity_id, text, node, options, parent)
        _refuse_too_deep(found)
    return found


def _read(
    app: App,
    entity_id: str,
    text: str,
    node: tree.Node,
    options: Options,
    parent: str | None = None,
) -> Expression:
    """The typed expression, whose SQL may yet be too deep for the databases."""
    entity = app.entity(entity_id)
    outer = Scope(app.entity(parent)) if parent is not None else None
    inlined: list[Expression] = []

    def formula(owner: Entity, one: Field, at: Place) -> Typed:
        found = _formula_within(app, owner, one, at)
        if not one.stored:
            inlined.append(found)
        return found.typed

    typer = Typer(app, options, formula)
    typed = typer.expression(node, Scope(entity, outer))
    calls = [one.operation for one in typed.walk() if isinstance(one, Call)]
    return Expression(
        text=text,
        entity=entity_id,
        typed=typed,
        uses=frozenset(typer.uses).union(*(one.uses for one in inlined)),
        relations=frozenset(typer.relations).union(*(one.relations for one in inlined)),
        depends_on_time=any(one.time for one in calls),
        depends_on_viewer=any(one.viewer for one in calls),
        app=app,
        space=options.space,
        parent=parent,
        doubts=tuple(typer.doubts),
    )


_open: ContextVar[tuple[tuple[str, str], ...]] = ContextVar("open_formulas", default=())


def formula_expression(app: App, entity_id: str, field_id: str) -> Expression:
    """The expression of a formula field, with the scale that the field asks for.

    Raises ProblemsError: `formula.cycle` where it needs itself.
    """
    with _all_of_it():
        found = _formula(app, entity_id, field_id)
        _refuse_too_deep(found)
    return found


@contextmanager
def _all_of_it() -> Iterator[None]:
    """Read an expression with the formulas within it, from the outermost on.

    Before the innermost is reached and the bounds can be looked at, formulas that are deep
    themselves and within each other may need more than Python's stack.
    """
    try:
        yield
    except RecursionError as error:
        raise ProblemsError([Problem("expression.nested", position=1)]) from error


def _refuse_too_deep(found: Expression) -> None:
    if found.typed.height <= _NEVER_DEEP and not found.relations:
        return
    place = place_too_deep(found.typed, partial(_rows, found.app))
    if place is not None:
        raise ProblemsError([Problem("expression.nested", position=place.start + 1)])


@lru_cache(maxsize=512)
def _rows(app: App, entity_id: str) -> int:
    """How deep the rows of any role nest that are put where records of an entity are read."""
    texts = {one.rows for role in app.roles.values() if (one := role.access(entity_id))}
    return max((_rows_of(app, entity_id, text) for text in texts), default=0)


def _rows_of(app: App, entity_id: str, text: str) -> int:
    if text == "all":
        return 0
    if text == "own":
        return _OWN_ROWS
    try:
        found = _read(app, entity_id, text, parse(text), Options(allow_viewer=True, lenient=True))
    except ProblemsError:
        # Told at its own place, or written with fields that this caller may not know.
        return MOST_ROWS
    # The rows of several roles are joined by or.
    return min(MOST_ROWS, symbols_of(found.typed) + 4)


@lru_cache(maxsize=2048)
def _formula(app: App, entity_id: str, field_id: str) -> Expression:
    one = app.entity(entity_id).field(field_id)
    if one.formula is None:
        raise KeyError(f"{entity_id}.{field_id} is no formula")
    with _opened(app, entity_id, one):
        found = _read(app, entity_id, one.formula, parse(one.formula), Options(lenient=True))
    if not one.scale or not found.type.numeric or found.scale == one.scale:
        return found
    kind = replace(found.type, scale=one.scale)
    typed = rescaled(Typer(app, Options(), _no_formula), found.typed, kind)
    return replace(found, typed=typed)


@contextmanager
def _opened(app: App, entity_id: str, one: Field) -> Iterator[None]:
    before = _open.get()
    key = (entity_id, one.id)
    if key in before:
        names = [app.entity(owner).field(name).name for owner, name in (*before, key)]
        names = names[before.index(key) :]
        raise ProblemsError([Problem("formula.cycle", {"path": " → ".join(names)}, position=1)])
    if len(before) > MOST_FORMULAS:
        raise ProblemsError([Problem("expression.nested", position=1)])
    token = _open.set((*before, key))
    try:
        yield
    finally:
        _open.reset(token)


def _formula_within(app: App, owner: Entity, one: Field, at: Place) -> Expression:
    """A formula field that another expression reads; its own problems are told at its own place."""
    try:
        return _formula(app, owner.id, one.id)
    except ProblemsError as error:
        first = error.problems[0]
        if first.id in {"formula.cycle", "expression.nested"}:
            raise ProblemsError([Problem(first.id, first.params, position=at.start + 1)]) from error
        params = {"name": one.name, "entity": owner}
        raise ProblemsError([Problem("formula.broken", params, position=at.start + 1)]) from error


def _no_formula(owner: Entity, one: Field, at: Place) -> Typed:
    raise AssertionError("nothing is typed here")
