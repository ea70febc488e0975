"""What is made of: the letters of texts, numbers and dates as written, the zones of time."""

from __future__ import annotations

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
NUMBERS = (
    "0", "1", "-1", "2", "3", "7", "30", "100", "0.5", "-2.5", "0.000001", "12.345",
    "999999999999999", "-999999999999999", "0.1", "3.14159", "1000000", "999999999.999999",
)  # fmt: skip
WHOLE = ("0", "1", "-1", "2", "7", "12", "-13", "31", "400", "4000000")
DATES = (
    "today()", "date(2026, 2, 28)", "date(2024, 2, 29)", "date(2026, 2, 30)", "date(1, 1, 1)",
    "date(9999, 12, 31)", "date(2026, 11, 21)", "date(2026, 3, 29)", "date(2026, 12, 31)",
)  # fmt: skip
INSTANTS = ("now()", "start_of_day(today())", "add_hours(now(), -0.000001)")
