"""Routes: every page on one screen. Inside a workspace a handler gets a visit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fieldstone.engine.imports.kept import LARGEST_FILE

from .pages import (
    alerts,
    boards,
    builder,
    cells,
    dashboards,
    due,
    entrance,
    facets,
    forms,
    gallery,
    groups,
    home,
    lists,
    notifications,
    pickers,
    records,
    sample,
    search,
    then,
    views,
    webhooks,
)
from .pages.bulk import choosing
from .pages.bulk import running as bulk_running
from .pages.imports import files, mapping, running
from .pages.people import account, joining, members
from .pages.studio import (
    archived,
    conditions,
    entities,
    fields,
    layouts,
    modules,
    pipeline,
    review,
    rules,
    stage,
    tags,
    template,
    tiers,
    translations,
)
from .pages.studio.figures import cards, metrics
from .pages.studio.figures import dashboards as studio_dashboards

_GET = ("GET",)
_POST = ("POST",)


@dataclass(frozen=True)
class Route:
    """Methods, a path, and the handler that answers; `inside` a workspace or before one."""

    methods: tuple[str, ...]
    rule: str
    handler: Callable[..., Any]
    inside: bool = True
    largest: int | None = None
    """How many bytes it takes, where that is more than of any other form."""


_ALERT = "<int(max=9223372036854775807):alert_id>"
_ENTITY = "/<slug>/<entity>"
_MEMBERS = "/<slug>/-/members"
_MEMBER = "<int(max=9223372036854775807):member_id>"
OWN = "/<slug>/-/me"
"""The page of one's own account, which is open also while a temporary password is to be changed."""

_TOLD = "/<slug>/-/notifications"
_STUDIO = "/<slug>/-/studio"
_BOARDS, _METRICS = f"{_STUDIO}/dashboards", f"{_STUDIO}/metrics"
_TEMPLATE, _MODULES = f"{_STUDIO}/template", f"{_STUDIO}/modules"
_OF = f"{_STUDIO}/entity/<entity>"
_CONDITION = f"{_OF}/condition/<key>"
_RULES = f"{_OF}/rules"
_IMPORT = "/<slug>/-/imports/<int(max=9223372036854775807):import_id>"
_BULK = "/<slug>/-/bulk/<int(max=9223372036854775807):bulk_id>"
_RECORD = "/<slug>/<entity>/<int(max=9223372036854775807):record_id>"

ROUTES: tuple[Route, ...] = (
    Route(_GET, "/", entrance.start, False),
    Route(_GET, "/sign-in", entrance.sign_in, False),
    Route(_POST, "/sign-in", entrance.let_in, False),
    Route(_POST, "/sign-out", entrance.sign_out, False),
    Route(_GET, "/set-up/<code>", gallery.set_up_page, False),
    Route(_POST, "/set-up/<code>", gallery.set_up, False),
    Route(_GET, "/new", gallery.page, False),
    Route(_GET, "/new/<template>", gallery.preview, False),
    Route(_POST, "/new/<template>", gallery.create, False),
    Route(_GET, "/join/<code>", joining.page, False),
    Route(_POST, "/join/<code>", joining.join, False),
    Route(_GET, "/me/workspaces", entrance.choose, False),
    Route(_POST, "/me/language", entrance.set_language, False),
    Route(_POST, "/me/theme", entrance.set_theme, False),
    Route(_GET, "/<slug>/", home.start),
    Route(_GET, "/<slug>/-/today", home.today),
    Route(_GET, "/<slug>/-/search", search.page),
    Route(_GET, "/<slug>/-/palette", search.palette),
    Route(_GET, _TOLD, notifications.listed),
    Route(_GET, f"{_TOLD}/latest", notifications.latest),
    Route(_POST, f"{_TOLD}/read", notifications.mark_read),
    Route(_GET, f"{_TOLD}/choices", notifications.choices),
    Route(_POST, f"{_TOLD}/choices", notifications.choose),
    Route(_GET, f"{_TOLD}/<int(max=9223372036854775807):notification_id>", notifications.open_one),
    Route(_GET, "/<slug>/-/dashboards/<name>", dashboards.page),
    Route(_GET, "/<slug>/-/dashboards/<name>/cards/<card>", dashboards.card),
    Route(_GET, "/<slug>/-/alerts", alerts.inbox),
    Route(_GET, f"/<slug>/-/alerts/{_ALERT}/why", alerts.why),
    Route(_POST, f"/<slug>/-/alerts/{_ALERT}/acknowledge", alerts.acknowledge),
    Route(_POST, f"/<slug>/-/alerts/{_ALERT}/snooze", alerts.snooze),
    Route(_POST, f"/<slug>/-/alerts/{_ALERT}/resolve", alerts.resolve),
    Route(_GET, _STUDIO, review.start),
    Route(_GET, f"{_STUDIO}/review", review.review),
    Route(_GET, f"{_STUDIO}/review/rules", rules.ahead),
    Route(_POST, f"{_STUDIO}/publish", review.apply),
    Route(_POST, f"{_STUDIO}/stop", review.stop),
    Route(_POST, f"{_STUDIO}/discard", review.discard),
    Route(_POST, f"{_STUDIO}/settle", review.settle),
    Route(_GET, f"{_STUDIO}/archived", archived.room),
    Route(_POST, f"{_STUDIO}/archived/restore", archived.restore),
    Route(_POST, f"{_STUDIO}/purge", archived.purge),
    Route(_GET, f"{_STUDIO}/revisions", review.history),
    Route(_POST, f"{_STUDIO}/restore", review.restore),
    Route(_GET, _MODULES, modules.room),
    Route(_POST, _MODULES, modules.switch),
    Route(_GET, _TEMPLATE, template.room),
    Route(_POST, _TEMPLATE, template.go_back),
    Route(_GET, f"{_TEMPLATE}/upgrade", template.upgrade),
    Route(_POST, f"{_TEMPLATE}/upgrade", template.upgrade),
    Route(_POST, f"{_TEMPLATE}/upgrade/bring", template.bring),
    Route(_GET, f"{_STUDIO}/translations", translations.listed),
    Route(_GET, f"{_STUDIO}/tags", tags.listed),
    Route(_POST, f"{_STUDIO}/tags", tags.create),
    Route(_GET, f"{_STUDIO}/tags/<dimension>", tags.edit),
    Route(_POST, f"{_STUDIO}/tags/<dimension>", tags.save),
    Route(_GET, _BOARDS, studio_dashboards.listed),
    Route(_GET, f"{_BOARDS}/new", cards.begin),
    Route(_POST, f"{_BOARDS}/new", cards.start),
    Route(_POST, f"{_BOARDS}/preview", cards.preview),
    Route(_GET, f"{_BOARDS}/dashboard/<dashboard>", studio_dashboards.edit),
    Route(_POST, f"{_BOARDS}/dashboard/<dashboard>", studio_dashboards.save),
    Route(_POST, f"{_BOARDS}/dashboard/<dashboard>/archive", studio_dashboards.archive),
    Route(_POST, f"{_BOARDS}/dashboard/<dashboard>/restore", studio_dashboards.restore),
    Route(_GET, f"{_BOARDS}/dashboard/<dashboard>/new-card", cards.new),
    Route(_POST, f"{_BOARDS}/dashboard/<dashboard>/new-card", cards.create),
    Route(_GET, f"{_BOARDS}/dashboard/<dashboard>/card/<card>", cards.edit),
    Route(_POST, f"{_BOARDS}/dashboard/<dashboard>/card/<card>", cards.save),
    Route(_GET, _METRICS, metrics.listed),
    Route(_GET, f"{_METRICS}/new", metrics.new),
    Route(_POST, f"{_METRICS}/new", metrics.create),
    Route(_GET, f"{_METRICS}/metric/<metric>", metrics.edit),
    Route(_POST, f"{_METRICS}/metric/<metric>", metrics.save),
    Route(_POST, f"{_METRICS}/metric/<metric>/archive", metrics.archive),
    Route(_POST, f"{_METRICS}/metric/<metric>/restore", metrics.restore),
    Route(_GET, f"{_STUDIO}/new-entity", entities.new_entity),
    Route(_POST, f"{_STUDIO}/new-entity", entities.create_entity),
    Route(_GET, _OF, fields.listed),
    Route(_GET, f"{_OF}/settings", entities.edit),
    Route(_POST, f"{_OF}/settings", entities.save),
    Route(_GET, f"{_OF}/new", fields.new),
    Route(_POST, f"{_OF}/new", fields.create),
    Route(_GET, f"{_OF}/forms", layouts.forms),
    Route(_POST, f"{_OF}/forms", layouts.arrange_form),
    Route(_POST, f"{_OF}/forms/new", layouts.make_form),
    Route(_GET, f"{_OF}/lists", layouts.lists),
    Route(_POST, f"{_OF}/lists", layouts.arrange_list),
    Route(_POST, f"{_OF}/check", fields.check),
    Route(_GET, _RULES, rules.listed),
    Route(_GET, f"{_RULES}/new", rules.new),
    Route(_POST, f"{_RULES}/new", rules.create),
    Route(_POST, f"{_RULES}/live", rules.live),
    Route(_GET, f"{_RULES}/pick", rules.pick),
    Route(_GET, f"{_RULES}/rule/<rule>", rules.edit),
    Route(_POST, f"{_RULES}/rule/<rule>", rules.save),
    Route(_POST, f"{_RULES}/rule/<rule>/archive", rules.archive),
    Route(_POST, f"{_RULES}/rule/<rule>/restore", rules.restore),
    Route(_POST, f"{_RULES}/rule/<rule>/run", rules.run),
    Route(_GET, f"{_RULES}/rule/<rule>/state", rules.state),
    Route(_GET, f"{_OF}/field/<field>", fields.edit),
    Route(_POST, f"{_OF}/field/<field>", fields.save),
    Route(_GET, f"{_OF}/field/<field>/type", fields.choose),
    Route(_POST, f"{_OF}/field/<field>/type", fields.told),
    Route(_GET, f"{_OF}/field/<field>/archive", fields.archive),
    Route(_POST, f"{_OF}/field/<field>/archive", fields.put_away),
    Route(_POST, f"{_OF}/field/<field>/restore", fields.bring_back),
    Route(_POST, f"{_CONDITION}/builder", conditions.build),
    Route(_POST, f"{_CONDITION}/said", conditions.say_it),
    Route(_GET, f"{_OF}/tiers", tiers.room),
    Route(_POST, f"{_OF}/tiers", tiers.change),
    Route(_POST, f"{_OF}/tiers/preview", tiers.preview),
    Route(_GET, f"{_OF}/pipeline", pipeline.listed),
    Route(_POST, f"{_OF}/pipeline", pipeline.arrange),
    Route(_GET, f"{_OF}/pipeline/<stage>", stage.edit),
    Route(_POST, f"{_OF}/pipeline/<stage>", stage.save),
    Route(_GET, f"{_OF}/pipeline/<stage>/archive", stage.archive),
    Route(_POST, f"{_OF}/pipeline/<stage>/archive", stage.put_away),
    Route(_POST, f"{_OF}/pipeline/<stage>/restore", stage.bring_back),
    Route(_GET, _ENTITY, boards.page),
    Route(_GET, f"{_ENTITY}/board", boards.more),
    Route(_GET, f"{_MEMBERS}", members.page),
    Route(_POST, f"{_MEMBERS}", members.add),
    Route(_GET, f"{_MEMBERS}/{_MEMBER}", members.one),
    Route(_POST, f"{_MEMBERS}/{_MEMBER}/roles", members.set_roles),
    Route(_POST, f"{_MEMBERS}/{_MEMBER}/active", members.set_active),
    Route(_POST, f"{_MEMBERS}/{_MEMBER}/password", members.reset),
    Route(_POST, f"{_MEMBERS}/{_MEMBER}/invitation", members.invite),
    Route(_GET, "/<slug>/-/roles", members.roles),
    Route(_GET, "/<slug>/-/sample", sample.page),
    Route(_POST, "/<slug>/-/sample", sample.act),
    Route(_GET, "/<slug>/-/webhooks", webhooks.page),
    Route(_POST, "/<slug>/-/webhooks", webhooks.try_now),
    Route(_GET, OWN, account.page),
    Route(_POST, f"{OWN}/profile", account.set_profile),
    Route(_POST, f"{OWN}/password", account.set_password),
    Route(_POST, f"{OWN}/session", account.end_session),
    Route(_POST, f"{OWN}/token", account.create_token),
    Route(_POST, f"{OWN}/token/end", account.end_token),
    Route(_GET, "/<slug>/-/imports", files.history),
    Route(_GET, "/<slug>/-/imports/new/<entity>", files.new),
    Route(_POST, "/<slug>/-/imports/new/<entity>", files.receive, largest=LARGEST_FILE),
    Route(_GET, f"{_IMPORT}/", files.whereabouts),
    Route(_GET, f"{_IMPORT}/file", files.step),
    Route(_POST, f"{_IMPORT}/file", files.read_as),
    Route(_GET, f"{_IMPORT}/mapping", mapping.step),
    Route(_POST, f"{_IMPORT}/mapping", mapping.choose),
    Route(_GET, f"{_IMPORT}/check", running.check),
    Route(_POST, f"{_IMPORT}/act", running.act),
    Route(_GET, f"{_IMPORT}/result", running.result),
    Route(_GET, f"{_IMPORT}/errors.csv", running.errors),
    Route(_GET, f"{_BULK}", bulk_running.page),
    Route(_POST, f"{_BULK}/act", bulk_running.act),
    Route(_GET, f"{_ENTITY}/bulk/all", choosing.everything),
    Route(_POST, f"{_ENTITY}/bulk/choose", choosing.choose),
    Route(_POST, f"{_ENTITY}/bulk/change", choosing.change),
    Route(_GET, f"{_ENTITY}/group", groups.rows),
    Route(_GET, f"{_ENTITY}/facets", facets.part),
    Route(_POST, f"{_ENTITY}/facets", facets.toggle),
    Route(_GET, f"{_ENTITY}/count", lists.count),
    Route(_POST, f"{_ENTITY}/filter", lists.filter_by),
    Route(_GET, f"{_ENTITY}/builder", builder.open_builder),
    Route(_POST, f"{_ENTITY}/builder", builder.change_builder),
    Route(_POST, f"{_ENTITY}/views/save", views.save),
    Route(_POST, f"{_ENTITY}/views/overwrite", views.overwrite),
    Route(_POST, f"{_ENTITY}/views/rename", views.rename),
    Route(_POST, f"{_ENTITY}/views/delete", views.delete),
    Route(_POST, f"{_ENTITY}/views/open", views.open_with),
    Route(_POST, f"{_ENTITY}/columns", lists.set_columns),
    Route(_POST, f"{_ENTITY}/widths", cells.set_width),
    Route(_GET, f"{_ENTITY}/pick/<field>", pickers.pick),
    Route(_GET, f"{_ENTITY}/new", forms.new),
    Route(_POST, f"{_ENTITY}/new", forms.create),
    Route(_POST, f"{_ENTITY}/new/live", forms.live_new),
    Route(_GET, _RECORD, records.page),
    Route(_GET, f"{_RECORD}/edit", forms.edit),
    Route(_POST, f"{_RECORD}/edit", forms.save),
    Route(_POST, f"{_RECORD}/edit/live", forms.live_edit),
    Route(_GET, f"{_RECORD}/beside", records.beside),
    Route(_GET, f"{_RECORD}/cell/<field>", cells.edit),
    Route(_POST, f"{_RECORD}/cell/<field>", cells.save),
    Route(_GET, f"{_RECORD}/timeline", records.timeline),
    Route(_GET, f"{_RECORD}/then", then.page),
    Route(_POST, f"{_RECORD}/revert", then.revert),
    Route(_POST, f"{_RECORD}/stage", records.move),
    Route(_POST, f"{_RECORD}/board", boards.move),
    Route(_POST, f"{_RECORD}/tick", records.tick),
    Route(_POST, f"{_RECORD}/finish", due.finish),
    Route(_POST, f"{_RECORD}/reopen", due.reopen),
    Route(_GET, f"{_RECORD}/compose", due.compose),
    Route(_POST, f"{_RECORD}/compose/<inverse>", records.compose),
    Route(_POST, f"{_RECORD}/delete", records.delete),
    Route(_POST, f"{_RECORD}/restore", records.restore),
)
