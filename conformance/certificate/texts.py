"""JSON as a bundle has it: written in one form only, and read without leniency. Digests of it. Pure."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any


def sha256(data: bytes) -> str:
    """The digest of ``data``, as hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def canonical(value: object) -> bytes:
    """The one form in which a JSON ``value`` is digested: no spaces, members by name."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8", "surrogatepass")


def lines_of(values: Iterable[object]) -> bytes:
    """JSON lines, each in the canonical form."""
    return b"".join(canonical(one) + b"\n" for one in values)


def parsed(data: bytes) -> Any:
    """The JSON value in ``data``; raises `ValueError` also where a member comes twice, or a number is none."""
    try:
        return json.loads(data.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_number)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _once(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(members)
    if len(found) < len(members):
        raise ValueError("a member comes twice")
    return found


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number")
