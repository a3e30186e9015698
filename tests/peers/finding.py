"""What one contender found on one server. Pure."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether something was found, by so many requests and seconds; else what was spent in vain.

    ``what`` are the failures that were seen first, by kind: none where nothing was found. ``error`` is why the
    contender could not do its work. ``lent`` are the requests of the control API that are not among the others.
    ``prepared`` are those among the others that ask nothing yet: a preflight, and keys of those who take part.
    """

    what: tuple[str, ...] = ()
    requests: int = 0
    seconds: float = 0.0
    error: str = ""
    lent: int = 0
    prepared: int = 0

    @property
    def found(self) -> bool:
        """Whether there is a failure."""
        return bool(self.what)

    def as_json(self) -> dict[str, Any]:
        """As JSON values."""
        return {**asdict(self), "what": list(self.what), "seconds": round(self.seconds, 2)}


def from_json(value: dict[str, Any]) -> Finding:
    """The finding that was written down."""
    return Finding(
        tuple(value["what"]), value["requests"], value["seconds"], value["error"], value["lent"], value["prepared"]
    )
