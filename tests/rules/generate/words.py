"""What is made of: the names of fields and options, the letters of texts, the zones of time."""

from __future__ import annotations

from collections.abc import Mapping

ZONES = (
    "Asia/Shanghai",
    "America/New_York",
    "Europe/London",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "UTC",
)
LETTERS = "aAbB zZéÉßſİıςΣσñÑАа中文科技ＡａＺ　 \tµΜ😀_%'\"\\"
FIELDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "account": {
        "number": ("n", "m", "rate", "size", "doubled", "kind.days", "tier.silence_days"),
        "money": ("amount", "cost", "kept", "won"),
        "boolean": ("flag", "hot", "good", "kind.urgent", "belongs_to.flag", "owner.active"),
        "text": ("name", "note", "owner.name", "belongs_to.name", "owner.manager.team"),
        "date": ("day", "until", "belongs_to.day"),
        "datetime": ("at", "seen", "belongs_to.seen"),
        "choice": ("kind", "belongs_to.kind"),
        "tier": ("tier", "tier_before", "belongs_to.tier"),
        "reference": ("owner", "owner.manager", "belongs_to.owner"),
    },
    "deal": {
        "number": ("quantity", "pieces", "stage.probability", "stage.max_days", "account.n"),
        "money": ("amount", "account.amount", "weighted"),
        "boolean": ("flag", "stage.closed", "account.flag", "account.good"),
        "text": ("name", "stage.outcome", "seller.name"),
        "date": ("closed_on", "account.day"),
        "datetime": ("at",),
        "choice": ("account.kind",),
        "tier": ("account.tier",),
        "reference": ("seller", "account.owner"),
    },
}
OPTIONS = {"choice": ("large", "middle", "small"), "tier": ("A", "B", "C")}
