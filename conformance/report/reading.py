"""A results file that is read again, by whoever has one: everything about it may be wrong."""

import json
import math
from pathlib import Path
from typing import Any, NoReturn

from conformance import schemas
from conformance.errors import ResultsFault
from conformance.report.results import FORMAT

_TRY = "give the results.json that a run left in its report folder"
_MOST = 5
"""Faults that are told of a file; one of another kind has hundreds."""


def read(path: Path) -> dict[str, Any]:
    """The results document in the file at ``path``; raises `ResultsFault` where there is none that can be used."""
    try:
        document = json.loads(path.read_text("utf-8"), parse_constant=_refuse, parse_float=_number)
    except OSError as error:
        raise ResultsFault(str(path), [f"cannot be read ({error.strerror}): give the results.json of a run"]) from None
    except (ValueError, RecursionError):
        raise ResultsFault(str(path), [f"is no JSON, or was cut off; {_TRY}"]) from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise ResultsFault(str(path), [f"is no results file of the format {FORMAT!r}; {_TRY}"])
    faults = schemas.faults("results", document)
    if faults:
        more = [f"and {len(faults) - _MOST} more"] if len(faults) > _MOST else []
        raise ResultsFault(
            str(path), [f"was changed, or made by another version: {faults[0]}", *faults[1:_MOST], *more]
        )
    return document


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _number(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError("a number beyond what any program reckons with")
    return number
