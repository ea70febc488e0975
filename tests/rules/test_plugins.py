"""Functions of plug-ins: installed for real, and refused as a whole when they cannot be let in."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from fieldstone.metadata.messages import LOCALES
from fieldstone.metadata.problems import ProblemsError
from fieldstone.rules import compile_expression, evaluate, to_sql
from fieldstone.rules.functions import door, function_named, load_plugins, registry
from fieldstone.ui.cli.program import root
from tests.rules.casebook import company
from tests.rules.declared import APP
from tests.rules.world import CONTEXT, Tables, postgresql, sqlite
from tests.servers.postgres import PostgresServer

ROOT = Path(__file__).parents[2]
MODULE = '''
import sqlalchemy as sa

from fieldstone.rules.functions import Example, Function, Operation, register, register_sqlite
from fieldstone.rules.types import TEXT


def mirrored(text):
    """The text from its end to its beginning; None, which is empty, for an empty one."""
    return None if text is None else text[::-1]


MIRRORED = Operation(
    name="{name}",
    python=lambda call, values, context: mirrored(values[0]),
    sqlite=lambda call, values, context: sa.func.{name}_text(values[0], type_=sa.Text()),
    postgresql=lambda call, values, context: sa.func.reverse(values[0], type_=sa.Text()),
)


def typed(typing, at, arguments):
    item = arguments[0]
    return typing.make(MIRRORED, at, item, type=TEXT, nullable=item.nullable)


def let_in():
    register_sqlite("{name}_text", 1, mirrored)
    register(
        Function(
            name="{name}",
            signature="{name}(text)",
            help={{"en": "The text backwards.", "zh-CN": "倒过来的文本。"}},
            example="{name}(name)",
            group="text",
            examples=({examples}),
            kinds=(frozenset({{"text"}}),),
            typed=typed,
        )
    )
    {after}
'''
EXAMPLES = 'Example(\'{name}("ab")\', "ba"),'


class Shelf:
    """A folder of packages, on the path."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def install(
        self,
        package: str,
        name: str,
        *,
        examples: str = EXAMPLES,
        after: str = "",
        entry: str = "let_in",
    ) -> None:
        """Install a package that brings one function."""
        module = package.replace("-", "_")
        text = MODULE.format(name=name, examples=examples.format(name=name), after=after)
        (self.folder / f"{module}.py").write_text(text, "utf-8")
        told = self.folder / f"{module}-1.0.dist-info"
        told.mkdir()
        (told / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
        (told / "entry_points.txt").write_text(f"[{door.GROUP}]\n{name} = {module}:{entry}\n")


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shelf]:
    """Return a place for packages; what they brought is forgotten afterwards."""
    monkeypatch.syspath_prepend(tmp_path)
    kept = registry.snapshot()
    loaded = set(door.PLUGINS.loaded)
    yield Shelf(tmp_path)
    registry.restore(kept)
    door.PLUGINS.loaded.clear()
    door.PLUGINS.loaded.update(loaded)
    for name in [one for one in sys.modules if (tmp_path / f"{one}.py").exists()]:
        del sys.modules[name]


def test_a_function_of_a_package(shelf: Shelf, postgres: PostgresServer) -> None:
    shelf.install("acme-mirror", "mirrored")
    load_plugins()
    load_plugins()
    world = company({})
    app = replace(APP, hash="with a plug-in")
    expression = compile_expression(app, "account", 'mirrored(name) == "技科 regrÄ"', space="name")
    assert evaluate(expression, world.record("account", 1), CONTEXT) is True
    with sqlite() as connection:
        world.fill(connection, Tables("sqlite"))
        assert chosen(connection, Tables("sqlite"), expression) == [1]
    with postgres.database() as url, postgresql(url) as connection:
        world.fill(connection, Tables("postgresql"))
        assert chosen(connection, Tables("postgresql"), expression) == [1]


def chosen(connection: sa.Connection, tables: Tables, expression: object) -> list[int]:
    row = tables.table("account").alias("r")
    where = to_sql(expression, tables, row, CONTEXT)  # type: ignore[arg-type]
    return list(connection.scalars(sa.select(row.c.id).where(where)))


@pytest.mark.parametrize(
    ("name", "given", "problem", "named"),
    [
        ("left", {}, "plugin.name_taken", ("acme-broken", "left")),
        ("Mirror", {}, "plugin.name", ("acme-broken", "Mirror")),
        ("count", {}, "plugin.name", ("acme-broken", "count")),
        ("mirrored", {"examples": ""}, "plugin.help", ("acme-broken", "mirrored")),
        ("mirrored", {"after": "1 / 0"}, "plugin.failed", ("acme-broken", "ZeroDivisionError")),
        ("mirrored", {"entry": "lets_in"}, "plugin.failed", ("acme_broken:lets_in",)),
    ],
)
def test_a_package_that_cannot_be_let_in(
    shelf: Shelf, name: str, given: dict[str, str], problem: str, named: tuple[str, ...]
) -> None:
    shelf.install("acme-broken", name, **given)
    before = registry.snapshot()
    with pytest.raises(ProblemsError) as caught:
        load_plugins()
    found = caught.value.problems[0]
    assert found.id == problem
    for locale in LOCALES:
        sentence = found.text(locale)
        assert all(one in sentence for one in named) and "{" not in sentence
    assert registry.snapshot() == before


def test_two_packages_that_bring_the_same(shelf: Shelf) -> None:
    shelf.install("acme-first", "mirrored")
    shelf.install("acme-second", "mirrored")
    with pytest.raises(ProblemsError) as caught:
        load_plugins()
    assert caught.value.problems[0].id == "plugin.name_taken"
    assert function_named("mirrored") is not None


def test_a_command_says_what_is_wrong(shelf: Shelf, tmp_path: Path) -> None:
    shelf.install("acme-broken", "left")
    run = CliRunner().invoke(root, ["check", str(ROOT / "apps" / "crm_template")])
    assert run.exit_code == 1
    assert "acme-broken" in run.output and "left" in run.output


def test_what_ships_stands_where_plugins_stand() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    entries = declared["project"]["entry-points"][door.GROUP]
    assert entries == {one.name: one.value for one in door.SHIPPED}
