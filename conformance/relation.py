"""How what a check expected is to be related to what it observed, so that whoever reads it can judge it again. Pure.

A relation is a JSON object. Its ``kind`` is

- ``status``: ``observed``, a status, lies in one of ``among``, pairs of a first and a last one;
- ``range``: ``observed``, a number, is at least ``least`` and at most ``most``, where these are not null;
- ``heard``: ``entry`` of the wire log, if not null, is where ``actor`` received ``event``;
- ``equal``: ``expected`` and ``observed`` are digests of the two values, which are equal where their digests are;
- ``words``: the two texts of the check are the same;
- ``stated``: none that could be evaluated. What was observed is told in words, and that it was right is stated.
"""

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Protocol

STATED = "stated"
EVALUATED = ("status", "range", "heard", "equal", "words")
_MANY = 8
"""More statuses than anybody reads."""

Relation = Mapping[str, Any]


def status(observed: int, among: Collection[int]) -> Relation:
    """``observed`` is one of the statuses ``among``."""
    return {"kind": "status", "among": [list(one) for one in _stretches(sorted(set(among)))], "observed": observed}


def within(observed: float, *, least: float | None = None, most: float | None = None) -> Relation:
    """``observed`` is a number from ``least`` to ``most``, each of which may be open."""
    return {"kind": "range", "least": least, "most": most, "observed": observed}


class Heard(Protocol):
    """What was heard, and where it is in the wire log."""

    @property
    def entry(self) -> int | None:
        """The index in the wire log."""


def heard(event: str, actor: str, what: Heard | None) -> Relation:
    """``actor`` received ``event``; ``what`` it received, or None."""
    return {"kind": "heard", "event": event, "actor": actor, "entry": what.entry if what else None}


def equal(observed: object, expected: object, salt: bytes) -> Relation:
    """The two are equal, and of one type.

    The digests tell nothing of the values to whoever has not got ``salt``, which is kept by nobody: a value may be
    a secret that is easily guessed.
    """
    return {"kind": "equal", "expected": _digest(expected, salt), "observed": _digest(observed, salt)}


def of_words(expected: str, observed: str, *, held: bool) -> Relation:
    """That the texts are the same, where this is what decided; that it was stated otherwise."""
    return {"kind": "words" if (expected == observed) is held else STATED}


def evaluated(check: Mapping[str, Any]) -> bool | None:
    """Whether a recorded ``check`` holds, evaluated again; None where it can only be taken as stated."""
    relation = check.get("relation", {"kind": STATED})
    match relation["kind"]:
        case "status":
            return any(first <= relation["observed"] <= last for first, last in relation["among"])
        case "range":
            least, most = relation["least"], relation["most"]
            return (least is None or relation["observed"] >= least) and (most is None or relation["observed"] <= most)
        case "heard":
            return relation["entry"] is not None
        case "equal":
            return bool(relation["expected"] == relation["observed"])
        case "words":
            return bool(check["expected"] == check["observed"])
        case _:
            return None


def contradictions(check: Mapping[str, Any]) -> Iterator[str]:
    """What the texts of a recorded ``check`` say against its relation, a clause of a sentence each."""
    relation = check.get("relation", {"kind": STATED})
    if relation["kind"] != "status":
        return
    among = [number for first, last in relation["among"] for number in range(first, last + 1)]
    if check["expected"] != statuses_in_words(among):
        yield f"its text expects {check['expected']}, its relation {statuses_in_words(among)}"
    if check["observed"].partition(" ")[0] != str(relation["observed"]):
        yield f"its text shows another answer than {relation['observed']}"


def statuses_in_words(statuses: Collection[int]) -> str:
    """The statuses as a check shows them."""
    if len(statuses) > _MANY:
        return "a clean 4xx"
    return " or ".join(str(one) for one in sorted(statuses))


def _stretches(numbers: Collection[int]) -> list[tuple[int, int]]:
    """The first and last of each stretch of sorted ``numbers`` without a gap."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and found[-1][1] == number - 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


def _digest(value: object, salt: bytes) -> str:
    try:
        text = json.dumps(value, sort_keys=True, ensure_ascii=True)
    except (TypeError, ValueError, RecursionError):
        text = repr(value)
    typed = f"{type(value).__name__} {text}"
    return hashlib.blake2b(typed.encode("utf-8", "surrogatepass"), key=salt, digest_size=16).hexdigest()
