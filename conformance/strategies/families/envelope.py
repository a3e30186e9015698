"""Defects of the body's ``content``: it is absent, or no string with something in it."""

from conformance.strategies.bundles import Bundle
from conformance.strategies.spelling import quoted
from conformance.strategies.spoiling import (
    Change,
    Defect,
    Spoiler,
    Variation,
    change_body,
    change_envelope,
    change_text,
    pick,
)


def _instead(*tokens: str | None) -> Spoiler:
    """Put one of these tokens in the place of the string; ``<content>`` stands for the twin's own."""

    def spoil(twin: Bundle, variation: Variation) -> Change:
        token = pick(variation, tokens)
        if token is not None:
            token = token.replace("<quoted>", quoted(twin.content)).replace("<content>", twin.content)
        return change_envelope(twin, token)

    return spoil


def _string(*contents: str) -> Spoiler:
    def spoil(twin: Bundle, variation: Variation) -> Change:
        return change_text(twin, pick(variation, contents))

    return spoil


def _unwrapped(twin: Bundle, _variation: Variation) -> Change:
    """Send the bundle itself as the body, so that the body has no ``content``."""
    return change_body(twin, twin.content.encode())


def _renamed(*names: str) -> Spoiler:
    def spoil(twin: Bundle, variation: Variation) -> Change:
        return change_body(twin, f'{{"{pick(variation, names)}": {quoted(twin.content)}}}'.encode())

    return spoil


def _envelope(name: str, title: str, spoiler: Spoiler, *, graded: bool = True) -> Defect:
    return Defect(name, "envelope", "SEND-422-ENVELOPE", title, spoiler, graded=graded)


DEFECTS = (
    _envelope("content-absent", "content is absent", _instead(None)),
    _envelope("content-misnamed", "the bundle is in another member", _renamed("message", "contents", "")),
    _envelope("content-miscased", "content is spelled with a capital", _renamed("Content"), graded=False),
    _envelope("content-unwrapped", "the bundle itself is the body", _unwrapped),
    _envelope("content-null", "content is null", _instead("null")),
    _envelope("content-number", "content is a number", _instead("2", "0", "-1", "1.5")),
    _envelope("content-true", "content is true", _instead("true")),
    _envelope("content-false", "content is false", _instead("false")),
    _envelope("content-array", "content is an array with the bundle", _instead("[<quoted>]", "[<content>]")),
    _envelope("content-array-empty", "content is an empty array", _instead("[]")),
    _envelope("content-object", "content is the bundle as an object", _instead("<content>")),
    _envelope("content-object-empty", "content is an empty object", _instead("{}")),
    _envelope("content-empty", "content is an empty string", _string("")),
    _envelope("content-blank", "content is nothing but whitespace", _string(" ", "\n", "\t \r\n", " " * 100)),
)
