"""Every refusal of the API: status, problems and their places, both languages, data left alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from werkzeug.test import TestResponse

from fieldstone.metadata.messages import LOCALES
from tests.api.refused.cases import CASES, Case
from tests.api.refused.world import World, world
from tests.refusals import pattern_in, require_whole, state_of
from tests.servers.postgres import PostgresServer

CATALOGUE = "platform/api/locale"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"], name="there")
def _there(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    postgres: PostgresServer,
) -> Iterator[World]:
    """Return the company that all cases share: none of them changes it."""
    home = tmp_path_factory.mktemp("refused")
    if request.param == "sqlite":
        with world(home, None) as made:
            yield made
        return
    with postgres.database() as url, world(home, url) as made:
        yield made


@pytest.fixture(scope="module")
def before(there: World) -> Mapping[str, tuple[int, int]]:
    """Return what the company's tables hold."""
    return state_of(there.workspace)


def sent(there: World, case: Case, locale: str) -> TestResponse:
    headers = {"Accept-Language": locale, **case.headers}
    path, body = filled(case.path, there.ids), filled(case.body, there.ids)
    return there.send(case.method, path, body, who=case.who, headers=headers, environ=case.environ)


def filled(value: Any, ids: Mapping[str, int]) -> Any:
    """The value with the ids of what it names."""
    if isinstance(value, str):
        for name, number in ids.items():
            value = value.replace(f"{{{name}}}", str(number))
        return value
    if isinstance(value, list):
        return [filled(one, ids) for one in value]
    if isinstance(value, dict):
        return {key: filled(one, ids) for key, one in value.items()}
    return value


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.method} {case.name}")
def test_refused(there: World, before: Mapping[str, tuple[int, int]], case: Case) -> None:
    # The wire leaves out the first word of problems with values: `value.not_text`.
    expected = sorted(
        (one.removeprefix("value."), place)
        for place, _, one in (problem.rpartition(" ") for problem in case.problems)
    )
    for locale in LOCALES:
        answer = sent(there, case, locale)
        assert answer.status_code == case.status, answer.text
        assert answer.mimetype == "application/problem+json"
        assert answer.headers["Content-Language"] == locale
        told = answer.get_json()
        assert sorted((one["code"], one["path"]) for one in told["errors"]) == expected
        for one in told["errors"]:
            require_whole(one["message"], one["code"], locale)
        require_whole(told["title"], "api.title", locale)
        require_whole(told["detail"], "api.and_more", locale)
        for word in case.words:
            assert pattern_in(CATALOGUE, locale, word).search(told["detail"]), word
    assert state_of(there.workspace) == before
