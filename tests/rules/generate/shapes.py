"""Every way to call every function and aggregate, found by trying what is registered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain, islice, product

from fieldstone.metadata.expression import parse, tree
from fieldstone.rules.functions import Function, functions
from fieldstone.rules.functions.special import SPECIALS
from tests.rules.generate.leaves import family, key_of, leaves, type_of

NUMBERS = ("2", "0", "1", "7", "-1", "100", "0.5")
"""What is tried where a number has to be written out."""
TEXTS = ('"*"', '"a*"', '"?b#"', '"中?"', '"*%_"', '".+("', '"é*\\\\"', '"A"', '" "')
"""What is tried where a text has to be written out: with characters that stand for others."""
TRIALS = 60
COMBINATIONS = 300
RELATED = "deals"
RELATED_ENTITY = "deal"


@dataclass(frozen=True)
class Parameter:
    """What an argument is made of: anything of a kind, or one of some constants alone."""

    kind: str
    constants: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shape:
    """A function with the kinds of its arguments and the key of what it gives.

    `same`: it gives a value of its arguments' own options or entity. `whole`: a whole number,
    whatever the arguments are.
    """

    name: str
    kinds: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    gives: str
    same: bool = False
    whole: bool = False

    def __str__(self) -> str:
        return f"{self.name}({', '.join(self.kinds)})"


@dataclass(frozen=True)
class Summary:
    """An aggregate with the kind of its value and of its order, None where there is none.

    `conditions` says whether it stands with a condition, without, or either way.
    """

    name: str
    value: str | None
    by: str | None
    gives: str
    same: bool
    conditions: tuple[bool, ...]

    def __str__(self) -> str:
        by = f", by={self.by}" if self.by else ""
        return f"{self.name}({RELATED}{'.' + self.value if self.value else ''}{by})"


@cache
def shapes() -> tuple[Shape, ...]:
    """All calls of registered functions that are accepted, by kinds of arguments."""
    return tuple(found for function in functions() for found in _shapes(function))


@cache
def summaries() -> tuple[Summary, ...]:
    """All aggregates that are accepted, by kinds of value and order."""
    names = sorted(set(SPECIALS) - {"has_tag"})
    kinds: list[str | None] = [None, *sorted(_kinds(RELATED_ENTITY))]
    tried = (_summary(*one) for one in product(names, kinds, kinds))
    return tuple(one for one in tried if one is not None)


@cache
def giving(key: str) -> tuple[Shape, ...]:
    """The calls that give a key; "whole" stands for whole numbers."""
    if key == "whole":
        return tuple(one for one in shapes() if one.whole)
    return tuple(
        one
        for one in shapes()
        if one.gives == key or (one.same and family(one.gives) == family(key))
    )


@cache
def summing(key: str) -> tuple[Summary, ...]:
    """The aggregates that give a key."""
    return tuple(
        one
        for one in summaries()
        if one.gives == key or (one.same and family(one.gives) == family(key))
    )


def refused() -> Iterator[tuple[str, int, str]]:
    """(function, argument, kind) that a function says it takes, and that no call of it takes."""
    for function in functions():
        taken = {
            (at, kind)
            for one in shapes()
            if one.name == function.name
            for at, kind in enumerate(one.kinds)
        }
        for at, kinds in enumerate(function.kinds):
            yield from (
                (function.name, at, kind) for kind in sorted(kinds) if (at, kind) not in taken
            )


def _shapes(function: Function) -> Iterator[Shape]:
    for count in range(function.fewest, min(function.most, function.fewest + 2) + 1):
        taken = [sorted(function.kinds_of(at)) for at in range(count)]
        many = product(*taken)
        total = 1
        for one in taken:
            total *= len(one)
        for kinds in many:
            if total > COMBINATIONS and len({_near(kind) for kind in kinds}) > 1:
                continue
            found = _shape(function, kinds)
            if found is not None:
                yield found


def _near(kind: str) -> str:
    return "number" if kind == "money" else kind


def _shape(function: Function, kinds: tuple[str, ...]) -> Shape | None:
    constants = [_constants(function, at, kind) for at, kind in enumerate(kinds)]
    options = [[*_samples("account", kind), *constants[at]] for at, kind in enumerate(kinds)]
    for arguments in islice(chain(_alike(options), product(*options)), TRIALS):
        found = type_of("account", f"{function.name}({', '.join(arguments)})")
        if found is None:
            continue
        parameters = tuple(
            _parameter(function.name, at, kinds[at], arguments, constants[at])
            for at in range(len(kinds))
        )
        same = found.kind in ("choice", "reference", "tags") and found.kind in kinds
        whole = found.kind == "number" and not found.scale
        return Shape(function.name, kinds, parameters, key_of(found), same, whole)
    return None


def _alike(options: Sequence[Sequence[str]]) -> Iterator[tuple[str, ...]]:
    """The first of each, the second of each and so on; the last of those that have fewer."""
    if all(options):
        for at in range(max(map(len, options), default=1)):
            yield tuple(one[min(at, len(one) - 1)] for one in options)


def _parameter(
    name: str, at: int, kind: str, arguments: Sequence[str], constants: Sequence[str]
) -> Parameter:

    def accepted(argument: str) -> bool:
        changed = [*arguments[:at], argument, *arguments[at + 1 :]]
        return type_of("account", f"{name}({', '.join(changed)})") is not None

    samples = _samples("account", kind)
    taken = next((sample for sample in samples if accepted(sample)), None)
    if taken is not None:
        whole = kind == "number" and taken != samples[0]
        return Parameter("whole" if whole else kind)
    return Parameter(kind, tuple(one for one in constants if accepted(one)))


def _constants(function: Function, at: int, kind: str) -> tuple[str, ...]:
    """What may have to be written out: as the function's example does, or small numbers."""
    found = list({"number": NUMBERS, "text": TEXTS}.get(kind, ()))
    example = parse(function.example)
    for node in example.walk():
        if isinstance(node, tree.Call) and node.function.text == function.name:
            written = node.arguments[min(at, len(node.arguments) - 1) :][:1]
            fitting = tree.Number if kind == "number" else tree.Text if kind == "text" else ()
            found += [
                function.example[one.start : one.end] for one in written if isinstance(one, fitting)
            ]
    return tuple(dict.fromkeys(found))


def _kinds(entity_id: str) -> set[str]:
    read = leaves(entity_id)
    return {family(key) for key in (*read.near, *read.far)} - {"whole"}


@cache
def _samples(entity_id: str, kind: str) -> tuple[str, ...]:
    """Fields of a kind: of numbers one with digits after the point, then a whole one."""
    read = leaves(entity_id)
    near = [path for key in read.keys(kind) for path in read.of(key)]
    if kind != "number":
        return tuple(near[:1])
    fine = next(path for path in near if path not in read.of("whole"))
    return (fine, read.of("whole")[0])


def _summary(name: str, value: str | None, by: str | None) -> Summary | None:
    path = RELATED if value is None else f"{RELATED}.{_samples(RELATED_ENTITY, value)[0]}"
    order = "" if by is None else f", by={_samples(RELATED_ENTITY, by)[0]}"
    conditions = []
    gives = None
    for with_condition in (False, True):
        condition = ", flag" if with_condition else ""
        found = type_of("account", f"{name}({path}{condition}{order})")
        if found is not None:
            conditions.append(with_condition)
            gives = found
    if gives is None:
        return None
    return Summary(name, value, by, key_of(gives), gives.kind == value, tuple(conditions))
