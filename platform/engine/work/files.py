"""The built-in broker: kombu's messages as files, where one that nobody finished hurts nobody."""

from __future__ import annotations

from queue import Empty
from typing import Any

import structlog
from kombu.transport import filesystem

_log = structlog.get_logger()


class Channel(filesystem.Channel):
    """Reads messages; leaves out one whose writer was killed halfway: the tick sends it anew."""

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        try:
            return super()._get(queue)
        except ValueError as error:
            _log.warning("message.broken", queue=queue, why=str(error))
            raise Empty from error


class Transport(filesystem.Transport):
    """The transport of such channels."""

    Channel = Channel
