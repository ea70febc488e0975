"""One workspace knows nothing of another: every page of a strange one is not there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from fieldstone.engine.installation import Installation
from fieldstone.engine.members import NewMember
from fieldstone.engine.settings import Settings
from fieldstone.ui.app import create_app
from fieldstone.ui.routes import ROUTES, Route
from tests.ui.workshop import PASSWORD
from tests.ui.workshop_documents import documents

INSIDE = [route for route in ROUTES if route.inside]
VALUES = {"entity": "machine", "field": "keeper", "inverse": "notes"}
PART = re.compile(r"<(?:[^:<>]+:)?(\w+)>")


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """Return the client of somebody who is signed in and belongs to `ours`, not to `theirs`."""
    home: Path = tmp_path_factory.mktemp("two")
    with Installation.open(Settings(home=home, env="test")) as installation:
        for slug in ("ours", "theirs"):
            chief = NewMember(name=slug, email=f"{slug}@example.com", password=PASSWORD)
            installation.create_workspace(slug, slug, documents(), admin=chief)
        client = create_app(installation).test_client()
        form = {"who": "ours@example.com", "password": PASSWORD}
        client.post("/sign-in", data=form | {"csrf_token": token(client, "/sign-in")})
        yield client


def token(client: FlaskClient, path: str) -> str:
    """The token of the forms on a page."""
    found: str = re.findall(r'name="csrf_token" value="([^"]+)"', client.get(path).text)[0]
    return found


def address(route: Route, slug: str) -> str:
    return PART.sub(lambda part: VALUES.get(part[1], "1"), route.rule.replace("<slug>", slug))


@pytest.mark.parametrize("route", INSIDE, ids=lambda route: f"{route.methods[0]} {route.rule}")
def test_pages_of_a_strange_workspace_are_not_there(web: FlaskClient, route: Route) -> None:
    form = {"csrf_token": token(web, "/ours/machine")} if route.methods == ("POST",) else None
    answers = [
        web.open(address(route, slug), method=route.methods[0], data=form)
        for slug in ("theirs", "nowhere")
    ]
    assert [one.status_code for one in answers] == [404, 404]
    strange, none = (one.text.replace("theirs", "nowhere") for one in answers)
    tokens = re.compile(r'(csrf[_-]token"?[^>]*(?:value|content)=)"[^"]*"')
    assert tokens.sub("", strange) == tokens.sub("", none)


def test_their_own_workspace_is_there(web: FlaskClient) -> None:
    assert web.get("/ours/machine").status_code == 200
