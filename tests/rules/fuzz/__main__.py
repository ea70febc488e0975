"""`make fuzz`: a great many expressions on both databases; a run that was stopped goes on.

Each company with its expressions is a seed. What was tried is kept in a log, a line for each
part of a run, so that a run can be stopped and resumed as long as the sources are the same.
`--again SEED` or `--again SEED/NUMBER` tries one company or one expression alone.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from time import monotonic

from tests.rules.fuzz import work
from tests.rules.fuzz.agreement import EXPRESSIONS
from tests.rules.fuzz.figures import Figures
from tests.servers.postgres import PostgresServer, postgres_server, text_of

PART = 10
"""Companies of a part: what a process tries at once, and what the log has a line of."""


def main() -> int:
    """Run or resume; the number of processes, of expressions and the first seed may be given."""
    options = _options()
    with postgres_server() as server:
        if options.again:
            seed, _, number = options.again.partition("/")
            work.begin(text_of(server.url))
            figures = work.one(options.kind, int(seed), int(number) if number else None)
            work.end()
        else:
            figures = _run(options, server)
    print(*figures.lines(), sep="\n")
    return 1 if figures.wrong or not figures.accepted else 0


def _run(options: argparse.Namespace, server: PostgresServer) -> Figures:
    count = -(-options.expressions // EXPRESSIONS)
    parts = range(options.seed, options.seed + count, PART)
    total, done = _resumed(options, set(parts))
    left = [part for part in parts if part not in done]
    print(f"{len(left)} parts of {len(parts)} to try", flush=True)
    begin = monotonic()
    options.log.parent.mkdir(parents=True, exist_ok=True)
    sources = _sources()
    with (
        ProcessPoolExecutor(
            options.jobs,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=work.begin,
            initargs=(text_of(server.url),),
        ) as pool,
        options.log.open("a", encoding="utf-8") as log,
    ):
        waiting = {
            pool.submit(work.part, options.kind, part, min(PART, options.seed + count - part)): part
            for part in left
        }
        for at, ready in enumerate(as_completed(waiting), 1):
            found = ready.result()
            total.add(found)
            line = {"sources": sources, "kind": options.kind, "part": waiting[ready]}
            line["figures"] = found.written()
            log.write(json.dumps(line) + "\n")
            log.flush()
            print(*found.wrong, sep="\n", end="\n" if found.wrong else "", flush=True)
            if at % 50 == 0:
                seconds = monotonic() - begin
                print(f"{at} of {len(left)} parts in {seconds:.0f} s", flush=True)
    return total


def _resumed(options: argparse.Namespace, parts: set[int]) -> tuple[Figures, set[int]]:
    """What the log tells of parts that are done."""
    total, done = Figures(), set()
    for part, figures in _logged(options.log, options.kind):
        if part in parts and part not in done:
            done.add(part)
            total.add(figures)
    return total, done


def _logged(log: Path, kind: str) -> Iterator[tuple[int, Figures]]:
    sources = _sources()
    lines = log.read_text("utf-8").splitlines() if log.exists() else []
    for line in lines:
        try:
            data = json.loads(line)
        except ValueError:
            continue  # Cut off where the run was stopped.
        if (data["sources"], data["kind"]) == (sources, kind):
            yield data["part"], Figures.read(data["figures"])


def _sources() -> str:
    """What the outcome depends on: the language, and how expressions and records are made."""
    digest = hashlib.sha256()
    for folder in ("platform/rules", "platform/metadata/expression", "tests/rules"):
        for path in sorted(Path(folder).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.rules.fuzz", description=__doc__)
    parser.add_argument("kind", choices=("random", "hostile"), nargs="?", default="random")
    parser.add_argument("--expressions", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=0, help="of the first company")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--log", type=Path, default=Path("var/fuzz.jsonl"))
    parser.add_argument("--again", help="a seed, or a seed and a number, to try alone")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
