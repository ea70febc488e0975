"""Every refusal of the pages: its status and its sentences in both languages, data left alone."""

from __future__ import annotations

import html
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from fieldstone.engine.installation import Installation
from fieldstone.metadata.messages import LOCALES
from fieldstone.ui.app import create_app
from tests.api.refused.world import World, world
from tests.refusals import PLACEHOLDER, pattern_of, require_whole, sentences, state_of
from tests.ui.refused import CASES, Case, fault

CATALOGUE = "ui/locale"
FAILURES = (*fault(500), *fault(503), "fault.reference")
"""What is brought about by failing."""


@pytest.fixture(scope="module", name="there")
def _there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Return the company of the API's refusals, which no case changes."""
    with world(tmp_path_factory.mktemp("refused"), None) as made:
        yield made


def asked(app: Flask, there: World, case: Case, locale: str) -> TestResponse:
    app.config["WTF_CSRF_ENABLED"] = not case.token
    client = app.test_client()
    client.set_cookie("locale", locale)
    if case.who:
        control = there.workspace.control
        account = control.accounts.find(f"{case.who}@example.com")
        assert account is not None
        control.accounts.set_profile(account.id, name=account.name, locale=locale)
        client.set_cookie("fieldstone", control.sessions.start(account.id))
    path, form = case.path, dict(case.form)
    for name, number in there.ids.items():
        path = path.replace(f"{{{name}}}", str(number))
        form = {key: text.replace(f"{{{name}}}", str(number)) for key, text in form.items()}
    headers = {"Accept": case.accept}
    data = form if case.method == "POST" else None
    return client.open(
        f"/sales{path}", method=case.method, data=data, headers=headers, follow_redirects=True
    )


def require_page(answer: TestResponse, status: int, ids: tuple[str, ...], locale: str) -> None:
    assert answer.status_code == status, answer.text
    shown = html.unescape(answer.text)
    text = answer.get_json()["detail"] + answer.get_json()["title"] if answer.is_json else shown
    for one in ids:
        found = pattern_of(sentences(CATALOGUE, locale).get(one, ONE.get(one, ""))).search(text)
        assert found, (one, text)
        if len(found[0]) < 500:
            require_whole(found[0], one, locale)
    assert not PLACEHOLDER.search(shown), shown


ONE = {"form.wrong.one": sentences(CATALOGUE, "zh-CN")["form.wrong"]}
"""Chinese has no singular."""


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_refused(there: World, case: Case) -> None:
    app = create_app(there.installation)
    before = state_of(there.workspace)
    for locale in LOCALES:
        require_page(asked(app, there, case, locale), case.status, case.ids, locale)
    assert state_of(there.workspace) == before


def test_a_table_that_is_gone_is_an_error_of_ours(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    failing = Case("alerts without their table", "GET", "/-/alerts", 500, ())
    with world(tmp_path, None) as there:
        app = create_app(there.installation)
        with there.workspace.writing() as tx:
            tx.connection.exec_driver_sql("DROP TABLE _alert")
        with caplog.at_level(logging.CRITICAL):
            for locale in LOCALES:
                answer = asked(app, there, failing, locale)
                require_page(answer, 500, (*fault(500), "fault.reference"), locale)
                assert "SELECT" not in answer.text


def test_a_database_that_is_away_is_told(tmp_path: Path) -> None:
    failing = Case("a page of nowhere", "GET", "/customer", 503, ())
    with world(tmp_path, None) as there:
        pass
    with Installation.open(there.installation.settings, there.clock) as opened:
        app = create_app(opened)
        file = tmp_path / "workspaces" / f"{there.workspace.id}.sqlite"
        file.rename(file.with_suffix(".away"))
        file.mkdir()
        there.workspace.control = opened.control
        for locale in LOCALES:
            answer = asked(app, there, failing, locale)
            require_page(answer, 503, fault(503), locale)
            assert int(answer.headers["Retry-After"]) > 0
