"""All routes on one screen: method, address, handler, the right it needs and what it takes."""

from __future__ import annotations

from functools import partial
from typing import Final

from . import (
    audit,
    batches,
    describing,
    documents,
    drafts,
    duplicates,
    figures,
    imports,
    lists,
    merges,
    modules,
    operations,
    people,
    records,
    rules,
    upgrades,
)
from .bodies import (
    AGGREGATE,
    APPLY,
    BATCH,
    DISCARD,
    DUPLICATES,
    LOOK,
    MERGE,
    MODULES,
    PLAN,
    PURGE,
    QUERY,
    RESET,
    RESTORE,
    REVERT,
    SETTLE,
    SNOOZE,
    STAGE,
    UPGRADE,
    VALUES,
)
from .parameters import ALERTS, AUDIT, FIGURES, GROUPS, IMPORTS, LIST, PAGE, RECORD
from .route import Route
from .uploads import IMPORT_FILE

reads = partial(Route, opens="reading")
writes = partial(Route, opens="writing")
alone = partial(Route, opens="nothing")
takes = partial(Route, opens="writing", before=imports.received)

# An address is under /api/v1/{workspace}, except for open ones. The right is a role's; the engine
# judges every record that a member asks for.
# fmt: off
ROUTES: Final = (
    reads("GET",     "/records/{entity}",              lists.listed,         "member", LIST),
    writes("POST",   "/records/{entity}",              records.create,       "member", VALUES),
    reads("POST",    "/records/{entity}/query",        lists.query,          "member", QUERY),
    reads("POST",    "/records/{entity}/duplicates",   duplicates.typed,     "member", DUPLICATES),
    reads("GET",     "/records/{entity}/aggregate",    lists.counted,        "member", GROUPS),
    reads("POST",    "/records/{entity}/aggregate",    lists.aggregate,      "member", AGGREGATE),
    writes("POST",   "/records/{entity}/batch",        batches.run,          "member", BATCH),
    reads("GET",     "/records/{entity}/{id}",         records.get,          "member", RECORD),
    writes("PATCH",  "/records/{entity}/{id}",         records.update,       "member", VALUES),
    writes("DELETE", "/records/{entity}/{id}",         records.delete,       "member"),
    writes("POST",   "/records/{entity}/{id}/restore", records.restore,      "member"),
    writes("POST",   "/records/{entity}/{id}/stage",   records.move,         "member", STAGE),
    writes("POST",   "/records/{entity}/{id}/revert",  records.revert,       "member", REVERT),
    writes("POST",   "/records/{entity}/{id}/merge",   merges.merge,         "member", MERGE),
    reads("GET",  "/records/{entity}/{id}/duplicates", duplicates.of_record, "member"),
    reads("GET",     "/records/{entity}/{id}/history", records.events,       "member", PAGE),
    reads("GET",     "/metadata",                      documents.everything, "metadata"),
    reads("GET",     "/metadata/draft",                drafts.get,           "metadata"),
    writes("PUT",    "/metadata/draft/{kind}/{name}",  drafts.put,           "metadata", VALUES),
    writes("DELETE", "/metadata/draft/{kind}/{name}",  drafts.delete,        "metadata"),
    reads("POST",    "/draft/plan",                    drafts.plan,          "metadata"),
    writes("POST",   "/draft/discard",                 drafts.discard,       "metadata", DISCARD),
    writes("POST",   "/draft/settle",                  drafts.settle,        "metadata", SETTLE),
    writes("POST",   "/draft/purge",                   drafts.purge,         "metadata", LOOK),
    alone("POST",    "/draft/publish",                 drafts.publish,       "metadata", RESTORE),
    reads("GET",     "/draft/publishing",              drafts.publishing,    "metadata"),
    writes("POST",   "/draft/publishing/cancel",       drafts.cancel,        "metadata"),
    reads("GET",     "/modules",                       modules.listed,       "metadata"),
    writes("POST",   "/draft/modules",                 drafts.switch,        "metadata", MODULES),
    reads("GET",     "/template",                      upgrades.template,    "metadata"),
    writes("POST",   "/template/reset",                upgrades.reset,       "metadata", RESET),
    reads("POST",    "/template/plan",                 upgrades.plan,        "metadata", UPGRADE),
    alone("POST",    "/template/upgrade",              upgrades.apply,       "metadata", UPGRADE),
    reads("GET",     "/metadata/{kind}/{name}",        documents.one,        "metadata"),
    alone("POST",    "/metadata/plan",                 documents.plan,       "metadata", PLAN),
    alone("POST",    "/metadata/apply",                documents.apply,      "metadata", APPLY),
    alone("POST",    "/purge/plan",                    documents.look,       "metadata", LOOK),
    alone("POST",    "/purge",                         documents.purge,      "metadata", PURGE),
    reads("GET",     "/metadata/revisions",            documents.listed,     "metadata"),
    alone("POST", "/metadata/revisions/{id}/restore",  documents.restore,    "metadata", RESTORE),
    reads("POST",    "/rules/{name}/preview",          rules.preview,        "metadata"),
    alone("POST",    "/rules/{name}/run",              rules.run,            "metadata"),
    reads("POST",    "/rules/{name}/explain/{id}",     rules.explain,        "member"),
    alone("POST",    "/tiers/{name}/run",              rules.grade,          "metadata"),
    reads("GET",     "/alerts",                        rules.listed,         "member", ALERTS),
    writes("POST",   "/alerts/{id}/acknowledge",       rules.acknowledge,    "member"),
    writes("POST",   "/alerts/{id}/snooze",            rules.snooze,         "member", SNOOZE),
    writes("POST",   "/alerts/{id}/resolve",           rules.resolve,        "member"),
    alone("GET",     "/dashboards/{name}",             figures.dashboard,    "member", FIGURES),
    reads("GET",     "/imports",                       imports.listed,       "member", IMPORTS),
    reads("GET",     "/imports/{entity}",              imports.of_entity,    "member", IMPORTS),
    takes("POST",    "/imports/{entity}",              imports.create,       "member", IMPORT_FILE),
    reads("GET",     "/imports/{id}",                  imports.get,          "member"),
    reads("GET",     "/imports/{id}/errors",           imports.errors,       "member"),
    writes("POST",   "/imports/{id}/start",            imports.start,        "member"),
    writes("POST",   "/imports/{id}/cancel",           imports.cancel,       "member"),
    writes("POST",   "/imports/{id}/undo",             imports.undo,         "member"),
    reads("GET",     "/merges/{id}",                   merges.get,           "member"),
    writes("POST",   "/merges/{id}/undo",              merges.undo,          "member"),
    reads("GET",     "/audit/verify",                  audit.verify,         "metadata", AUDIT),
    reads("GET",     "/me",                            people.me,            "member"),
    reads("GET",     "/members",                       people.listed,        "member"),
    reads("GET",     "/openapi.json",                  describing.openapi,   "member"),
    alone("GET",     "/healthz",                       operations.healthz,   "open"),
    alone("GET",     "/readyz",                        operations.readyz,    "open"),
)
# fmt: on
