"""The verdict of a results document as a badge: an SVG in the usual style, of text alone."""

from collections.abc import Mapping
from typing import Any

from conformance.pages import PAGES

_LABEL = "portal conformance"
_COLOURS = {"conformant": "#2b7d1f", "non-conformant": "#b6342a", "inconclusive": "#6f6f6f"}
"""Dark enough for white letters to be read on them."""
_LETTER_PX = 6.6
_PADDING_PX = 10


def badge(document: Mapping[str, Any]) -> str:
    """The badge of a results ``document``, as SVG. Nothing in it is a target's own word."""
    verdict = document["verdict"]
    said = f"{verdict}, {document['level']} {document['catalogue']['edition']}"
    if "gate" in document or document["narrowed"]:
        said += " (in part)"
    left, right = _width(_LABEL), _width(said)
    return PAGES.get_template("badge.svg").render(
        label=_LABEL, said=said, left=left, width=left + right, colour=_COLOURS[verdict]
    )


def _width(text: str) -> int:
    """Pixels of a text and the space around it; it is stretched to them, whatever letters a viewer has."""
    return round(len(text) * _LETTER_PX) + _PADDING_PX
