"""Modules at the command line: chosen when a workspace is made, listed, switched."""

from __future__ import annotations

from tests.cli.conftest import Run, printed


def states(run: Run, name: str) -> dict[str, bool]:
    listed = printed(run("modules", name, "--json"))["modules"]
    return {one["name"]: one["on"] for one in listed}


def test_a_workspace_begins_without_the_modules_that_are_off(run: Run) -> None:
    refused = run("workspace", "create", "stone", "--off", "tears", code=1).stderr
    assert "tears" in refused and "tiers" in refused
    run("workspace", "create", "stone", "--off", "tiers", "--off", "figures")
    off = {name for name, on in states(run, "stone").items() if not on}
    assert off == {"tiers", "figures"}
    assert "Tiers and care" in run("modules", "stone").stdout
    assert "客户分级与维护" in run("modules", "stone", locale="zh-CN").stdout


def test_modules_are_switched_and_the_plan_says_what_they_hide(run: Run) -> None:
    run("workspace", "create", "stone")
    told = run("modules", "stone", "--off", "products").stdout
    assert 'Module "Products" switched off' in told
    assert 'Entity "Product" hidden with its module' in told
    assert not states(run, "stone")["products"]
    back = printed(run("modules", "stone", "--on", "products", "--json"))
    assert 'Module "Products" switched on' in back["changes"]
    assert all(states(run, "stone").values())
    assert "nothing to change" in run("modules", "stone", "--on", "products").stdout
    run("modules", "stone", "--off", "product", code=1)
