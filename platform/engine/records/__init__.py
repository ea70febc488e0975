"""The one door for data: reading, creating, changing and deleting records, under all rules."""

from .checklist import Tick, missing_for_stage, tick, ticks
from .create import create, create_many
from .delete import delete, delete_many
from .draft import Moves, Outcome, refusal
from .present import etag, present, wire_value
from .read import get
from .record import Record, Values
from .restore import restore, restore_many
from .revert import Left, Reverted, moment_after, revert, wished
from .then import get_as_of
from .update import Update, move, update, update_many
from .written import Written, listen

__all__ = [
    "Left",
    "Moves",
    "Outcome",
    "Record",
    "Reverted",
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
    "get_as_of",
    "listen",
    "missing_for_stage",
    "moment_after",
    "move",
    "present",
    "refusal",
    "restore",
    "restore_many",
    "revert",
    "tick",
    "ticks",
    "update",
    "update_many",
    "wire_value",
    "wished",
]
