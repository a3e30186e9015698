"""A strategy for malformed requests: the named defects of a family in all variants, and others.

Only what the contract clearly refuses is drawn, never a valid value nor one that is observed only.
"""

import json
from collections.abc import Callable
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

from conformance.envelope import CONTENT_MAX
from conformance.strategies.bundles import Bundle, seeded
from conformance.strategies.characters import among, any_character
from conformance.strategies.defects import DEFECTS, Defect, Malformed, defects_of, spoil
from conformance.strategies.families import body
from conformance.strategies.families.length import of_length
from conformance.strategies.spelling import JSON_WHITESPACE, quoted
from conformance.strategies.spoiling import (
    BODY_REFUSED,
    REFUSED,
    REFUSED_OR_TOO_LARGE,
    Change,
    Spoiler,
    Variation,
    change_body,
    change_envelope,
    change_text,
    change_token,
)

_BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_NEAR_BASE64 = _BASE64 + "=-_"
_BYTE_ORDER_MARK = "\ufeff"
_HEAVY = frozenset({"length-1-mib", "nesting-objects", "nesting-arrays-100000"})
"""Half a megabyte and more each: cases of their own, too heavy to be drawn over and over."""


@st.composite
def malformed_bundles(
    draw: st.DrawFn, family_or_defect: str | Defect, *, bundles: st.SearchStrategy[Bundle]
) -> Malformed:
    """Draw requests with one defect each, made from ``bundles``, which must be accepted as they are.

    Given a family, its graded defects are drawn, and values of the family that have no name; given a defect,
    variants of that one. A twin so long that spoiling it would break the length too is passed over.
    """
    defect = draw(_any_of(family_or_defect) if isinstance(family_or_defect, str) else st.just(family_or_defect))
    malformed = spoil(defect, draw(bundles), rnd=_variation(draw(_SEEDS)))
    if malformed.content is not None and defect.name not in _LONG:
        assume(len(malformed.content) <= CONTENT_MAX)
    if defect.name == _MUTATED:
        assume(malformed.content is not None and _is_no_object(malformed.content))
    return malformed


@st.composite
def _any_of(draw: st.DrawFn, family: str) -> Defect:
    """Draw two named ones for each without a name, however many kinds there are of either."""
    named = [defect for defect in defects_of(family, graded=True) if defect.name not in _HEAVY]
    return draw(st.sampled_from(named) if draw(st.integers(0, 2)) < _NAMED_SHARE else _UNNAMED[family])


def _variation(seed: int) -> Variation:
    """Turn a seed into a variation; 0, to which Hypothesis shrinks, is the simplest variant."""
    return seeded(seed) if seed else None


def _unnamed(family: str, spoiler: Spoiler, statuses: frozenset[int] = REFUSED) -> Defect:
    requirement = f"SEND-422-{family.upper()}"
    return Defect(f"{family}-any", family, requirement, _TITLES[family], spoiler, statuses=statuses)


def _is_no_two(value: Any) -> bool:
    return isinstance(value, bool) or value != 2  # noqa: PLR2004 - the version itself


def _is_no_integer(value: Any) -> bool:
    if isinstance(value, float):
        return not value.is_integer()
    return isinstance(value, bool) or not isinstance(value, int)


def _is_no_string(value: Any) -> bool:
    return not isinstance(value, str)


def _is_no_object(text: str) -> bool:
    """Tell whether a text is not JSON of an object, beyond any doubt that a byte order mark could raise."""
    if not text.strip() or text.startswith(_BYTE_ORDER_MARK):
        return False
    try:
        return not isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return True


def _with_token(family: str) -> Callable[[Any], Defect]:
    def defect(value: Any) -> Defect:
        def spoiler(twin: Bundle, _variation: Variation) -> Change:
            return change_token(twin, family, json.dumps(value))

        return _unnamed(family, spoiler)

    return defect


def _with_envelope(value: Any) -> Defect:
    def spoiler(twin: Bundle, _variation: Variation) -> Change:
        return change_envelope(twin, json.dumps(value), content=value if isinstance(value, str) else None)

    return _unnamed("envelope", spoiler)


def _with_text(text: str) -> Defect:
    def spoiler(twin: Bundle, _variation: Variation) -> Change:
        return change_text(twin, text)

    return _unnamed("text", spoiler)


def _with_mutation(at: int, inserted: str) -> Defect:
    """Take out the character at a place, counted around, and put others there."""

    def spoiler(twin: Bundle, _variation: Variation) -> Change:
        place = at % len(twin.content)
        return change_text(twin, twin.content[:place] + inserted + twin.content[place + 1 :])

    return Defect(_MUTATED, "text", "SEND-422-TEXT", _TITLES["text"], spoiler)


def _with_foreign(at: int, char: str) -> Defect:
    """Put a character that no base64 has at a place of the ciphertext, counted around."""

    def spoiler(twin: Bundle, _variation: Variation) -> Change:
        place = at % (len(twin.ct) + 1)
        return change_token(twin, "ct", quoted(twin.ct[:place] + char + twin.ct[place:]))

    return _unnamed("ct", spoiler)


def _with_length(length: int) -> Defect:
    def spoiler(twin: Bundle, _variation: Variation) -> Change:
        return of_length(twin, length)

    return _unnamed("length", spoiler, REFUSED_OR_TOO_LARGE)


def _with_body(requirement: str, title: str) -> Callable[[bytes], Defect]:
    def defect(sent: bytes) -> Defect:
        def spoiler(twin: Bundle, _variation: Variation) -> Change:
            return change_body(twin, sent)

        return Defect("body-any", "body", requirement, title, spoiler, statuses=BODY_REFUSED)

    return defect


def _is_no_json(sent: bytes) -> bool:
    try:
        text = sent.decode()
        json.loads(text)
    except (ValueError, RecursionError):
        # UTF-16 and byte order marks: some readers take them, and no page forbids it.
        return not sent.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")) and b"\0" not in sent
    return False


def _encoded(value: Any) -> bytes:
    return json.dumps(value).encode("ascii")


def _is_no_mapping(value: Any) -> bool:
    return not isinstance(value, dict)


_MUTATED = "text-mutated"
_NAMED_SHARE = 2
_LONG = frozenset(d.name for d in DEFECTS if d.family == "length" or d.name.startswith("nesting")) | {"length-any"}
_LONGEST_DRAWN = 4 * CONTENT_MAX
_SEEDS = st.integers(0, 2**32 - 1)
_TITLES = {
    "envelope": "content is no string with something in it",
    "text": "content is no JSON text of an object",
    "v": "v is not the integer 2",
    "epoch": "epoch is no integer",
    "ct": "ct is no standard base64",
    "length": "content is longer than 4096 characters",
}
_CHARACTERS = any_character()
_NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
_SCALARS = st.none() | st.booleans() | _NUMBERS | st.text(_CHARACTERS, max_size=20)
_JSON: st.SearchStrategy[Any] = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(_CHARACTERS, max_size=5), inner, max_size=3),
    max_leaves=5,
)
_FOREIGN = _CHARACTERS.filter(lambda char: char not in _NEAR_BASE64)
_MARKS = st.text(among('{}[]:,"\\x0 '), max_size=2)

_UNNAMED: dict[str, st.SearchStrategy[Defect]] = {
    "envelope": st.one_of(
        _JSON.filter(_is_no_string).map(_with_envelope),
        st.text(among(JSON_WHITESPACE), max_size=50).map(_with_envelope),
    ),
    "text": st.one_of(
        st.text(_CHARACTERS, min_size=1, max_size=50).filter(_is_no_object).map(_with_text),
        _JSON.filter(_is_no_mapping).map(json.dumps).map(_with_text),
        st.builds(_with_mutation, st.integers(0, CONTENT_MAX), _MARKS),
    ),
    "v": _JSON.filter(_is_no_two).map(_with_token("v")),
    "epoch": _JSON.filter(_is_no_integer).map(_with_token("epoch")),
    "ct": st.one_of(
        _JSON.filter(_is_no_string).map(_with_token("ct")),
        st.text(among(_BASE64), min_size=1, max_size=60).filter(lambda text: len(text) % 4 > 0).map(_with_token("ct")),
        st.builds(_with_foreign, st.integers(0, CONTENT_MAX), _FOREIGN),
    ),
    "length": st.integers(CONTENT_MAX + 1, _LONGEST_DRAWN).map(_with_length),
    "body": st.one_of(
        st.binary(min_size=1, max_size=50).filter(_is_no_json).map(_with_body(body.NOT_JSON, "the body is no JSON")),
        _JSON.filter(_is_no_mapping).map(_encoded).map(_with_body(body.NOT_OBJECT, "the body is no object")),
    ),
}
