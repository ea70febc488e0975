"""Checks that a schema cannot make: each is a function of `Checking` that yields problems."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..problems import Problem
from .context import Checking
from .duplicates import check_duplicates
from .fields import check_entities, check_fields
from .figures import check_dashboards, check_metrics
from .ladders import check_dimensions, check_pipelines, check_schemes
from .modules import check_modules
from .names import check_documents, check_lists, check_tombstones
from .names import check_fields as check_field_names
from .replacing import check_replaced
from .rules import check_rules
from .surfaces import check_app, check_forms, check_roles, check_views
from .work_calendar import check_work_calendar

WHOLE_CHECKS: tuple[Callable[[Checking], Iterator[Problem]], ...] = (
    check_app,
    check_work_calendar,
    check_modules,
    check_documents,
    check_lists,
    check_tombstones,
    check_field_names,
)
"""Of all documents: what a module hides keeps its names, so that it can come back."""

CHECKS: tuple[Callable[[Checking], Iterator[Problem]], ...] = (
    check_fields,
    check_entities,
    check_duplicates,
    check_pipelines,
    check_dimensions,
    check_schemes,
    check_replaced,
    check_rules,
    check_forms,
    check_views,
    check_metrics,
    check_dashboards,
    check_roles,
)
"""Of what is switched on."""

__all__ = ["CHECKS", "WHOLE_CHECKS", "Checking"]
