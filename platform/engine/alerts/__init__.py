"""Alerts: what rules find, what they do about it, and the inbox in which people work through it."""

from .inbox import AlertPage, AlertRequest, AlertView, acknowledge, inbox, resolve, snooze
from .run import AlertReport, do_job, preview, run

__all__ = [
    "AlertPage",
    "AlertReport",
    "AlertRequest",
    "AlertView",
    "acknowledge",
    "do_job",
    "inbox",
    "preview",
    "resolve",
    "run",
    "snooze",
]
