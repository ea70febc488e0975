"""The broker: what carries wake-ups between processes, and how Celery is told to use it.

Files under the home by default; Redis or RabbitMQ by the setting. The rows of the workspaces are
the truth, so a broker may lose or repeat a message; these settings make it happen seldom.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kombu.transport import TRANSPORT_ALIASES

from ..settings import Settings

TRANSPORT_ALIASES["fieldstone"] = "fieldstone.engine.work.files:Transport"

_REDIS = ("redis:", "rediss:")
_EMBEDDED = "fieldstone://localhost"
_LONGEST_TASK = 3600
_RESTORE_SECONDS = 10


def url(settings: Settings) -> str:
    """The address of the broker."""
    return settings.broker_url or _EMBEDDED


def configuration(settings: Settings) -> dict[str, Any]:
    """What Celery is told of the broker, whatever it runs there."""
    return {
        "accept_content": ["json"],
        "task_serializer": "json",
        "task_ignore_result": True,
        "task_acks_late": True,
        "worker_redirect_stdouts": False,
        "worker_hijack_root_logger": False,
        "worker_enable_remote_control": settings.broker_url is not None,
        "worker_prefetch_multiplier": 4,
        # A task that a lost connection gives back is only a wake-up that comes twice.
        "worker_cancel_long_running_tasks_on_connection_loss": False,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "broker_transport_options": _transport(settings),
        "timezone": "UTC",
    }


def folder(settings: Settings) -> Path:
    """Where the broker and the clockwork keep their files, made if need be."""
    found = settings.home / "broker"
    found.mkdir(parents=True, exist_ok=True)
    return found


def _transport(settings: Settings) -> dict[str, Any]:
    address = url(settings)
    if address == _EMBEDDED:
        return _files(settings)
    if address.startswith(_REDIS):
        # Without the last two, what a dead worker held comes back only after 100 seconds more.
        return {
            "visibility_timeout": _LONGEST_TASK,
            "unacked_restore_interval": _RESTORE_SECONDS,
            "unacked_restore_throttle": 1,
        }
    return {}


def _files(settings: Settings) -> dict[str, Any]:
    messages, control = (folder(settings) / name for name in ("messages", "control"))
    for one in (messages, control):
        one.mkdir(parents=True, exist_ok=True)
    return {
        "data_folder_in": str(messages),
        "data_folder_out": str(messages),
        "control_folder": str(control),
        "polling_interval": 0.1,
    }
