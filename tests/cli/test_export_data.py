"""`fieldstone export-data`: a list as a file, in the reader's language, and back again."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Run


def rows(path: Path) -> list[str]:
    return path.read_text("utf-8-sig").splitlines()


def test_a_list_is_written_and_read_again(shop: Run, tmp_path: Path) -> None:
    sent, back = tmp_path / "sent.csv", tmp_path / "back.csv"
    sent.write_text("Name,Code\n=1+1,S1\n石田,S2\n", "utf-8")
    shop("import", "shop", "customer", sent)
    found = shop("export-data", "shop", "customer", back, "--fields", "name,code", "--sort", "code")
    assert found.stdout == f"2 records written to {back}.\n"
    assert rows(back)[1:] == ["'=1+1,S1", "石田,S2"]
    again = shop("import", "shop", "customer", back, "--key", "code")
    assert again.stdout == "2 rows read: 0 created, 2 updated, 0 failed.\n"


def test_in_chinese_and_filtered(shop: Run, tmp_path: Path) -> None:
    sent, back = tmp_path / "sent.csv", tmp_path / "back.csv"
    sent.write_text("Name,Code,Size\n石田,S1,large\n华光,S2,small\n", "utf-8")
    shop("import", "shop", "customer", sent)
    found = shop(
        *("export-data", "shop", "customer", back, "--fields", "name,size"),
        *("--filter", 'size == "large"'),
        locale="zh-CN",
    )
    assert found.stdout == f"已将 1 条数据写入 {back}。\n"
    assert rows(back) == ["客户名称,规模", "石田,大型"]


def test_what_is_wrong_is_said_and_nothing_written(shop: Run, tmp_path: Path) -> None:
    path = tmp_path / "list.pdf"
    found = shop("export-data", "shop", "customer", path, code=1)
    assert "csv, xlsx" in found.stderr
    assert not path.exists()
