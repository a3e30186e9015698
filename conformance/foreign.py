"""JSON that a target wrote: what is no JSON, or more than any program ought to take in, raises ValueError.

Python's own reader takes NaN and numbers without end, and hands out what cannot be written again: whatever comes after
it would have to be on its guard.
"""

import json
import math
from typing import Any, NoReturn

DEEPEST = 100
"""Levels of arrays and objects; the contract has six."""
MOST_VALUES = 100_000
"""Commas; a body of a mebibyte that is nothing but a history has a quarter of them."""
LONGEST_NUMBER = 100
"""Digits."""


class SocketJson:
    """The same, by the names under which the libraries of Socket.IO look for it."""

    @staticmethod
    def dumps(value: Any, **options: Any) -> str:
        """JSON of ours."""
        return json.dumps(value, **options)

    @staticmethod
    def loads(text: str | bytes) -> Any:
        """JSON of theirs."""
        return loads(text)


def loads(raw: str | bytes) -> Any:
    """The value that ``raw`` is; raises ValueError where it is none."""
    text = raw if isinstance(raw, str) else raw.decode(json.detect_encoding(raw), "surrogatepass")
    if text.count(",") > MOST_VALUES:
        raise ValueError("too many values")
    try:
        value = _DECODER.decode(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    # Nearly every body has fewer brackets than may stand inside one another.
    if text.count("[") + text.count("{") > DEEPEST:
        _refuse_depth(value)
    return value


def _refuse_depth(value: Any) -> None:
    level = [value]
    for _ in range(DEEPEST):
        level = [one for held in level for one in _held(held) if isinstance(one, dict | list)]
    if level:
        raise ValueError("nested too deeply")


def _held(value: Any) -> Any:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


def _integer(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER:
        raise ValueError("a number of too many digits")
    return int(digits)


def _number(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError("a number beyond what any program reckons with")
    return number


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


_DECODER = json.JSONDecoder(parse_int=_integer, parse_float=_number, parse_constant=_refuse_constant)
