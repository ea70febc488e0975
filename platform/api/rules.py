"""Rules: trying and running alert rules and tier schemes, and what they found for people."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from ..engine import alerts, tiers
from ..engine.alerts import AlertRequest, AlertView
from ..engine.alerts.explain import explain as explain_rule
from ..engine.alerts.explain import rule_for
from ..engine.errors import Malformed
from ..metadata.model import TierScheme
from ..metadata.problems import Problem
from ..rules import Explanation
from .asking import Answer, Ask, whole_id


def preview(ask: Ask) -> Answer:
    """How many records a rule holds for now; nothing is changed."""
    rule = rule_for(ask.tx, ask.path["name"])
    return Answer({"rule": rule.name, "matches": alerts.preview(ask.tx, rule)})


def run(ask: Ask) -> Answer:
    """Evaluate a rule now, as its schedule would."""
    report = alerts.run(ask.workspace, [ask.path["name"]])[0]
    return Answer({**asdict(report), "rule": ask.path["name"]})


def explain(ask: Ask) -> Answer:
    """Why a rule holds for a record, or why it does not, part by part."""
    rule = rule_for(ask.tx, ask.path["name"])
    why = explain_rule(ask.tx, ask.caller, rule, ask.id)
    return Answer(
        {
            "rule": rule.name,
            "record": str(why.record_id),
            "matches": why.matches,
            "lines": list(why.explanation.lines(ask.locale)),
            "missing": list(why.explanation.missing(ask.locale)),
            "explanation": _part(why.explanation, ask.locale),
        }
    )


def _part(one: Explanation, locale: str) -> dict[str, Any]:
    decided = one.decided
    return {
        "text": one.text,
        "words": one.words.get(locale) or one.words["en"],
        "result": one.result,
        "hidden": one.hidden,
        "related": None
        if decided is None
        else {
            "count": decided.count,
            "records": [{"id": str(key), "title": title} for key, title in decided.records],
        },
        "children": [_part(child, locale) for child in one.children],
    }


def listed(ask: Ask) -> Answer:
    """Alerts on records that the caller may see, the most urgent first."""
    given = dict(ask.parameters)
    record = given.pop("record", None)
    page = alerts.inbox(
        ask.tx,
        ask.caller,
        AlertRequest(
            **{**given, "mine": given.get("mine") == "true"},
            record_id=None if record is None else whole_id(record),
        ),
    )
    return Answer({"data": [_alert(ask, one) for one in page.alerts], "next": page.next_cursor})


def acknowledge(ask: Ask) -> Answer:
    """Say that somebody has seen to an alert."""
    return Answer(_alert(ask, alerts.acknowledge(ask.tx, ask.caller, ask.id)))


def snooze(ask: Ask) -> Answer:
    """Take an alert out of the list until an instant."""
    until = _instant(ask.body["until"])
    return Answer(_alert(ask, alerts.snooze(ask.tx, ask.caller, ask.id, until)))


def resolve(ask: Ask) -> Answer:
    """Close an alert by hand."""
    return Answer(_alert(ask, alerts.resolve(ask.tx, ask.caller, ask.id)))


def grade(ask: Ask) -> Answer:
    """Grade records by a tier scheme now."""
    report = tiers.run(ask.workspace, [ask.path["name"]])[0]
    with ask.workspace.reading() as tx:
        scheme = tx.app.schemes[report.scheme]
    return Answer(grading(scheme, report))


def grading(scheme: TierScheme, report: tiers.TierReport) -> dict[str, Any]:
    """What a grading found, with the names of the tiers."""
    names = {band.id: band.name for band in scheme.bands}
    return {
        "scheme": scheme.name,
        "ranked": report.ranked,
        "moved": report.moved,
        "counts": {names.get(tier, tier): count for tier, count in report.counts.items()},
    }


def _instant(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise Malformed(Problem("api.instant", {"text": text[:100]}, pointer="/until"))
    return found.astimezone(UTC)


def _alert(ask: Ask, one: AlertView) -> dict[str, Any]:
    entity = ask.app.entities.get(one.entity)
    return {
        "id": str(one.id),
        "rule": one.rule_name,
        "label": one.label,
        "entity": entity.name if entity else one.entity,
        "record": str(one.record_id),
        "title": one.title,
        "message": one.message,
        "severity": one.severity,
        "state": one.state,
        "owner": None if one.owner is None else str(one.owner),
        "owner_name": one.owner_name,
        "entered_at": one.entered_at,
        "left_at": one.left_at,
        "acknowledged_at": one.acknowledged_at,
        "snoozed_until": one.snoozed_until,
    }
