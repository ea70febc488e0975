"""The one door for data: reading, creating, changing and deleting records, under all rules."""

from .checklist import Tick, missing_for_stage, tick, ticks
from .create import create, create_many
from .delete import delete, delete_many
from .draft import Moves, Outcome, refusal
from .present import etag, present, wire_value
from .read import get
from .record import Record, Values
from .restore import restore, restore_many
from .update import Update, move, update, update_many
from .written import Written, listen

__all__ = [
    "Moves",
    "Outcome",
    "Record",
    "Tick",
    "Update",
    "Values",
    "Written",
    "create",
    "create_many",
    "delete",
    "delete_many",
    "etag",
    "get",
    "listen",
    "missing_for_stage",
    "move",
    "present",
    "refusal",
    "restore",
    "restore_many",
    "tick",
    "ticks",
    "update",
    "update_many",
    "wire_value",
]
