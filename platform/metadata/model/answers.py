"""Answers about an App that are kept with it, and go with it when nobody holds it any more."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Concatenate, ParamSpec, TypeVar
from weakref import ref

from .app import App

_P = ParamSpec("_P")
_R = TypeVar("_R")
_OfApp = Callable[Concatenate[App, _P], _R]


def kept_with_app(most: int) -> Callable[[_OfApp[_P, _R]], _OfApp[_P, _R]]:
    """Keep the last `most` answers of a function for each App, as long as somebody holds that.

    A cache whose keys are Apps would hold those alive that were replaced long ago.
    """

    def decorated(function: _OfApp[_P, _R]) -> _OfApp[_P, _R]:
        @wraps(function)
        def answer(app: App, /, *args: _P.args, **kwargs: _P.kwargs) -> _R:
            kept = app.answers.get(function)
            if kept is None:
                kept = app.answers[function] = _keeping(function, app, most)
            found: _R = kept(*args, **kwargs)
            return found

        return answer

    return decorated


def _keeping(function: _OfApp[_P, _R], app: App, most: int) -> Callable[_P, _R]:
    held = ref(app)

    def asked(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        there = held()
        assert there is not None
        return function(there, *args, **kwargs)

    return lru_cache(maxsize=most)(asked)  # type: ignore[return-value]
