"""Alerts: what rules find, what they do about it, and the inbox in which people work through it."""

from .explain import Why, explain
from .inbox import AlertPage, AlertRequest, AlertView, acknowledge, inbox, resolve, snooze
from .run import AlertReport, do_job, preview, run

__all__ = [
    "AlertPage",
    "AlertReport",
    "AlertRequest",
    "AlertView",
    "Why",
    "acknowledge",
    "do_job",
    "explain",
    "inbox",
    "preview",
    "resolve",
    "run",
    "snooze",
]
