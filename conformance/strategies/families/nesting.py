"""Content nested so deep that a reader which calls itself for each level runs out of stack."""

from conformance.envelope import CONTENT_MAX
from conformance.strategies.bundles import Bundle
from conformance.strategies.spoiling import (
    CLEAN_4XX,
    Change,
    Defect,
    Spoiler,
    Variation,
    change_text,
    change_token,
)

_WITHIN_LENGTH = 2000
_FAR_BEYOND = 100_000


def _nested(opening: str, core: str, closing: str, depth: int) -> Spoiler:
    def spoil(twin: Bundle, _variation: Variation) -> Change:
        return change_text(twin, opening * depth + core + closing * depth)

    return spoil


def _nested_epoch(twin: Bundle, _variation: Variation) -> Change:
    """Nest as deep as the length allows, so that the length is no second defect."""
    depth = max(1, (CONTENT_MAX - len(twin.content)) // 2)
    return change_token(twin, "epoch", "[" * depth + str(twin.epoch) + "]" * depth)


def _nesting(name: str, title: str, spoiler: Spoiler) -> Defect:
    return Defect(name, "text", "SEND-422-TEXT", title, spoiler, statuses=CLEAN_4XX)


DEFECTS = (
    _nesting("nesting-arrays", "content is 2000 arrays deep", _nested("[", "", "]", _WITHIN_LENGTH)),
    _nesting("nesting-unclosed", "content is 4000 arrays never closed", _nested("[", "", "", 2 * _WITHIN_LENGTH)),
    _nesting("nesting-epoch", "epoch is thousands of arrays deep", _nested_epoch),
    _nesting("nesting-objects", "content is 100000 objects deep", _nested('{"v":', "2", "}", _FAR_BEYOND)),
    _nesting("nesting-arrays-100000", "content is 100000 arrays deep", _nested("[", "", "]", _FAR_BEYOND)),
)
