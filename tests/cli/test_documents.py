"""Documents at the command line: check, export, plan, apply, revisions and back."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run, edit, printed

CITY = {"name": "city", "type": "text", "label": {"en": "City", "zh-CN": "城市"}}


def add_city(document: dict[str, Any]) -> None:
    document["fields"].append(CITY)


def test_a_change_is_planned_applied_and_taken_back(shop: Run, folder: Path) -> None:
    assert shop("plan", "shop", folder, "--exit-code").exit_code == 0
    edit(folder, "entities/customer.json", add_city)
    shop("plan", "shop", folder)
    planned = printed(shop("plan", "shop", folder, "--json", "--exit-code", code=2))
    assert planned["changes"] and planned["problems"] == []
    applied = printed(shop("apply", "shop", folder, "--reason", "cities", "--json"))
    assert applied["revision"] == "2"
    assert shop("plan", "shop", folder, "--exit-code").exit_code == 0
    revisions = printed(shop("revisions", "shop", "--json"))["revisions"]
    assert [(one["id"], one["in_force"]) for one in revisions] == [("2", True), ("1", False)]
    assert "cities" in shop("revisions", "shop").stdout
    shop("restore-revision", "shop", "1")
    assert len(printed(shop("revisions", "shop", "--json"))["revisions"]) == 3
    shop("restore-revision", "shop", "99", code=1)


def test_a_kept_plan_is_refused_once_the_workspace_moved(
    shop: Run, folder: Path, tmp_path: Path
) -> None:
    edit(folder, "entities/customer.json", add_city)
    kept = tmp_path / "plan.json"
    shop("plan", "shop", folder, "--out", kept)
    shop("apply", "shop", kept)
    assert shop("apply", "shop", kept, code=1).stderr
    strange = tmp_path / "strange.json"
    strange.write_text('{"format": 7}', "utf-8")
    assert shop("apply", "shop", strange, code=1).stderr


def test_a_field_is_purged_by_name_once_its_loss_is_accepted(shop: Run, folder: Path) -> None:
    def add(document: dict[str, Any]) -> None:
        document["fields"].append({**CITY, "default": "Rome"})

    def drop(document: dict[str, Any]) -> None:
        document["fields"].pop()

    city = "entity/customer#/fields/city"
    rows = folder / "customers.csv"
    rows.write_text("name,code\nStein,S1\n", "utf-8")
    shop("import", "shop", "customer", rows)
    edit(folder, "entities/customer.json", add)
    shop("apply", "shop", folder)
    assert "not archived" in shop("purge", "shop", city, code=1).stderr
    edit(folder, "entities/customer.json", drop)
    shop("apply", "shop", folder)
    refused = shop("purge", "shop", city, code=1)
    assert "purged" in refused.stdout and city in refused.stderr
    shop("purge", "shop", "entity/customer#/fields/cyti", code=1)
    purged = printed(shop("purge", "shop", city, "--accept-loss", city, "--json"))
    assert purged["revision"] == "4"
    assert purged["losses"] == [{"key": city, "rows": 1, "examples": ["Rome"]}]
    shop("restore-revision", "shop", "2")


def test_an_export_changes_nothing(shop: Run, tmp_path: Path) -> None:
    shop("export", "shop", tmp_path / "out")
    assert shop("check", tmp_path / "out").exit_code == 0
    assert shop("plan", "shop", tmp_path / "out", "--exit-code").exit_code == 0


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_everything_wrong_is_named_with_its_place(run: Run, folder: Path) -> None:
    def spoil(document: dict[str, Any]) -> None:
        document["fields"][0]["type"] = "texx"
        document["title"] = "nam"

    edit(folder, "entities/customer.json", spoil)
    problems = printed(run("check", folder, "--json", code=1))["problems"]
    places = {(one["document"], one["pointer"]) for one in problems}
    assert ("entities/customer.json", "/fields/0/type") in places
    text = run("check", folder, code=1).stderr
    assert "entities/customer.json#/fields/0/type" in text
    chinese = run("check", folder, code=1, locale="zh-CN").stderr
    assert any("\u4e00" <= letter <= "\u9fff" for letter in chinese)
    (folder / "entities" / "deal.json").write_text("{", "utf-8")
    assert "deal.json" in run("check", folder, code=1).stderr


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_refused_expression_comes_corrected(run: Run, folder: Path) -> None:
    def spoil(document: dict[str, Any]) -> None:
        document["fields"].append({"name": "long", "type": "formula", "formula": "len name = 3"})

    edit(folder, "entities/customer.json", spoil)
    (problem,) = printed(run("check", folder, "--json", code=1))["problems"]
    assert problem["corrected"] == "len(name) == 3"
    assert "len(name) == 3" in run("check", folder, code=1, locale="zh-CN").stderr


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_bad_folder_is_neither_planned_nor_applied(shop: Run, folder: Path) -> None:
    edit(folder, "entities/customer.json", lambda document: document.update(title="nothing"))
    assert shop("plan", "shop", folder, code=1).output
    assert shop("plan", "shop", folder, "--exit-code", code=1).output
    assert shop("apply", "shop", folder, code=1).stderr
    assert len(printed(shop("revisions", "shop", "--json"))["revisions"]) == 1


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["plan"], 2),
        (["plan", "--exit-code"], 1),
        (["nothing"], 2),
        (["plan", "shop", "nowhere"], 2),
        (["plan", "--nothing"], 2),
        (["serve", "--port", "x"], 2),
    ],
)
def test_wrong_usage_has_its_own_code(run: Run, arguments: list[str], code: int) -> None:
    assert run(*arguments, code=code).stderr
    assert any("\u4e00" <= c <= "\u9fff" for c in run(*arguments, code=code, locale="zh-CN").stderr)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_printed_json_holds_nothing_else(shop: Run, folder: Path) -> None:
    for command in (
        ["plan", "shop", folder, "--json"],
        ["revisions", "shop", "--json"],
        ["member", "list", "shop", "--json"],
        ["rules", "run", "shop", "--json"],
        ["tiers", "run", "shop", "--json"],
    ):
        json.loads(shop(*command).stdout)
