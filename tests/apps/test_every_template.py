"""Every template that comes with the product: it is right, is installed, and each page opens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from fieldstone import rules
from fieldstone.engine import query, samples
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.clock import FixedClock
from fieldstone.engine.installation import Installation
from fieldstone.engine.members import NewMember
from fieldstone.engine.publish import layout_matches
from fieldstone.engine.settings import Settings
from fieldstone.engine.templates import shipped, shipped_names
from fieldstone.engine.workspaces import Workspace
from fieldstone.ui.app import create_app
from tests.apps.conftest import NOW

NAMES = shipped_names()
PASSWORD = "quarry-larch-1807"


@dataclass
class Opened:
    """A workspace of a template, with its sample if it has one; a client of its administrator."""

    name: str
    workspace: Workspace
    web: FlaskClient

    def statuses(self, *paths: str) -> dict[str, int]:
        """How these pages of the workspace answer, those left out that are shown."""
        places = {path: f"/{self.workspace.slug}/{path}" for path in paths}
        answers = {
            path: self.web.get(place, follow_redirects=True) for path, place in places.items()
        }
        return {path: one.status_code for path, one in answers.items() if one.status_code != 200}


@pytest.fixture(scope="module", params=NAMES)
def opened(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Opened]:
    """Return a workspace of each template, on the clock of its sample."""
    settings = Settings(home=tmp_path_factory.mktemp("home"), env="test")
    name: str = request.param
    with Installation.open(settings, FixedClock(NOW)) as installation:
        admin = NewMember(name="Ada", email="ada@example.com", password=PASSWORD, locale="en")
        workspace = installation.create_workspace("acme", "Acme", name, admin=admin)
        declaration = shipped(name).sample
        if declaration is not None:
            loaded = samples.load(workspace, declaration, scale=0.02)
            assert loaded.total > 0
        web = create_app(installation).test_client()
        text = web.get("/sign-in").text
        token = re.findall(r'name="csrf_token" value="([^"]+)"', text)[0]
        form = {"who": "ada@example.com", "password": PASSWORD, "csrf_token": token}
        assert web.post("/sign-in", data=form).status_code == 303
        yield Opened(name, workspace, web)


def test_there_are_those_that_the_gallery_offers() -> None:
    assert NAMES == ("blank", "crm", "crm_small", "projects")


@pytest.mark.parametrize("name", NAMES)
def test_its_documents_have_no_problem(name: str) -> None:
    documents = shipped(name).documents
    assert [one.line() for one in rules.check(documents).problems] == []


def test_it_is_installed_as_it_says(opened: Opened) -> None:
    with opened.workspace.reading() as tx:
        assert [one.line() for one in layout_matches(tx)] == []


def test_its_home_and_dashboards_open(opened: Opened) -> None:
    with opened.workspace.reading() as tx:
        boards = [f"-/dashboards/{one.name}" for one in tx.app.dashboards.values()]
    assert opened.statuses("", "-/today", "-/alerts", *boards) == {}


def test_each_list_view_board_and_form_opens(opened: Opened) -> None:
    paths = []
    with opened.workspace.reading() as tx:
        for entity in tx.app.entities.values():
            if entity.system:
                continue
            paths += [entity.name, f"{entity.name}?show=board", f"{entity.name}/new"]
            asked = query.ListRequest(entity_id=entity.id, limit=1)
            for record in query.page(tx, SYSTEM, asked).records:
                paths += [f"{entity.name}/{record.id}", f"{entity.name}/{record.id}/edit"]
        entities = tx.app.entities
        for view in tx.app.views.values():
            paths.append(f"{entities[view.entity].name}?view={quote(view.name)}")
    assert opened.statuses(*paths) == {}


def test_its_sample_has_records_of_every_entity_that_it_declares(opened: Opened) -> None:
    if shipped(opened.name).sample is None:
        assert opened.name == "blank"
        return
    with opened.workspace.reading() as tx:
        assert samples.count(tx) > 0
        for entity in tx.app.entities.values():
            if not entity.system:
                asked = query.ListRequest(entity_id=entity.id)
                assert query.count(tx, SYSTEM, asked) > 0, entity.name
