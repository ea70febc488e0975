"""Expressions and messages that are broken, ill-typed, too long, or need themselves."""

from __future__ import annotations

import random

from tests.metadata.fuzz.shapes import chosen
from tests.metadata.fuzz.templates import Place, Template
from tests.metadata.fuzz.wrong import Wrong, at, changed, sort, written

BROKEN = (
    "(", ")", "1 +", "=", "1 = 1", "import os", "lambda: 1", "[x for x in y]", "name.__class__",
    "__import__('os')", "'x", "f'{x}'", "1 if", "name; name", "#", "\u3000", "\\", "1 2", "((1)",
    "zz_nowhere", "zz_nowhere.name", "zz(1)", "count(zz_nowhere)", "1 + 'a'", "not 1", "len(1)",
    "today() + 'x'", "1e999", "1_000", "0x10", "10**3", "None.x", "'a' < 1", "x := 1", "*name",
    "{1: 2}", "\"\"\"a", "`a`", "a?b:c", "a ? b", "$name", "@name", "name[0]", "if", "class",
    "9" * 40, "🙂", "“a”", "await x", "print(1)", "True()", "-'a'", "days_since()", "１ + １",
    "(" * 150 + "1" + ")" * 150, "1" + " + 1" * 250, "not " * 300 + "true", "a." * 300 + "b",
    "x" * 2001, "min_of(" * 60 + "1" + ")" * 60,
)  # fmt: skip
"""What is no expression anywhere, or means nothing in any document."""

MESSAGES = ("{{", "{{ }}", "{{ 1 + }}", "{{ zz_nowhere }}", "{{ name", "{{ {{ 1 }} }}")


def _expression(place: Place) -> bool:
    return "expression" in place.ref and place.value not in place.ref.get("words", ())


@sort
def expression_broken(chance: random.Random, template: Template) -> Wrong | None:
    place = chosen(chance, template, _expression)
    if place is None:
        return None
    files = changed(template, place.path, place.parts, chance.choice(BROKEN))
    return Wrong(files=files, where=[at(place.path, *place.parts)], exact=True)


@sort
def expression_changed(chance: random.Random, template: Template) -> Wrong | None:
    """A character more or less; it may be right."""
    place = chosen(chance, template, lambda one: _expression(one) or "message" in one.ref)
    if place is None:
        return None
    text = place.value
    for _ in range(chance.choice((1, 1, 1, 3))):
        index = chance.randrange(len(text) + 1)
        way = chance.randrange(3)
        letter = chance.choice("()'\"+-*/<>=.,{} a0_\n\t名\x07\u200b\u2028")
        if way == 0:
            text = text[:index] + letter + text[index:]
        elif way == 1:
            text = text[:index] + text[index + 1 :]
        else:
            text = text[:index] + letter + text[index + 1 :]
    files = changed(template, place.path, place.parts, text)
    return Wrong(files=files, must=False)


@sort
def condition_of_wrong_type(chance: random.Random, template: Template) -> Wrong | None:
    place = chosen(chance, template, lambda one: one.ref.get("expects") == "boolean")
    if place is None or not _expression(place):
        return None
    wrong = chance.choice(("1", '"a"', "today()", "now()", "none", "1.5 * 2", 'concat("a", "b")'))
    files = changed(template, place.path, place.parts, wrong)
    return Wrong(files=files, where=[at(place.path, *place.parts)], exact=True)


@sort
def message_broken(chance: random.Random, template: Template) -> Wrong | None:
    place = chosen(chance, template, lambda one: "message" in one.ref)
    if place is None:
        return None
    some = [one for one in BROKEN if len(one) < 1900 and "{" not in one]
    text = chance.choice((chance.choice(MESSAGES), f"a {{{{ {chance.choice(some)} }}}} b"))
    files = changed(template, place.path, place.parts, text)
    return Wrong(files=files, where=[at(place.path, *place.parts)], exact=True)


@sort
def formulas_in_a_circle(chance: random.Random, template: Template) -> Wrong | None:
    place = chosen(chance, template, lambda one: one.path.startswith("entities/") and not one.parts)
    if place is None:
        return None
    data = template.copy(place.path)
    first, length = len(data["fields"]), chance.choice((1, 2, 3, 10, 24, 40))
    stored = chance.random() < 0.3
    for index in range(length):
        after = f"zz_{(index + 1) % length}"
        text = chance.choice((after, f"{after} + 1", f'"a" if {after} == 1 else "b"'))
        field = {"name": f"zz_{index}", "type": "formula", "formula": text}
        data["fields"].append({**field, "stored": True} if stored else field)
    where = [at(place.path, "fields", first + each, "formula") for each in range(length)]
    ids = ["formula.cycle"] if length < 20 else []
    return Wrong(files={place.path: written(data)}, where=where, ids=ids, exact=True)
