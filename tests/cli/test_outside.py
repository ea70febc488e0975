"""Jobs and webhooks at the command line."""

from fieldstone.engine.installation import Installation
from fieldstone.engine.settings import Settings
from fieldstone.engine.work import jobs
from fieldstone.engine.work.worker import do
from tests.cli.conftest import Run, printed


def give_up(environ: dict[str, str | None], *keys: str) -> None:
    """Put jobs into the shop that nobody can do, and try them until they are given up."""
    settings = Settings.read({key: text for key, text in environ.items() if text})
    with Installation.open(settings) as opened:
        workspace = opened.workspace("shop")
        with workspace.writing() as tx:
            for key in keys:
                jobs.enqueue(tx, "strange", key, {})
            tx.connection.exec_driver_sql(f"UPDATE _job SET attempts = {jobs.ATTEMPTS - 1}")
        with workspace.writing() as tx:
            waiting = jobs.waiting(tx)
        for one in waiting:
            do(opened, workspace.id, one)


def test_what_was_given_up_is_listed_tried_again_and_dropped(
    shop: Run, environ: dict[str, str | None]
) -> None:
    assert printed(shop("jobs", "list", "shop", "--json"))["jobs"] == []
    give_up(environ, "one", "two", "three")
    dead = printed(shop("jobs", "list", "shop", "--state", "dead", "--json"))["jobs"]
    assert [one["key"] for one in dead] == ["one", "two", "three"]
    assert "KeyError" in dead[0]["error"]
    assert "KeyError" in shop("jobs", "list", "shop").stdout
    assert "3 jobs" in shop("doctor", "shop", code=1).output
    assert "1 job " in shop("jobs", "retry", "shop", dead[0]["id"]).stdout
    assert "1 job " in shop("jobs", "drop", "shop", dead[1]["id"]).stdout
    assert "no job" in shop("jobs", "drop", "shop", dead[1]["id"], code=1).stderr
    assert "1 job " in shop("jobs", "retry", "shop", "--all").stdout
    states = {one["key"]: one for one in printed(shop("jobs", "list", "shop", "--json"))["jobs"]}
    assert {key: one["state"] for key, one in states.items()} == {
        "one": "queued",
        "two": "dropped",
        "three": "queued",
    }
    shop("doctor", "shop")


def test_an_endpoint_is_set_up_and_removed(shop: Run) -> None:
    made = printed(shop("webhook", "set", "shop", "erp", "https://erp.example.com/in", "--json"))
    assert made["secret"].startswith("whsec_")
    moved = shop("webhook", "set", "shop", "erp", "https://erp.example.com/new")
    assert made["secret"] in moved.stdout
    fresh = shop("webhook", "set", "shop", "erp", "https://erp.example.com/new", "--new-secret")
    assert made["secret"] not in fresh.stdout
    listed = printed(shop("webhook", "list", "shop", "--json"))["webhooks"]
    assert listed == [{"name": "erp", "url": "https://erp.example.com/new"}]
    assert "whsec_" not in shop("webhook", "list", "shop").stdout
    shop("webhook", "remove", "shop", "erp")
    assert printed(shop("webhook", "list", "shop", "--json"))["webhooks"] == []
