"""Every kind of page on either kind of database, without a browser."""

from pathlib import Path

from fieldstone.engine.installation import Installation
from fieldstone.engine.settings import Settings
from fieldstone.ui.app import create_app
from tests.servers.database import Database
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
    "machine/new",
    "machine/1/edit",
    "repair/1",
    "note/pick/repair?is.machine=1",
)


def test_every_page_opens(home: Path, database: Database) -> None:
    settings = Settings(home=home, database_url=database.url, env="test")
    with Installation.open(settings) as installation:
        filled_workshop(installation)
        app = create_app(installation)
        app.config["WTF_CSRF_ENABLED"] = False
        web = app.test_client()
        form = {"who": "chief@example.com", "password": PASSWORD}
        assert web.post("/sign-in", data=form).status_code == 303
        for page in PAGES:
            answer = web.get(f"/workshop/{page}", follow_redirects=True)
            assert answer.status_code == 200, (page, answer.text[-600:])
        made = web.post("/workshop/machine/new", data={"name": "铣床", "price": "5"})
        assert made.status_code == 303
        assert "¥5.00" in web.get(made.headers["Location"]).text
