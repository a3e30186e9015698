"""Defects of ``epoch``, an integer; most keep the twin's value in sight, so that a cast lets them pass."""

import json

from conformance.strategies.bundles import Bundle
from conformance.strategies.spoiling import (
    REFUSED,
    REFUSED_OR_OTHER_EPOCH,
    Change,
    Defect,
    Variation,
    change_token,
    member_tokens,
    pick,
)

_FLOAT_EXACT_END = 2**53


def _hex(twin: Bundle, variation: Variation) -> Change:
    """Write the epoch as the eight bytes in hexadecimal that the history pages show."""
    form = pick(variation, ("{:016x}", "0x{:x}", "0x{:016X}"))
    return change_token(twin, "epoch", json.dumps(form.format(twin.epoch % 2**64)))


def _beyond_floats(twin: Bundle, variation: Variation) -> Change:
    """Choose numbers that equal the twin's epoch once they are cut down to 32 or 64 bits, or rounded."""
    least = _FLOAT_EXACT_END + 1 + twin.epoch
    options = (least, 2**63 + twin.epoch, 2**64 + twin.epoch, 2**128 + twin.epoch)
    return change_token(twin, "epoch", str(pick(variation, options)))


def _epoch(
    name: str, title: str, *tokens: str | None, graded: bool = True, statuses: frozenset[int] = REFUSED
) -> Defect:
    spoiler = member_tokens("epoch", *tokens)
    return Defect(name, "epoch", _REQUIREMENT, title, spoiler, graded=graded, statuses=statuses)


_REQUIREMENT = "SEND-422-EPOCH"

DEFECTS = (
    _epoch("epoch-absent", "epoch is absent", None),
    _epoch("epoch-string", "epoch is a string of digits", '"<epoch>"'),
    _epoch("epoch-string-padded", "epoch is a string of digits and a blank", '"<epoch> "', '" <epoch>"'),
    _epoch("epoch-string-empty", "epoch is an empty string", '""'),
    Defect("epoch-string-hex", "epoch", _REQUIREMENT, "epoch is a string of hexadecimal digits", _hex),
    _epoch("epoch-null", "epoch is null", "null"),
    _epoch("epoch-true", "epoch is true", "true"),
    _epoch("epoch-false", "epoch is false", "false"),
    _epoch("epoch-fraction", "epoch has a fraction", "<epoch>.5", "<epoch>.1", "<epoch>.999"),
    _epoch("epoch-array", "epoch is an array with the number", "[<epoch>]"),
    _epoch("epoch-array-empty", "epoch is an empty array", "[]"),
    _epoch("epoch-object", "epoch is an object", "{}", '{"epoch":<epoch>}'),
    _epoch(
        "epoch-negative",
        "epoch is negative",
        "-1",
        "-2",
        "-9223372036854775808",
        statuses=REFUSED_OR_OTHER_EPOCH,
    ),
    Defect(
        "epoch-beyond-2-53",
        "epoch",
        _REQUIREMENT,
        "epoch is beyond the integers that every JSON reader keeps exact",
        _beyond_floats,
        statuses=REFUSED_OR_OTHER_EPOCH,
    ),
    _epoch("epoch-1000-digits", "epoch has a thousand digits", "1" + "0" * 999, statuses=REFUSED_OR_OTHER_EPOCH),
    _epoch("epoch-overflow", "epoch is beyond every float", "1e999", statuses=REFUSED_OR_OTHER_EPOCH),
    _epoch(
        "epoch-float",
        "epoch is the current one written as 3.0, which JSON does not tell from 3",
        "<epoch>.0",
        "<epoch>e0",
        graded=False,
    ),
)
