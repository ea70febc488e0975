"""Every kind of page on either kind of database, without a browser."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from fieldstone.engine import records
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.installation import Installation
from fieldstone.engine.members import NewMember
from fieldstone.engine.settings import Settings
from fieldstone.ui.app import create_app
from tests.api.shop import both_ways
from tests.servers.database import Database
from tests.servers.meeting import PATIENCE, meeting
from tests.ui.workshop import PASSWORD, filled_workshop

PAGES = (
    "",
    "-/today",
    "-/alerts",
    "-/alerts/1/why",
    "-/search?q=机床",
    "machine",
    "machine?view=machine_dear&sort=-price",
    "machine?where=contains(name, '机床 1') and price > 5000",
    "machine/count",
    "machine/1",
    "machine/1?tab=repairs",
    "machine/1/timeline",
    "machine/1/timeline?order=oldest&kind=repairs",
    "machine/new",
    "machine/1/edit",
    "repair/1",
    "note/pick/repair?is.machine=1",
)


@pytest.fixture
def installation(home: Path, database: Database) -> Iterator[Installation]:
    settings = Settings(home=home, database_url=database.url, env="test")
    with Installation.open(settings) as installation:
        yield installation


def signed_in(installation: Installation, email: str) -> FlaskClient:
    app = create_app(installation)
    app.config["WTF_CSRF_ENABLED"] = False
    web = app.test_client()
    form = {"who": email, "password": PASSWORD}
    assert web.post("/sign-in", data=form).status_code == 303
    return web


def test_every_page_opens(installation: Installation) -> None:
    filled_workshop(installation)
    web = signed_in(installation, "chief@example.com")
    for page in PAGES:
        answer = web.get(f"/workshop/{page}", follow_redirects=True)
        assert answer.status_code == 200, (page, answer.text[-600:])
    made = web.post("/workshop/machine/new", data={"name": "铣床", "price": "5"})
    assert made.status_code == 303
    assert "¥5.00" in web.get(made.headers["Location"]).text


def test_of_two_forms_that_wait_for_each_other_both_are_saved(installation: Installation) -> None:
    if installation.settings.dialect == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    ada = NewMember(name="Ada", email="ada@example.com", password=PASSWORD)
    workspace = installation.create_workspace("shop", "Shop", both_ways(), admin=ada)
    with workspace.writing() as tx:
        customer = records.create(tx, SYSTEM, "customer", {"name": "远山"}).id
        values = {"name": "First", "customer": customer, "amount": "1"}
        deal = records.create(tx, SYSTEM, "deal", values).id
    first, second = (signed_in(installation, "ada@example.com") for _ in range(2))
    with (
        meeting("UPDATE customer SET name", "UPDATE deal SET amount"),
        ThreadPoolExecutor(2) as pool,
    ):
        form = {"version": "1", "name": "Yuanshan"}
        renamed = pool.submit(first.post, f"/shop/customer/{customer}/edit", data=form)
        form = {"version": "1", "amount": "5"}
        raised = pool.submit(second.post, f"/shop/deal/{deal}/edit", data=form)
        assert [one.result(PATIENCE).status_code for one in (renamed, raised)] == [303, 303]
    with workspace.reading() as tx:
        found = records.get(tx, SYSTEM, "customer", customer)
        assert (found.values["name"], str(found.values["total"])) == ("Yuanshan", "5.00")
        assert records.get(tx, SYSTEM, "deal", deal).values["whose"] == "Yuanshan"
