"""Alerts: what rules find, what they do about it, and the inbox in which people work through it."""

from .explain import Why, explain
from .inbox import AlertPage, AlertRequest, AlertView, acknowledge, inbox, resolve, snooze
from .run import SHARED, AlertReport, do_job, run
from .trial import Outlook, Trial, next_run, outlook, preview, run_soon, trial

__all__ = [
    "SHARED",
    "AlertPage",
    "AlertReport",
    "AlertRequest",
    "AlertView",
    "Outlook",
    "Trial",
    "Why",
    "acknowledge",
    "do_job",
    "explain",
    "inbox",
    "next_run",
    "outlook",
    "preview",
    "resolve",
    "run",
    "run_soon",
    "snooze",
    "trial",
]
