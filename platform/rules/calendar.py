"""Civil dates and instants: the arithmetic of days and months, and where a zone's days begin.

One record's evaluation, the functions that SQLite calls and the bounds put into statements are this
same code. None means: no such date within the years 1 to 9999.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from .arithmetic import half_up

LAST = date.max.toordinal()
FIRST_INSTANT = datetime.min.replace(tzinfo=UTC)
LAST_INSTANT = datetime.max.replace(tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def made(year: int, month: int, day: int) -> date | None:
    """The date of its parts."""
    try:
        return date(year, month, day)
    except (ValueError, OverflowError):
        return None


def local_date(instant: datetime, zone: ZoneInfo) -> date:
    """The civil date of an instant in a zone; at the ends of the calendar the nearest date."""
    try:
        return instant.astimezone(zone).date()
    except OverflowError:
        return instant.date()


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """The first instant whose civil date in the zone is `day` or later, by `local_date`."""
    if day == date.min:
        return FIRST_INSTANT  # Before it begins in the west it is the nearest date already.
    return datetime.combine(day, time(), zone).astimezone(UTC)


def midnight(day: date, zone: ZoneInfo) -> datetime | None:
    """The instant at which a civil date begins."""
    return from_local(datetime.combine(day, time()), zone)


def from_local(local: datetime, zone: ZoneInfo) -> datetime | None:
    """The instant of a naive local time.

    A time that a change of the clock skips counts from before it, one that comes twice is the
    second: as PostgreSQL reads them.
    """
    offsets = [local.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1)]
    offset = min(one for one in offsets if one is not None)
    try:
        return (local - offset).replace(tzinfo=UTC)
    except OverflowError:
        return None


def to_local(instant: datetime, zone: ZoneInfo) -> datetime | None:
    """The naive local time of an instant."""
    try:
        return instant.astimezone(zone).replace(tzinfo=None, fold=0)
    except OverflowError:
        return None


def written(instant: datetime, zone: ZoneInfo) -> str | None:
    """The local time of an instant as text: `2026-01-31 09:30`."""
    local = to_local(instant, zone)
    return None if local is None else local.isoformat(" ", "minutes")


def of_ordinal(ordinal: int) -> date | None:
    """The date of a count of days (1 is the first of January of the year 1)."""
    return date.fromordinal(ordinal) if 1 <= ordinal <= LAST else None


def add_days(day: date, count: int) -> date | None:
    """The date so many days later."""
    return of_ordinal(day.toordinal() + count)


def add_months(day: date, count: int) -> date | None:
    """The same day so many months later, or the last one of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    if not 1 <= year <= 9999:
        return None
    return date(year, month + 1, min(day.day, month_length(year, month + 1)))


def month_length(year: int, month: int) -> int:
    """How many days a month has."""
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def days_between(start: date, end: date) -> int:
    """Days from `start` to `end`, negative when it lies before."""
    return end.toordinal() - start.toordinal()


def months_between(start: date, end: date) -> int:
    """Whole months from `start` to `end`, rounded down."""
    months = (end.year - start.year) * 12 + end.month - start.month
    return months - (end.day < start.day)


def years_between(start: date, end: date) -> int:
    """Whole years from `start` to `end`, rounded down."""
    return end.year - start.year - ((end.month, end.day) < (start.month, start.day))


def next_anniversary(day: date, today: date) -> date | None:
    """The first day from `today` on that is whole years from `day`."""
    found = add_months(day, (today.year - day.year) * 12)
    if found is not None and found < today:
        return add_months(day, (today.year + 1 - day.year) * 12)
    return found


def quarter(day: date, first: int = 1) -> int:
    """The quarter of the date's year, 1 to 4, where years begin with the month `first`."""
    return (day.month - first) % 12 // 3 + 1


def microseconds(start: datetime, end: datetime) -> int:
    """Microseconds from `start` to `end`."""
    return (end - start) // _MICROSECOND


def hours_between(start: datetime, end: datetime) -> int:
    """Hours from `start` to `end`, scaled to 6 digits after the point, rounded half up."""
    return half_up(microseconds(start, end), 3600)


def minutes_between(start: datetime, end: datetime) -> int:
    """Minutes from `start` to `end`, scaled to 6 digits after the point, rounded half up."""
    return half_up(microseconds(start, end), 60)


def add_hours(instant: datetime, millionths: int) -> datetime | None:
    """The instant so many millionths of an hour later."""
    try:
        return instant + timedelta(microseconds=millionths * 3600)
    except OverflowError:
        return None


def start_of_month(day: date) -> date:
    """The first day of the date's month."""
    return day.replace(day=1)


def start_of_quarter(day: date, first: int = 1) -> date:
    """The first day of the date's quarter, where years begin with the month `first`."""
    return _month_before(day, (day.month - first) % 3)


def start_of_year(day: date, first: int = 1) -> date:
    """The first day of the date's year, where years begin with the month `first`."""
    return _month_before(day, (day.month - first) % 12)


def start_of_week(day: date, first: int = 1) -> date | None:
    """The first day of the date's week, where weeks begin with the weekday `first` (1: Monday)."""
    return add_days(day, -((day.isoweekday() - first) % 7))


def end_of_week(day: date, first: int = 1) -> date | None:
    """The last day of the date's week, where weeks begin with the weekday `first` (1: Monday)."""
    return add_days(day, 6 - (day.isoweekday() - first) % 7)


def end_of_month(day: date) -> date:
    """The last day of the date's month."""
    return day.replace(day=month_length(day.year, day.month))


def end_of_quarter(day: date, first: int = 1) -> date:
    """The last day of the date's quarter, where years begin with the month `first`."""
    return _end_of_month_after(day, 2 - (day.month - first) % 3)


def end_of_year(day: date, first: int = 1) -> date:
    """The last day of the date's year, where years begin with the month `first`."""
    return _end_of_month_after(day, 11 - (day.month - first) % 12)


def _end_of_month_after(day: date, count: int) -> date:
    """The last day of the month so many months later, or of the calendar."""
    later = add_months(day.replace(day=1), count)
    return end_of_month(later) if later is not None else date.max


def _month_before(day: date, count: int) -> date:
    """The first day of the month so many months earlier, or of the calendar."""
    return add_months(day.replace(day=1), -count) or date.min
