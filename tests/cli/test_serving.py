"""Serving as a process of its own: its parts, its end, and its refusals."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

PROGRAM = [sys.executable, "-m", "fieldstone.ui.cli"]


def environment(home: Path) -> dict[str, str]:
    kept = {key: text for key, text in os.environ.items() if not key.startswith("FIELDSTONE_")}
    return {
        **kept,
        "FIELDSTONE_HOME": str(home),
        "FIELDSTONE_LOCALE": "en",
        "PYTHONUNBUFFERED": "1",
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


@contextmanager
def served(home: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str, list[str]]]:
    """A running `serve`, its address, and what it said until it was ready.

    What it and its parts write on stderr goes to the file `stderr`.
    """
    port = free_port()
    with (home / "stderr").open("w") as stderr:
        process = subprocess.Popen(
            [*PROGRAM, "serve", "--port", str(port), *arguments],
            env=environment(home),
            cwd=home,
            text=True,
            stdout=subprocess.PIPE,
            stderr=stderr,
        )
    assert process.stdout is not None
    try:
        said = []
        for line in process.stdout:
            said.append(line.strip())
            if line.startswith("Fieldstone is at"):
                break
        yield process, f"http://127.0.0.1:{port}", said
    finally:
        process.kill()
        process.stdout.close()
        process.wait(30)


def children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii")
    return [int(one) for one in text.split()]


def is_alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text("utf-8")
    except OSError:
        return False


def megabytes(pid: int) -> int:
    """How much memory a process holds now."""
    text = Path(f"/proc/{pid}/status").read_text("ascii")
    (line,) = (one for one in text.splitlines() if one.startswith("VmRSS:"))
    return int(line.split()[1]) // 1024


def test_serve_runs_three_parts_and_ends_with_all_of_them(home: Path) -> None:
    with served(home) as (process, place, _):
        with urlopen(f"{place}/healthz") as answer:
            assert answer.status == 200
        with urlopen(f"{place}/readyz") as answer:
            assert json.loads(answer.read()) == {"status": "ready"}
        parts = children(process.pid)
        commands = [
            Path(f"/proc/{one}/cmdline").read_bytes().split(b"\0")[3].decode() for one in parts
        ]
        assert sorted(commands) == ["beat", "web", "worker"]
        taken = subprocess.run(
            [*PROGRAM, "serve", "--port", place.rpartition(":")[2]],
            env=environment(home),
            cwd=home,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert taken.returncode == 1
        assert "in use" in taken.stderr
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        assert [one for one in parts if is_alive(one)] == []
    assert "Warning" not in (home / "stderr").read_text("utf-8")


def test_the_demonstration_is_made_once(home: Path) -> None:
    with served(home, "--demo") as (process, _, _):
        assert process.stdout is not None
        sign_in = process.stdout.readline()
        assert "admin@example.com" in sign_in and "password" in sign_in
        assert "member password demo admin@example.com" in process.stdout.readline()
        assert megabytes(process.pid) < 120, "what the sample took is not given back"
    assert "Making the demonstration" in (home / "stderr").read_text("utf-8")
    with served(home, "--demo") as (process, _, _):
        assert process.stdout is not None
        assert "admin@example.com" in process.stdout.readline()
        assert "member password demo admin@example.com" in process.stdout.readline()


def test_evaluate_answers_each_line_as_it_comes() -> None:
    process = subprocess.Popen(
        [*PROGRAM, "evaluate"], text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin is not None and process.stdout is not None
    asked = {
        "fields": {"amount": "money"},
        "record": {"amount": "12.50"},
        "now": "2026-03-05T09:00:00Z",
        "time_zone": "Asia/Shanghai",
    }
    for expression, value in (("amount * 2", "25"), ("amount > 12", True)):
        process.stdin.write(json.dumps({**asked, "expression": expression}) + "\n")
        process.stdin.flush()
        found = json.loads(process.stdout.readline())
        assert found["value"] == found["sql_value"]
        assert str(found["value"]).startswith(str(value))
    process.stdin.write('{"expression": "amount >"}\nnot json\n')
    process.stdin.close()
    for line in process.stdout:
        assert json.loads(line)["error"]["id"]
    process.stdout.close()
    assert process.wait(30) == 0


def test_help_is_in_the_language_of_the_terminal() -> None:
    for language, word in (("zh_CN.UTF-8", "用法："), ("C", "Usage:")):
        kept = {key: text for key, text in os.environ.items() if not key.startswith("LC_")}
        kept.pop("FIELDSTONE_LOCALE", None)
        found = subprocess.run(
            [*PROGRAM, "workspace", "create", "--help"],
            env={**kept, "LANG": language, "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            encoding="utf-8",
            check=True,
        )
        assert found.stdout.startswith(word)
        assert "\x1b[" not in found.stdout
