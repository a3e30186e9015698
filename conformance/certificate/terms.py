"""What a certificate says of itself beside the results: whose, of what, by whom, from when until when. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from conformance.certificate.chain import Ends


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of a certificate; moments are aware, and a digest is hexadecimal digits.

    ``target`` is that of the results; ``run_url`` is where the run can be looked at, or empty.
    """

    run: str
    suite: str
    edition: str
    digest: str
    level: str
    seed: int
    examples: int
    target: Mapping[str, Any]
    started: datetime
    signed: datetime
    expires: datetime
    chain: Ends
    run_url: str = ""
