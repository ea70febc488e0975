"""A process apart in which something is tried, and killed when it takes too long."""

from __future__ import annotations

import os
import resource
import signal
import sys
import traceback
from collections.abc import Callable

_MEMORY = 3 << 30
BROKEN = 70
"""The status of a process in which not a test failed but what runs the tests."""


def begun(work: Callable[[], int], seconds: int) -> int:
    """Start a process of its own for some work, and return its id.

    The process ends with what the work returns, or with BROKEN if that fails.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child:
        return child
    status = BROKEN
    try:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(seconds)
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        status = work()
    except Exception:
        traceback.print_exc()
    finally:
        # Not sys.exit: what the parent registered for its end is not the child's to do.
        os._exit(status)


def apart(work: Callable[[], int], seconds: int) -> int:
    """Do some work in a process of its own: what it returned, or less than 0 if it was killed."""
    return os.waitstatus_to_exitcode(os.waitpid(begun(work, seconds), 0)[1])
