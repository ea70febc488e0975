"""Memory: what a process that runs for months tells the allocator of its C library."""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Iterator
from contextlib import contextmanager

_ARENA_MAX, _MMAP_THRESHOLD = -8, -3
_ARENAS = 2
_LARGE = 1024 * 1024


@contextmanager
def loading() -> Iterator[None]:
    """Look for no garbage while modules are loaded: they leave none, and are walked each time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def give_back() -> None:
    """Give large blocks back to the system when they are freed, and share what threads keep.

    Left alone, glibc keeps the 19 MB that checking a password takes for good, and a heap of its
    own for every thread. Other C libraries know nothing of this and need it less.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):
        return
    mallopt(_ARENA_MAX, _ARENAS)
    mallopt(_MMAP_THRESHOLD, _LARGE)


def settle() -> None:
    """Say that what is loaded stays, once everything is.

    Garbage is looked for only when a quarter more has come to what is there; without the modules
    that is soon, and the search is short.
    """
    gc.freeze()
