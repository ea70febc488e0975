"""`make fuzz`: a great many wrong documents, and documents at the bounds.

Each document is a seed and a number; `--again SEED/NUMBER` judges one alone, and says what it is.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from time import monotonic

from tests.metadata.fuzz import work
from tests.metadata.fuzz.bounds import timed
from tests.metadata.fuzz.figures import Figures
from tests.metadata.fuzz.making import made

PART = 50
"""Documents that a process judges at once."""


def main() -> int:
    """Run; the number of documents, of processes and the seed may be given."""
    options = _options()
    figures = _again(options.again) if options.again else _run(options)
    print(*figures.lines(), sep="\n")
    late = [] if options.again else list(timed())
    print(*late, sep="\n")
    return 1 if figures.findings or late else 0


def _again(which: str) -> Figures:
    seed, number = map(int, which.split("/"))
    name, template, wrong = made(seed, number)
    print(name, template.name, wrong.where, wrong.ids)
    for path, content in wrong.files.items():
        print(path, "(gone)" if content is None else content[:20_000].decode("utf-8", "replace"))
    figures = Figures()
    work.begin()
    work.one(seed, number, figures, behind=True)
    work.end()
    return figures


def _run(options: argparse.Namespace) -> Figures:
    total, begin = Figures(), monotonic()
    spawning = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(options.jobs, mp_context=spawning, initializer=work.begin) as pool:
        parts = [
            pool.submit(work.part, options.seed, at, min(PART, options.documents - at))
            for at in range(0, options.documents, PART)
        ]
        for at, ready in enumerate(as_completed(parts), 1):
            found = ready.result()
            total.add(found)
            print(*found.findings, sep="\n", end="\n" if found.findings else "", flush=True)
            if at % 20 == 0:
                print(f"{at} of {len(parts)} parts in {monotonic() - begin:.0f} s", flush=True)
    return total


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.metadata.fuzz", description=__doc__)
    parser.add_argument("--documents", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--again", help="a seed and a number, to judge one alone")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
