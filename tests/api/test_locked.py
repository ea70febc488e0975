"""Stages that lock: records there are left as they are until they move."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from flask.testing import FlaskClient

from fieldstone.engine.installation import Installation
from fieldstone.engine.members import NewMember
from fieldstone.engine.workspaces import Workspace
from fieldstone.metadata.documents import Document, document_of
from fieldstone.ui.app import create_app
from tests.api.conftest import Person, person
from tests.api.shop import ADMIN, APP, CUSTOMER, DEAL, MARK
from tests.ui.workshop import PASSWORD

LOCKED, LOCKED_WHOLE = "stage.locked", "stage.locked_whole"
IDS = frozenset({LOCKED, LOCKED_WHOLE})


def locking() -> list[Document]:
    """The shop, where a deal that is won is locked."""
    deal = copy.deepcopy(dict(DEAL))
    deal["pipeline"]["stages"][1]["locked"] = True
    return [document_of(one) for one in (APP, CUSTOMER, deal, MARK, ADMIN)]


@pytest.fixture
def workspace(installation: Installation) -> Workspace:
    admin = NewMember(name="Ada", email="ada@example.com", password=PASSWORD, locale="en")
    return installation.create_workspace("shop", "Shop", locking(), admin=admin)


@pytest.fixture
def admin(web: FlaskClient, workspace: Workspace) -> Person:
    return person(web, workspace, "ada@example.com")


@pytest.fixture
def won(admin: Person) -> str:
    """Return the address of a deal that is won, of version 2."""
    path = f"/records/deal/{admin.make('deal', name='Presses', amount='100')['id']}"
    assert admin.write("POST", f"{path}/stage", 1, {"to": "won"}).status_code == 200
    return path


def told(answer: Any) -> list[tuple[str, str, str]]:
    assert answer.status_code == 409, answer.text
    return [(one["path"], one["code"], one["message"]) for one in answer.get_json()["errors"]]


def test_nobody_changes_or_deletes_what_is_locked(admin: Person, won: str) -> None:
    values = {"name": "Lathes", "amount": "90"}
    assert told(admin.write("PATCH", won, 2, values)) == [
        ("/name", LOCKED,
         "A record in Won is left as it is; move it to another stage before you change Name."),
        ("/amount", LOCKED,
         "A record in Won is left as it is; move it to another stage before you change Amount."),
    ]  # fmt: skip
    assert told(admin.write("DELETE", won, 2)) == [
        ("", LOCKED_WHOLE,
         "A record in Won is left as it is; move it to another stage before you delete it."),
    ]  # fmt: skip
    found = admin.get(won).get_json()
    assert (found["name"], found["amount"], found["version"]) == ("Presses", "100.00", 2)


def test_what_changes_nothing_is_no_change(admin: Person, won: str) -> None:
    assert admin.write("PATCH", won, 2, {"amount": "100.0"}).get_json()["version"] == 2


def test_a_batch_leaves_the_locked_and_says_why(admin: Person, won: str) -> None:
    other = admin.make("deal", name="Open", amount="1")
    lines = [
        {"id": won.rsplit("/", 1)[1], "version": 2, "amount": "5"},
        {"id": other["id"], "version": 1, "amount": "5"},
    ]
    answer = admin.post("/records/deal/batch", {"update": lines, "atomic": False})
    first, second = answer.get_json()["results"]["update"]
    assert [one["code"] for one in first["errors"]] == ["stage.locked"]
    assert second["version"] == 2


def test_a_record_that_moves_on_or_back_may_bring_values_along(admin: Person, won: str) -> None:
    body = {"stage": "open", "amount": "80"}
    assert told(admin.write("PATCH", won, 2, body))[0][1] == "stage.reason_needed"
    moved = admin.write("POST", f"{won}/stage", 2, {"to": "open", "reason": "Price was wrong"})
    assert moved.status_code == 200
    assert admin.write("PATCH", won, 3, {"amount": "80"}).get_json()["amount"] == "80.00"


def test_its_page_and_form_say_so_and_offer_no_change(installation: Installation, won: str) -> None:
    app = create_app(installation)
    app.config["WTF_CSRF_ENABLED"] = False
    browser = app.test_client()
    form = {"who": "ada@example.com", "password": PASSWORD}
    assert browser.post("/sign-in", data=form).status_code == 303
    here = f"/shop/deal/{won.rsplit('/', 1)[1]}"
    page = browser.get(here).text
    assert "Locked in “Won”: move it to another stage to change it." in page
    assert f"{here}/edit" not in page and f"{here}/delete" not in page
    edit = browser.get(f"{here}/edit").text
    assert "Locked in “Won”" in edit and 'name="amount"' not in edit and "data-save" not in edit
    late = browser.post(f"{here}/edit", data={"version": "2", "amount": "1", "name": "Other"})
    assert browser.get(here).text.count("Presses") and late.status_code in (303, 409, 422)
