"""Compiled expressions: parsed, typed and cached by the App's hash and the text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache

from ..metadata.expression import parse, tree
from ..metadata.model import App, Entity, Field
from ..metadata.problems import Problem, ProblemsError
from .functions.numbers import rescaled
from .functions.registry import Place
from .ir import Call, Typed
from .names import Space
from .paths import Scope
from .types import Type, field_type
from .typing import Options, Typer


@dataclass(frozen=True, eq=False)
class Expression:
    """An expression that is right: `typed` is what both backends read.

    `uses` are the (entity id, field id) pairs that it reads, those of formulas within it
    included; `relations` the reference fields that it follows or comes back over.
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
) -> Expression:
    """The expression `text` over records of an entity, typed; raises ProblemsError.

    In `space` "id" names are ids first (as an App holds expressions), in "name" what people call
    things now. `parent` is the entity that `parent.` reaches, `extra` types names whose values
    come with the context. `into` is the (entity id, field id) that the value is written to: it
    then comes as that field wants it (texts as options, a date as the time at which it begins).
    `allow_viewer` admits me() and my_team().
    """
    given = tuple(sorted(extra.items())) if extra else ()
    kept = _declared if space == "id" else _asked
    return kept(app, entity_id, text, parent, given, allow_viewer, space, into)


def _compiled(
    app: App,
    entity_id: str,
    text: str,
    parent: str | None,
    extra: tuple[tuple[str, Type], ...],
    allow_viewer: bool,
    space: Space,
    into: tuple[str, str] | None,
) -> Expression:
    options = Options(space=space, allow_viewer=allow_viewer, extra=dict(extra), into=into)
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
    )


_open: ContextVar[tuple[tuple[str, str], ...]] = ContextVar("open_formulas", default=())


def formula_expression(app: App, entity_id: str, field_id: str) -> Expression:
    """The expression of a formula field, with the scale that the field asks for.

    Raises ProblemsError: `formula.cycle` where it needs itself.
    """
    return _formula(app, entity_id, field_id)


@lru_cache(maxsize=1024)
def _formula(app: App, entity_id: str, field_id: str) -> Expression:
    one = app.entity(entity_id).field(field_id)
    if one.formula is None:
        raise KeyError(f"{entity_id}.{field_id} is no formula")
    with _opened(app, entity_id, one):
        found = compile_node(app, entity_id, one.formula, parse(one.formula), Options())
    if not one.scale or not found.type.numeric or found.scale == one.scale:
        return found
    kind = Type(found.type.kind, one.scale)
    typed = rescaled(Typer(app, Options(), _no_formula), found.typed, kind)
    values = {key: getattr(found, key) for key in found.__dataclass_fields__}
    return Expression(**(values | {"typed": typed}))


@contextmanager
def _opened(app: App, entity_id: str, one: Field) -> Iterator[None]:
    before = _open.get()
    key = (entity_id, one.id)
    if key in before:
        names = [app.entity(owner).field(name).name for owner, name in (*before, key)]
        names = names[before.index(key) :]
        raise ProblemsError([Problem("formula.cycle", {"path": " → ".join(names)}, position=1)])
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
        if first.id == "formula.cycle":
            raise ProblemsError([Problem(first.id, first.params, position=at.start + 1)]) from error
        params = {"name": one.name, "entity": owner}
        raise ProblemsError([Problem("formula.broken", params, position=at.start + 1)]) from error


def _no_formula(owner: Entity, one: Field, at: Place) -> Typed:
    raise AssertionError("nothing is typed here")


def value_type(app: App, entity_id: str, one: Field) -> Type:
    """The type of a field's values, of formulas too; raises ProblemsError for a broken formula."""
    if one.type == "formula":
        return formula_expression(app, entity_id, one.id).type
    return field_type(app, entity_id, one)
