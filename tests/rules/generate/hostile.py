"""Hostile expressions: made by the grammar, then blown up or broken; and formulas in circles."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

from fieldstone.metadata.expression.limits import CHARACTERS
from fieldstone.metadata.model import App, Field
from tests.rules.generate.expressions import Maker
from tests.rules.generate.making import VALUES
from tests.rules.generate.shapes import shapes

STRANGE = (
    "\x00", "\ud800", "\udfff", "\u202e", "\u200b", "\ufeff", "\u0301", "“", "＝", "（", "𝟙", "½",
    "٣", "K", "\r", "\u2028", "\x1b", "`", "$", "@", "?", "!", "~", "^", ":", ";", "|", "&", "{",
    "}", "\\", "'", '"', '"""', "#", "\t", "\n",
)  # fmt: skip
PIECES = (
    "(", ")", "[", "]", ",", ".", "..", "+", "-", "**", "//", "==", "=", "<>", " and ", " not ",
    " in ", " is ", " if ", " else ", " lambda: ", " for x in ", "None", "True", "parent.", "by=",
    "__class__", ".__globals__", ".format", "%s", "f''", "b''", "0x10", "1e9", "1_000", "1j",
    "9" * 16, "0." + "0" * 9,
)  # fmt: skip
CIRCLES = (
    Field(id="around", name="around", type="formula", formula="back + 1"),
    Field(id="back", name="back", type="formula", formula="around * 2"),
    Field(id="itself", name="itself", type="formula", formula="itself"),
    Field(id="owing", name="owing", type="formula", formula="count(subsidiaries, owing > 0)"),
)
"""Formulas that need themselves."""
LONGEST = 4_000


def with_circles(app: App) -> App:
    """The App with formulas that need themselves."""
    account = app.entity("account")
    account = replace(account, fields=(*account.fields, *CIRCLES))
    return replace(app, hash=f"{app.hash} circles", entities={**app.entities, "account": account})


class Hostile:
    """Makes hostile expressions."""

    def __init__(self, random_: random.Random) -> None:
        self.random = random_
        self.maker = Maker(random_)
        self.ways: tuple[Callable[[str], str], ...] = (
            self.nested, self.called, self.repeated, self.listed, self.path, self.huge,
            self.related, self.circle, self.strange, self.cut, self.swapped, self.doubled,
        )  # fmt: skip

    def make(self) -> str:
        """An expression that was changed up to four times."""
        key = self.random.choice(VALUES)
        text = self.maker.make(key, self.random.choice([0, 1, 1, 2, 3]))
        for _ in range(self.random.randint(1, 4)):
            changed = self.random.choice(self.ways)(text)
            # What is too long is refused for that alone: not often, and then it is cut off.
            if len(changed) <= CHARACTERS or self.random.random() < 0.1:
                text = changed[:LONGEST]
        return text

    def many(self) -> int:
        """How often: seldom more than the bounds admit."""
        return self.random.choice([2, 3, 5, 7, 10, 20, 23, 31, 33, 60, 100, 300, 2_000])

    def nested(self, text: str) -> str:
        before, after = self.random.choice(
            (
                ("(", ")"),
                ("-", ""),
                ("not ", ""),
                ("[", "]"),
                ("(1 + ", ")"),
                ("(", " if flag else n)"),
            )
        )
        count = self.many()
        return before * count + text + after * count

    def called(self, text: str) -> str:
        """Within many calls of one function, which may not take it."""
        shape = self.random.choice(shapes())
        rest = "".join(f", {self.maker.leaf('number')}" for _ in shape.parameters[1:])
        count = min(self.many(), 300)
        return f"{shape.name}(" * count + text + f"{rest})" * count

    def repeated(self, text: str) -> str:
        mark = self.random.choice(
            (
                " + ",
                " * ",
                " - ",
                " / ",
                " % ",
                " and ",
                " or ",
                " == ",
                " < ",
                " if flag else ",
                ", ",
            )
        )
        return mark.join([text] * min(self.many(), 400))

    def listed(self, text: str) -> str:
        name = self.random.choice(("coalesce", "concat", "min_of", "max_of", "switch", "n in "))
        items = ", ".join([text] * min(self.many(), 300))
        return f"n in [{items}]" if name == "n in " else f"{name}({items})"

    def path(self, text: str) -> str:
        step = self.random.choice(("belongs_to.", "owner.manager.", "parent.", "deals.account."))
        return step * min(self.many(), 500) + self.random.choice(
            (text, "name", "n", "subsidiaries")
        )

    def huge(self, text: str) -> str:
        number = self.random.choice(("9", "1", "0", "0.", "9." + "9" * 6, "1" + "0" * 14))
        return f"{text} {self.random.choice('+-*/%<')} {number * min(self.many(), 400)}"

    def related(self, text: str) -> str:
        """Aggregates within each other, or a great many beside each other."""
        one = self.random.choice(
            (
                "count(deals, {})",
                "any(account.deals, {})",
                "sum(subsidiaries.won, {})",
                "all(deals, {})",
            )
        )
        if self.random.random() < 0.5:
            return " + ".join([one.replace("{}", text)] * min(self.many(), 100))
        for _ in range(min(self.many(), 10)):
            text = one.replace("{}", text)
        return text

    def circle(self, text: str) -> str:
        return f"{self.random.choice(CIRCLES).name} {self.random.choice('+-*<')} {text}"

    def strange(self, text: str) -> str:
        """With characters or pieces that do not belong there."""
        for _ in range(self.random.randint(1, 3)):
            at = self.random.randint(0, len(text))
            text = text[:at] + self.random.choice((*STRANGE, *PIECES)) + text[at:]
        return text

    def cut(self, text: str) -> str:
        at, end = sorted(self.random.randint(0, len(text)) for _ in range(2))
        return text[:at] + text[end:]

    def swapped(self, text: str) -> str:
        words = text.split(" ")
        self.random.shuffle(words)
        return " ".join(words)

    def doubled(self, text: str) -> str:
        at, end = sorted(self.random.randint(0, len(text)) for _ in range(2))
        return text[:end] + text[at:end] * min(self.many(), 100) + text[end:]
