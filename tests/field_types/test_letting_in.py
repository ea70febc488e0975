"""Field types of packages: what is let in, and what is refused, with the package's name."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from fieldstone.metadata.documents import read_folder
from fieldstone.metadata.fields import TYPES, keys_of, load_field_types
from fieldstone.metadata.messages import LOCALES
from fieldstone.metadata.problems import ProblemsError
from fieldstone.rules import check
from fieldstone.ui.cli.program import root
from tests.field_types.conftest import Shelf

ROOT = Path(__file__).parents[2]
MODULE = """
from fieldstone.metadata.fields.{module} import {base}


class Brought({base}):
    name = "{name}"
    like = "{like}"
"""


def module(name: str, like: str = "integer", of: str = "integer.IntegerType") -> str:
    file, base = of.split(".")
    return MODULE.format(name=name, like=like, module=file, base=base)


@pytest.mark.usefixtures("stars")
def test_a_type_has_the_keys_of_the_one_that_it_is_like() -> None:
    assert keys_of("stars") == keys_of("integer")
    assert list(TYPES)[-1] == "stars"


def test_what_ships_needs_no_package() -> None:
    load_field_types()
    assert "stars" not in TYPES


@pytest.mark.parametrize(
    ("text", "problem", "named"),
    [
        (module("Stars"), "plugin.type_name", "Stars"),
        (module("integer"), "plugin.type_name", "integer"),
        (module("moons", like="choice", of="choice.ChoiceType"), "plugin.type_like", "moons"),
        (module("moons", like="text"), "plugin.type_like", "long_text"),
        (module("moons"), "plugin.type_words", "type_name.moons"),
        ("Brought = 5", "plugin.type_like", "brought"),
        ("1 / 0", "plugin.failed", "ZeroDivisionError"),
    ],
)
def test_a_type_that_cannot_be_let_in(shelf: Shelf, text: str, problem: str, named: str) -> None:
    shelf.install("acme-broken", "acme_broken:Brought", text)
    before = set(TYPES)
    with pytest.raises(ProblemsError) as caught:
        load_field_types()
    found = caught.value.problems[0]
    assert found.id == problem
    for locale in LOCALES:
        sentence = found.text(locale)
        assert "acme-broken" in sentence and named in sentence and "{" not in sentence
    assert set(TYPES) == before


def test_a_command_says_what_is_wrong(shelf: Shelf) -> None:
    shelf.install("acme-broken", "acme_broken:Brought", module("moons"))
    run = CliRunner().invoke(root, ["check", str(ROOT / "apps" / "crm_template")])
    assert run.exit_code == 1
    assert "acme-broken" in run.output and "moons" in run.output


def test_documents_that_use_a_type_whose_package_is_gone_say_so(shelf: Shelf) -> None:
    documents, _ = read_folder(ROOT / "apps" / "crm_template")
    changed = [
        one.with_data({**one.data, "fields": [*one.data["fields"], {"name": "m", "type": "moons"}]})
        if one.key == "entity/customer"
        else one
        for one in documents
    ]
    problems = check(changed).problems
    assert [one.pointer.rsplit("/", 1)[1] for one in problems] == ["type"]
