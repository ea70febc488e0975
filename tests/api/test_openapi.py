"""OpenAPI: valid, always current, and true of what the API answers (schemathesis)."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import uuid4

import pytest
import schemathesis
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from schemathesis.engine import events, from_schema
from werkzeug.serving import make_server

from fieldstone.api import keys
from fieldstone.engine.installation import Installation
from fieldstone.engine.members import NewMember
from fieldstone.engine.settings import Settings
from fieldstone.metadata.documents import Document
from tests.api.conftest import Person, person
from tests.api.shop import APP, CUSTOMER, DOCUMENTS
from tests.field_types.every import EVERY

# What a schema cannot say: that a filter is an expression, that a reference points at something.
REFUSED_FOR_MEANING = ["2xx", "304", "400", "404", "409", "412", "422"]


@pytest.fixture
def installation(home: Path) -> Iterator[Installation]:
    """Return an installation on SQLite that answers any number of requests."""
    settings = Settings(home=home, env="test", api_member_per_minute=0, api_workspace_per_minute=0)
    with Installation.open(settings) as opened:
        yield opened


def described(reader: Person) -> dict[str, Any]:
    answer = reader.get("/openapi.json")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.get_json()
    return found


def test_it_describes_what_the_caller_may_do(admin: Person, seller: Person) -> None:
    everything = described(admin)
    assert everything["openapi"] == "3.1.0"
    assert everything["servers"] == [{"url": "/api/v1/shop"}]
    assert set(everything["paths"]["/records/customer/{id}"]) == {"get", "patch", "delete"}
    assert "/records/deal/{id}/stage" in everything["paths"]
    assert "/records/customer/{id}/stage" not in everything["paths"]
    theirs = described(seller)
    assert set(theirs["paths"]["/records/customer/{id}"]) == {"get", "patch"}
    assert "/records/deal" not in theirs["paths"] and "/metadata" not in theirs["paths"]
    assert "credit" not in theirs["components"]["schemas"]["customer"]["properties"]


def test_it_is_in_the_language_of_its_reader(admin: Person) -> None:
    answer = admin.call("GET", "/openapi.json", headers={"Accept-Language": "zh-CN"}).get_json()
    assert answer["info"]["title"] == "商店"
    assert answer["components"]["schemas"]["customer"]["properties"]["name"]["title"] == "客户名称"
    for document in (answer, described(admin)):
        operations = [one for path in document["paths"].values() for one in path.values()]
        # A sentence that is missing from the catalogue would show its key.
        assert not [one for one in operations if one["summary"].startswith("openapi.")]


def test_its_etag_holds_until_the_next_publish(admin: Person) -> None:
    tag = admin.get("/openapi.json").headers["ETag"]
    again = admin.call("GET", "/openapi.json", headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    field = {"name": "city", "type": "text", "label": {"en": "City", "zh-CN": "城市"}}
    changed = {**CUSTOMER, "fields": [*CUSTOMER["fields"], field]}
    documents = [changed if one is CUSTOMER else one for one in (x.data for x in DOCUMENTS)]
    assert APP in documents
    published = admin.post("/metadata/apply", {"documents": documents})
    assert published.status_code == 200, published.text
    fresh = admin.call("GET", "/openapi.json", headers={"If-None-Match": tag})
    assert fresh.status_code == 200
    assert "city" in fresh.get_json()["components"]["schemas"]["customer"]["properties"]


def test_its_schemas_are_valid(admin: Person) -> None:
    for schema in described(admin)["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_records_are_as_described(admin: Person) -> None:
    schemas = described(admin)["components"]["schemas"]
    record = admin.make(
        "customer",
        name="一",
        credit="1.50",
        size="large",
        staff=3,
        vip=True,
        met_on="2026-03-05",
        called_at="2026-03-05T09:00:00Z",
        labels=["key", "trial"],
        owner=str(admin.member_id),
    )
    assert list(Draft202012Validator(schemas["customer"]).iter_errors(record)) == []


def test_the_api_does_as_described(admin: Person) -> None:
    """Generated requests, good and bad, single and in chains, hold every check of schemathesis."""
    for number in range(3):
        customer = admin.make("customer", name=f"Old {number}")
        admin.make("deal", name="Deal", customer=customer["id"], amount="5")
    holds(admin, most=3, least=300)


def test_it_does_so_with_a_field_of_every_type(
    installation: Installation, web: FlaskClient
) -> None:
    ada = administrator(installation, web, EVERY)
    place = ada.make("place", name="Attic")
    for number in range(3):
        thing = ada.make("thing", name=f"Old {number}", place=place["id"], price="5")
        ada.make("part", name="Wheel", thing=thing["id"])
    holds(ada, most=2, least=300, only="thing|aggregate")


def test_it_does_so_with_the_template(installation: Installation, web: FlaskClient) -> None:
    holds(administrator(installation, web, "crm"), most=1, least=300, only="/records/")


def administrator(
    installation: Installation, web: FlaskClient, made_of: str | Sequence[Document]
) -> Person:
    """The administrator of a new workspace that is made of a template or of documents."""
    admin = NewMember(name="Ada", email="ada@example.com", locale="en")
    made = installation.create_workspace("other", "Other", made_of, admin=admin)
    return person(web, made, "ada@example.com")


def holds(reader: Person, *, most: int, least: int, only: str = "") -> None:
    """Try at most so many requests of each kind, and see that everything was as described.

    `only` is what an address has in it (a pattern); so many requests there are at `least`.
    """
    config = schemathesis.Config.from_dict(
        {
            "headers": {"Authorization": f"Bearer {reader.token}"},
            "seed": 7,
            "checks": {
                "positive_data_acceptance": {"expected-statuses": REFUSED_FOR_MEANING},
                "negative_data_rejection": {"expected-statuses": ["4xx"]},
                "missing_required_header": {"expected-statuses": ["400", "401", "415", "428"]},
            },
            "generation": {"max-examples": most, "database": "none"},
        }
    )
    with served(reader) as place:
        address = f"{place}/api/v1/{reader.slug}/openapi.json"
        failures, cases = tried(address, reader.token, config, only)
    assert not failures, "\n\n".join(failures)
    assert cases > least


@contextmanager
def served(reader: Person) -> Iterator[str]:
    """The API on a real socket, which is how it meets headers and bodies of all kinds."""
    server = make_server("127.0.0.1", 0, reader.web.application, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def with_a_key_of_its_own(_context: Any, case: schemathesis.Case[Any]) -> schemathesis.Case[Any]:
    """Let no two requests have one key: most are made with the shortest that there is."""
    if re.fullmatch(keys.PATTERN, case.headers.get(keys.HEADER, "")):
        case.headers[keys.HEADER] = f'"{uuid4()}"'
    return case


def tried(place: str, token: str, config: schemathesis.Config, only: str) -> tuple[list[str], int]:
    """What failed of the requests that follow from a description, and how many there were."""
    headers = {"Authorization": f"Bearer {token}"}
    described = schemathesis.openapi.from_url(place, config=config, headers=headers)
    # People are read there and managed elsewhere: writing is refused, not unknown.
    schema = described.exclude(path_regex="/records/member")
    if only:
        schema = schema.include(path_regex=only)
    schema.hook("map_case")(with_a_key_of_its_own)
    failures, cases = [], 0
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            cases += len(event.recorder.cases)
            failures += [
                f"{check.name}: {check.failure_info.failure} {check.failure_info.code_sample}"
                for checks in event.recorder.checks.values()
                for check in checks
                if check.failure_info is not None
            ]
        elif isinstance(event, (events.NonFatalError, events.FatalError)):
            failures.append(str(event))
    return failures, cases
