"""Figures: what the cards of a dashboard show, computed under the caller's rules."""

from .answers import Answer, Column, Figure, Line, Records, Step
from .cards import (
    CARD_SECONDS,
    Asked,
    answer,
    batches,
    dashboard_for,
    failed,
    owner_of,
    period_asked,
    today,
)
from .periods import NAMES, Period
from .present import Presenter, filter_of, formula_of, path_of
from .thought import is_published, thought

__all__ = [
    "CARD_SECONDS",
    "NAMES",
    "Answer",
    "Asked",
    "Column",
    "Figure",
    "Line",
    "Period",
    "Presenter",
    "Records",
    "Step",
    "answer",
    "batches",
    "dashboard_for",
    "failed",
    "filter_of",
    "formula_of",
    "is_published",
    "owner_of",
    "path_of",
    "period_asked",
    "thought",
    "today",
]
