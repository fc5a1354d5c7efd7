"""When something was handed in, and what that costs."""

import math
import re
from contextlib import suppress
from datetime import datetime, time, timedelta

MONTHS = {
    "янв": 1, "фев": 2, "мар": 3, "апр": 4, "мая": 5, "май": 5, "июн": 6,
    "июл": 7, "авг": 8, "сен": 9, "окт": 10, "ноя": 11, "дек": 12,
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6,
    "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12,
}  # fmt: skip
DAY = re.compile(r"(\d{1,2})\.? ([^\W\d_]{3})[^\W\d_]*\.?,? (\d{4})")  # 3 марта 2025, 3 March 2025
DOTS = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([ap]m)?", re.I)


def moment(text):
    """Return the datetime that text (str) tells, in Russian, in English or as ISO 8601; None when it tells none.

    A day without an hour is that day's end.
    """
    with suppress(OSError, OverflowError, ValueError):
        when = read(" ".join(text.split()))
        when.astimezone()  # not every year has a date in every zone
        return when
    return None


def read(text):
    """As moment(), where text (str) has no more than one space in a row. Raises ValueError when it tells no time."""
    with suppress(ValueError):
        when = datetime.fromisoformat(text.replace("Z", "+00:00"))
        return when if ":" in text else datetime.combine(when, time(23, 59, 59))
    named, dots = DAY.search(text), DOTS.search(text)
    month = MONTHS.get(named[2].casefold()) if named else int(dots[2]) if dots else None
    if not month:
        raise ValueError(text)
    day = named or dots
    return datetime.combine(datetime(int(day[3]), month, int(day[1])), clock(text[day.end() :]))


def clock(text):
    """Return the time of day that text (str) tells, or the end of the day. Raises ValueError."""
    match = CLOCK.search(text)
    if not match:
        return time(23, 59, 59)
    hour, minute, second, half = match.groups()
    hour = int(hour) % 12 + 12 * (half.lower() == "pm") if half else int(hour)
    return time(hour, int(minute), int(second or 0))


def days_late(handed_in, due):
    """Return how many days (int) have begun between due and handed_in (datetime; without a zone it is ours)."""
    if not handed_in or not due:
        return 0
    return max(0, math.ceil((handed_in.astimezone() - due.astimezone()) / timedelta(days=1)))


def penalty(points, days, a_day):
    """Return how many of points (int) are taken off for days (int) of lateness, a_day (int) for each."""
    return min(points, days * a_day)
