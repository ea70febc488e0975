"""Workspaces, members and tokens at the command line."""

import pytest

from tests.cli.conftest import PASSWORD, Run, printed


def test_workspaces_are_made_listed_and_deleted(shop: Run) -> None:
    listed = printed(shop("workspace", "list", "--json"))
    assert [one["slug"] for one in listed["workspaces"]] == ["shop"]
    assert "shop" in shop("workspace", "list").stdout
    assert "--yes" in shop("workspace", "delete", "shop", code=1).stderr
    shop("workspace", "delete", "shop", "--yes")
    assert printed(shop("workspace", "list", "--json"))["workspaces"] == []


def test_refusals_say_what_is_wrong(shop: Run) -> None:
    assert "shop" in shop("workspace", "create", "shop", code=1).stderr
    assert (
        "crm_template"
        in shop("workspace", "create", "other", "--template", "crm_templat", code=1).stderr
    )
    assert "nowhere" in shop("revisions", "nowhere", code=1).stderr
    weak = ("workspace", "create", "other", "--admin", "x@example.com", "--password-stdin")
    assert shop(*weak, code=1, stdin="password\n").stderr


def test_members_come_change_and_go(shop: Run) -> None:
    add = ("member", "add", "shop", "li@example.com", "--role", "seller", "--full-name", "李")
    assert "zh-CN" in shop(*add, "--locale", "fr", code=2).stderr
    shop(*add, "--locale", "zh-CN", "--password-stdin", stdin=PASSWORD + "\n")
    members = printed(shop("member", "list", "shop", "--json"))["members"]
    assert [(one["name"], one["roles"]) for one in members] == [
        ("ada", ["admin"]),
        ("李", ["seller"]),
    ]
    shop("member", "role", "shop", "li@example.com", "admin", "seller")
    shop("member", "manager", "shop", "li@example.com", "ada@example.com")
    managed = printed(shop("member", "list", "shop", "--json"))["members"]
    assert {one["name"]: one["manager"] is not None for one in managed}["李"]
    shop("member", "manager", "shop", "li@example.com")
    shop(
        "member", "password", "shop", "li@example.com", "--password-stdin", stdin="hewn-oak-2291\n"
    )
    shop("member", "deactivate", "shop", "ada@example.com")
    assert "last" in shop("member", "deactivate", "shop", "li@example.com", code=1).stderr
    assert "李" in shop("member", "list", "shop").stdout


def test_unknown_people_and_roles_are_refused(shop: Run) -> None:
    shop("member", "role", "shop", "no@example.com", "admin", code=1)
    wrong = shop("member", "add", "shop", "li@example.com", "--role", "sellr", code=1)
    assert "seller" in wrong.stderr


def test_a_token_is_shown_once_and_alone(shop: Run) -> None:
    made = shop("token", "create", "shop", "--email", "ada@example.com")
    assert made.stdout.startswith("fst_") and made.stdout.count("\n") == 1
    as_json = printed(shop("token", "create", "shop", "--email", "ada@example.com", "--json"))
    assert as_json["token"].startswith("fst_")
    shop("token", "create", "shop", "--email", "no@example.com", code=1)
    shop("token", "create", "shop", "--email", "ada@example.com", "--days", "0", code=1)


def test_the_doctor_finds_a_new_workspace_well(shop: Run) -> None:
    assert printed(shop("doctor", "shop", "--json"))["problems"] == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_wrong_settings_are_all_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIELDSTONE_LISTN", "x")
    monkeypatch.setenv("FIELDSTONE_TICK_SECONDS", "soon")
    said = run("workspace", "list", code=1).stderr
    assert "FIELDSTONE_LISTEN" in said and "FIELDSTONE_TICK_SECONDS" in said
