"""Dates and instants."""

from __future__ import annotations

from tests.rules.generate.making import Making, Way


class Times(Making):
    """Ways to a date and to an instant."""

    def date_literal(self) -> str:
        return self.pick(
            "today()", "date(2026, 2, 28)", "date(2024, 2, 29)", "date(2026, 2, 30)",
            "date(1, 1, 1)", "date(9999, 12, 31)", "date(2026, 11, 21)",
        )  # fmt: skip

    def date_ways(self) -> list[Way]:
        make = self.make
        periods = ("week", "month", "quarter", "year")
        starts = [f"{edge}_of_{one}" for edge in ("start", "end") for one in periods]
        return [
            lambda d: f"date({make('datetime', d)})",
            lambda d: f"add_days({make('date', d)}, floor({make('number', d)}))",
            lambda d: f"add_days({make('date', d)}, {self.pick('1', '-7', '31', '4000000')})",
            lambda d: f"add_months({make('date', d)}, floor({make('number', d)}))",
            lambda d: f"add_months({make('date', d)}, {self.pick('1', '-1', '12', '-13')})",
            lambda d: f"{self.pick(*starts)}({make('date', d)})",
            lambda d: f"{self.pick(*starts)}({make('datetime', d)})",
            lambda d: f"add_workdays({make('date', d)}, floor({make('number', d)}))",
            lambda d: f"add_workdays({make('date', d)}, {self.pick('0', '1', '-1', '5', '-9')})",
            lambda d: f"next_anniversary({make('date', d)})",
            lambda d: f"add_years({make('date', d)}, {self.pick('1', '-1', '4', '8000')})",
            lambda d: (
                f"date({self.pick('2026', 'floor(n)')}, floor({make('number', d)}), 15)"
                if self.entity == "account"
                else f"date(2026, floor({make('number', d)}), 15)"
            ),
            lambda d: f"{self.pick('min_of', 'max_of')}({make('date', d)}, {make('date', d)})",
        ]

    def datetime_literal(self) -> str:
        return "now()"

    def datetime_ways(self) -> list[Way]:
        make = self.make
        return [
            lambda d: f"add_days({make('datetime', d)}, {self.pick('1', '-7', '31', '400')})",
            lambda d: f"add_months({make('datetime', d)}, {self.pick('1', '-1', '12', '-13')})",
            lambda d: f"add_hours({make('datetime', d)}, {self.pick('1', '-7.5', '0.000001')})",
            lambda d: f"add_hours({make('datetime', d)}, {make('number', d)})",
            lambda d: (
                f"{self.pick('min_of', 'max_of')}({make('datetime', d)}, {make('datetime', d)})"
            ),
            lambda d: f"start_of_day({make('date', d)})",
            lambda d: f"add_years({make('datetime', d)}, {self.pick('1', '-1', '4')})",
        ]
