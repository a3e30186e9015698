"""Results from a file that is a results document or a bundle, for what renders them; no signature is looked at."""

from pathlib import Path
from typing import Any

from conformance import schemas
from conformance.certificate import bundle
from conformance.certificate.texts import parsed
from conformance.errors import ResultsFault
from conformance.redact import elide

_ZIP = b"PK"


def results_in(path: Path) -> dict[str, Any]:
    """The results in the file at ``path``, without their wire logs.

    Raises `ResultsFault`, or `BundleFault` where it is an archive but no bundle, with one sentence.
    """
    content = bundle.read(path)
    if content.startswith(_ZIP):
        content = bundle.unpack(content, str(path))[bundle.RESULTS]
    try:
        document = parsed(content)
    except ValueError as error:
        raise ResultsFault(str(path), [f"is neither results nor a bundle: no JSON ({elide(str(error))})"]) from None
    bare: dict[str, Any] = _without_wires(document)
    faults = schemas.faults("results", bare)
    if faults:
        more = f" and {len(faults) - 1} more faults" if len(faults) > 1 else ""
        raise ResultsFault(str(path), [f"is no results document: {elide(faults[0], 200)}{more}"])
    return bare


def _without_wires(document: Any) -> Any:
    # A log of some ten thousand entries takes seconds to be looked at, and no rendering shows them.
    if not isinstance(document, dict) or not isinstance(document.get("scenarios"), list):
        return document
    scenarios = [{**one, "wire": []} if isinstance(one, dict) else one for one in document["scenarios"]]
    return {**document, "scenarios": scenarios}
