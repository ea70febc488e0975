"""What is kept of statements: the most recent, and if asked so only what comes again."""

from __future__ import annotations

from itertools import count

from fieldstone.engine.statements import StatementCache


def test_the_most_recent_are_kept() -> None:
    cache, made = StatementCache(2), count()
    assert [cache.get(key, lambda: next(made)) for key in "abab"] == [0, 1, 0, 1]
    assert [cache.get(key, lambda: next(made)) for key in "acb"] == [0, 2, 3]
    assert cache.get(None, lambda: next(made)) != cache.get(None, lambda: next(made))


def test_what_comes_once_drives_out_nothing() -> None:
    cache, made = StatementCache(2, again=3), count()
    assert [cache.get("often", lambda: next(made)) for _ in range(3)] == [0, 1, 1]
    for key in range(100):
        cache.get(key, lambda: next(made))
    assert cache.get("often", lambda: next(made)) == 1
    # The key was asked for, but so long ago that it is as good as new.
    first = cache.get(0, lambda: next(made))
    assert cache.get(0, lambda: next(made)) == first + 1
