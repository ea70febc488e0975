"""Every refusal of the engine's doors: its class, its problems, both languages, data left alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fieldstone.engine import evaluate, evaluate_sql
from fieldstone.engine.clock import FixedClock
from fieldstone.engine.errors import Unavailable
from fieldstone.engine.installation import Installation
from fieldstone.engine.settings import Settings
from fieldstone.engine.workspaces import Workspace
from fieldstone.metadata.messages import LOCALES
from tests.engine.crm_like import Company
from tests.engine.refused import data, formulas, made_up, people, places
from tests.refusals import Call, require_refused, require_whole, state_of, state_of_control
from tests.servers.postgres import PostgresServer

NOW = datetime(2026, 3, 5, 9, tzinfo=UTC)
BUSY = ("database.busy",)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"], name="opened")
def _opened(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    postgres: PostgresServer,
) -> Iterator[Installation]:
    """Return an installation that all cases of a kind share: none of them changes it."""
    home = tmp_path_factory.mktemp("refused")
    if request.param == "sqlite":
        with Installation.open(Settings(home=home, env="test"), FixedClock(NOW)) as made:
            yield made
        return
    with postgres.database() as url:
        settings = Settings(home=home, database_url=url, env="test")
        with Installation.open(settings, FixedClock(NOW)) as made:
            yield made


@pytest.fixture(scope="module", name="staff")
def _staff(opened: Installation) -> people.People:
    """Return the people."""
    return people.people(opened)


@pytest.fixture(scope="module", name="place")
def _place(opened: Installation, tmp_path_factory: pytest.TempPathFactory) -> places.Place:
    """Return the places."""
    return places.place(opened, tmp_path_factory.mktemp("place"))


@pytest.mark.parametrize("case", people.CASES, ids=lambda case: case.name)
def test_people(staff: people.People, case: Call[people.People]) -> None:
    settings = staff.installation.settings
    before = state_of(staff.workspace), state_of_control(settings)
    require_refused(case, staff)
    assert (state_of(staff.workspace), state_of_control(settings)) == before


@pytest.mark.parametrize("case", places.CASES, ids=lambda case: case.name)
def test_places(place: places.Place, case: Call[places.Place]) -> None:
    settings = place.installation.settings
    before = state_of(place.workspace), state_of_control(settings)
    require_refused(case, place)
    assert (state_of(place.workspace), state_of_control(settings)) == before


@pytest.fixture(scope="module", name="held")
def _held(shared: Company) -> data.Data:
    """Return a company with records."""
    return data.data(shared)


@pytest.mark.parametrize("case", data.CASES, ids=lambda case: case.name)
def test_data(held: data.Data, case: Call[data.Data]) -> None:
    before = state_of(held.company.workspace)
    require_refused(case, held)
    assert state_of(held.company.workspace) == before


def test_samples(sales: Company, tmp_path: Path) -> None:
    maker = made_up.Maker(sales.workspace, tmp_path)
    for case in made_up.CASES:
        before = state_of(sales.workspace)
        require_refused(case, maker)
        assert state_of(sales.workspace) == before, case.name
    maker.load()
    before = state_of(sales.workspace)
    require_refused(made_up.TWICE, maker)
    assert state_of(sales.workspace) == before


@pytest.mark.parametrize(("name", "line", "found"), formulas.CASES, ids=lambda one: one[:40])
def test_formulas(name: str, line: str, found: str) -> None:
    for locale in LOCALES:
        require_error(line, found, locale)


def require_error(line: str, found: str, locale: str) -> None:
    # What cannot be read tells no language, and is answered in English.
    try:
        asked = json.dumps({**json.loads(line), "locale": locale}) if "NaN" not in line else line
    except ValueError:
        asked = line
    error = json.loads(evaluate.answer(asked))["error"]
    assert error["id"] == found
    told = asked != line and "locale" in asked
    require_whole(error["message"], found, locale if told else "en")


def test_a_formula_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bounds of an expression leave none that is slow; so nobody has any patience here."""
    monkeypatch.setattr(evaluate_sql, "PATIENCE", -1)
    monkeypatch.setattr(evaluate_sql, "_STEPS", 50)
    text = " or ".join(f"a == {number}" for number in range(40))
    line = formulas.line(expression=text, fields={"a": "integer"}, record={"a": 99})
    require_error(line, formulas.SLOW, "zh-CN")


def test_a_formula_that_the_database_cannot_hold() -> None:
    text = "start_of_week(" * 30 + "a" + ")" * 30
    require_error(
        formulas.line(expression=text, fields={"a": "datetime"}, record={"a": NOW.isoformat()}),
        "expression.nested",
        "zh-CN",
    )


def test_a_formula_that_is_long() -> None:
    """Nothing is ever raised, however long the sum is."""
    line = formulas.line(expression=" + ".join("a" * 100), fields={"a": "integer"})
    found = json.loads(evaluate.answer(line))
    assert found.get("error", {}).get("id") in (None, "expression.too_large")


def test_a_table_that_others_hold(
    postgres: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On PostgreSQL alone: SQLite has one writer at a time, and no locks of tables."""
    monkeypatch.setattr("fieldstone.engine.workspaces._LOCK_PATIENCE", 0.2)
    with (
        postgres.database() as url,
        Installation.open(Settings(home=tmp_path, database_url=url, env="test")) as opened,
    ):
        workspace = opened.create_workspace("acme", "Acme", ())
        before = state_of(workspace)

        def alter(there: Workspace) -> None:
            with there.reading() as reader:
                reader.connection.exec_driver_sql("LOCK TABLE _counter IN SHARE MODE")
                there.altering(
                    lambda tx: tx.connection.exec_driver_sql("ALTER TABLE _counter ADD a bigint")
                )

        require_refused(Call("a table that is held", Unavailable, BUSY, alter), workspace)
        assert state_of(workspace) == before
