"""Whether a text is a moment as ISO 8601 writes it, in any of the forms that it allows. Pure."""

import re
from datetime import date, timedelta

_DATES = (
    r"(?P<y1>\d{4})-(?P<m1>\d\d)-(?P<d1>\d\d)",
    r"(?P<y2>\d{4})(?P<m2>\d\d)(?P<d2>\d\d)",
    r"(?P<wy1>\d{4})-W(?P<w1>\d\d)-(?P<wd1>[1-7])",
    r"(?P<wy2>\d{4})W(?P<w2>\d\d)(?P<wd2>[1-7])",
    r"(?P<oy1>\d{4})-(?P<o1>\d{3})",
    r"(?P<oy2>\d{4})(?P<o2>\d{3})",
)
_HOUR, _SIXTY, _PART = r"(?:[01]\d|2[0-3])", r"[0-5]\d", r"(?:[.,]\d+)?"
# The second 60 is a leap second, the hour 24 midnight at the end of a day.
_TIMES = (
    rf"{_HOUR}:{_SIXTY}:(?:{_SIXTY}|60){_PART}",
    rf"{_HOUR}{_SIXTY}(?:{_SIXTY}|60){_PART}",
    rf"{_HOUR}:{_SIXTY}{_PART}",
    rf"{_HOUR}{_SIXTY}{_PART}",
    rf"{_HOUR}{_PART}",
    r"24(?::?00(?::?00(?:[.,]0+)?)?)?",
)
_OFFSET = rf"(?:[Zz]|[+\u2212-]{_HOUR}(?::?{_SIXTY}(?::?{_SIXTY})?)?)?"
_MOMENT = re.compile(rf"(?:{'|'.join(_DATES)})[Tt](?:{'|'.join(_TIMES)}){_OFFSET}", re.ASCII)


def is_moment(text: object) -> bool:
    """Whether ``text`` is a date and a time of day of ISO 8601: basic or extended, with an offset or without."""
    match = _MOMENT.fullmatch(text) if isinstance(text, str) else None
    return match is not None and _is_day({name: int(part) for name, part in match.groupdict().items() if part})


def _is_day(parts: dict[str, int]) -> bool:
    """Whether there is such a day: the form of a date does not tell."""
    numbers = tuple(parts.values())
    try:
        if "wy1" in parts or "wy2" in parts:
            date.fromisocalendar(*numbers)
        elif "oy1" in parts or "oy2" in parts:
            year, day = numbers
            return day > 0 and (date(year, 1, 1) + timedelta(days=day - 1)).year == year
        else:
            date(*numbers)
    except (ValueError, OverflowError):
        return False
    return True
