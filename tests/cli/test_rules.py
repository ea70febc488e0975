"""Rules, tiers and files of records at the command line."""

from pathlib import Path

from fieldstone.engine import query
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.installation import Installation
from fieldstone.engine.settings import Settings
from tests.cli.conftest import Run, printed

ROWS = "Name,Code,Size,Credit\n甲,A1,small,1500.50\n乙,A2,Large,20\n丙,A3,huge,\n"


def ids(environ: dict[str, str | None]) -> list[int]:
    """The ids of the customers, in order: on PostgreSQL a rehearsal uses up some."""
    settings = Settings.read({key: text for key, text in environ.items() if text})
    with Installation.open(settings) as opened, opened.workspace("shop").reading() as tx:
        page = query.page(tx, SYSTEM, query.ListRequest(entity_id="customer", sort="code"))
        return [one.id for one in page.records]


def test_a_file_comes_in_and_a_rule_finds_it(
    shop: Run, environ: dict[str, str | None], tmp_path: Path
) -> None:
    file = tmp_path / "customers.csv"
    file.write_text(ROWS, "utf-8-sig")
    tried = printed(shop("import", "shop", "customer", file, "--dry-run", "--json", code=1))
    assert (tried["rows"], tried["created"], tried["failed"], tried["written"]) == (3, 2, 1, False)
    assert tried["unknown_values"][0]["value"] == "huge"
    values = tmp_path / "values.json"
    values.write_text('{"size": {"huge": "large"}}', "utf-8")
    done = shop("import", "shop", "customer", file, "--values", values, "--key", "code")
    assert "3" in done.stdout
    again = printed(
        shop("import", "shop", "customer", file, "--values", values, "--key", "code", "--json")
    )
    assert (again["created"], again["updated"]) == (0, 3)

    assert printed(shop("rules", "preview", "shop", "big_credit", "--json"))["matches"] == 1
    first = printed(shop("rules", "run", "shop", "big_credit", "--json"))["rules"]
    assert (first[0]["entered"], first[0]["matches"]) == (1, 1)
    second = printed(shop("rules", "run", "shop", "--json"))["rules"]
    assert (second[0]["entered"], second[0]["still"]) == (0, 1)
    big, small, _ = ids(environ)
    assert "served_by" in printed(shop("rules", "preview", "shop", "big_credit", "--json"))
    why = printed(shop("rules", "explain", "shop", "big_credit", big, "--json"))
    assert why["matches"] and why["lines"]
    assert "big_credit" in shop("rules", "explain", "shop", "big_credit", small).stdout


def test_bad_rows_go_to_a_file(shop: Run, tmp_path: Path) -> None:
    file, bad = tmp_path / "customers.csv", tmp_path / "bad.csv"
    file.write_text(ROWS, "utf-8")
    refused = shop("import", "shop", "customer", file, "--all-or-nothing", "--errors", bad, code=1)
    assert "huge" in refused.stderr and "丙" in bad.read_text("utf-8-sig")
    shop("import", "shop", "customer", file, "--map", "Size=", code=0)
    shop("import", "shop", "customer", file, "--map", "Size", code=2)
    shop("import", "shop", "custmer", file, code=1)
    shop("import", "shop", "customer", file, "--map", "Nme=name", code=1)


def test_unknown_rules_schemes_and_instants(shop: Run) -> None:
    shop("rules", "run", "shop", "nothing", code=1)
    shop("rules", "preview", "shop", "nothing", code=1)
    shop("rules", "explain", "shop", "big_credit", "99", code=1)
    shop("tiers", "run", "shop", "nothing", code=1)
    shop("rules", "run", "shop", "--now", "2026-03-05T09:00:00", code=1)
    shop("rules", "run", "shop", "--now", "2026-03-05T09:00:00Z")
