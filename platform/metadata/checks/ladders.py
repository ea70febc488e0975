"""Pipelines and tier schemes: stages that end, bands that add up."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from ..build_parts import exact
from ..documents import Document
from ..problems import Problem
from .context import Checking, Data, live, problem
from .cron import cron_problems
from .fields import properties_problems, stage_properties


def check_pipelines(checking: Checking) -> Iterator[Problem]:
    """A pipeline begins with an open stage, and its own field is not asked for to enter one."""
    for document in checking.kind("entity"):
        pipeline = document.data.get("pipeline")
        if pipeline is None:
            continue
        stages = [stage for _, stage in live(pipeline["stages"])]
        if all("closed" in stage for stage in stages):
            yield problem(document, "/pipeline/stages", "pipeline.no_open")
        elif "closed" in stages[0]:
            yield problem(document, "/pipeline/stages/0/closed", "pipeline.begins_closed")
        for index, stage in live(pipeline["stages"]):
            if pipeline["field"] in stage.get("requires", ()):
                place = f"/pipeline/stages/{index}/requires"
                yield problem(document, place, "pipeline.requires_stage")
        for found in stage_properties(pipeline["stages"], "/pipeline/stages"):
            yield found.at(document.path, "")


def check_dimensions(checking: Checking) -> Iterator[Problem]:
    """Declared properties of tags."""
    for document in checking.kind("tag_dimension"):
        for found in properties_problems(document.data["tags"], "/tags", frozenset()):
            yield found.at(document.path, "")


def check_schemes(checking: Checking) -> Iterator[Problem]:
    """The bands of a scheme add up, and its field belongs to it."""
    for document in checking.kind("tier_scheme"):
        data = document.data
        field = checking.space.field(data["entity"], data["field"])
        if field and field.data.get("type") == "tier" and field.data.get("scheme") != document.id:
            yield problem(document, "/field", "scheme.field_elsewhere", name=field.name)
        bands = list(live(data["bands"]))
        by_threshold = data.get("method") == "threshold"
        yield from (_thresholds if by_threshold else _shares)(document, bands)
        if "schedule" in data:
            yield from cron_problems(document, "/schedule", data["schedule"])
        for found in properties_problems(data["bands"], "/bands", frozenset()):
            yield found.at(document.path, "")


def _shares(document: Document, bands: list[tuple[int, Data]]) -> Iterator[Problem]:
    total = Decimal(0)
    for index, band in bands:
        place = f"/bands/{index}"
        if "min" in band:
            yield problem(document, f"{place}/min", "bands.min_not_used")
        last = index == bands[-1][0]
        if last and not band.get("rest"):
            yield problem(document, place, "bands.no_rest")
        elif not last and band.get("rest"):
            yield problem(document, f"{place}/rest", "bands.rest_not_last")
        elif not last and "share" not in band:
            yield problem(document, place, "bands.no_share")
        if band.get("rest") and "share" in band:
            yield problem(document, f"{place}/share", "bands.rest_with_share")
        else:
            total += exact(band.get("share")) or 0
    if total >= 1:
        yield problem(document, "/bands", "bands.too_much", total=str(total))


def _thresholds(document: Document, bands: list[tuple[int, Data]]) -> Iterator[Problem]:
    before: Decimal | None = None
    for index, band in bands:
        place = f"/bands/{index}"
        if "share" in band:
            yield problem(document, f"{place}/share", "bands.share_not_used")
        last = index == bands[-1][0]
        if band.get("rest"):
            if not last:
                yield problem(document, f"{place}/rest", "bands.rest_not_last")
            if "min" in band:
                yield problem(document, f"{place}/min", "bands.rest_with_min")
            continue
        threshold = exact(band.get("min"))
        if threshold is None:
            yield problem(document, place, "bands.no_min")
        elif before is not None and threshold >= before:
            params = {"min": str(threshold), "before": str(before)}
            yield problem(document, f"{place}/min", "bands.not_descending", **params)
        before = threshold if threshold is not None else before
