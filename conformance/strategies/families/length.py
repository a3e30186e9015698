"""Content that is valid in every way but for its length, which is at most 4096 characters."""

from conformance.envelope import CONTENT_MAX
from conformance.strategies.bundles import Bundle, filled
from conformance.strategies.spoiling import (
    REFUSED,
    REFUSED_OR_TOO_LARGE,
    Change,
    Defect,
    Spoiler,
    Variation,
    change_text,
)

KIB = 1024


def of_length(twin: Bundle, length: int) -> Change:
    """Lengthen the ciphertext by whole base64 groups, and by whitespace where these miss the length."""
    groups = max(0, length - len(twin.content)) // 4
    tokens = twin.tokens()
    tokens["ct"] = tokens["ct"][:1] + "AbC+" * groups + tokens["ct"][1:]
    content = twin.layout.write(tokens)
    content = content.replace("{", "{" + " " * (length - len(content)), 1)
    return _measured(twin, content)


def _by_ciphertext(length: int) -> Spoiler:
    def spoil(twin: Bundle, _variation: Variation) -> Change:
        return of_length(twin, length)

    return spoil


def _by_whitespace(length: int) -> Spoiler:
    def spoil(twin: Bundle, _variation: Variation) -> Change:
        return _measured(twin, filled(twin, length).content)

    return spoil


def _measured(twin: Bundle, content: str) -> Change:
    change = change_text(twin, content)
    before, after = f"{len(twin.content)} characters", f"{len(content)} characters"
    return Change("content", before, after, change.body, content=content)


def _length(name: str, title: str, spoiler: Spoiler, statuses: frozenset[int] = REFUSED) -> Defect:
    return Defect(name, "length", "SEND-422-LENGTH", title, spoiler, statuses=statuses)


DEFECTS = (
    _length("length-4097", "content has 4097 characters", _by_ciphertext(CONTENT_MAX + 1)),
    _length(
        "length-4097-whitespace",
        "content has 4097 characters, most of them whitespace",
        _by_whitespace(CONTENT_MAX + 1),
    ),
    _length("length-8192", "content has 8192 characters", _by_ciphertext(2 * CONTENT_MAX), REFUSED_OR_TOO_LARGE),
    _length("length-64-kib", "content has 64 KiB", _by_ciphertext(64 * KIB), REFUSED_OR_TOO_LARGE),
    _length("length-1-mib", "content has 1 MiB", _by_ciphertext(KIB * KIB), REFUSED_OR_TOO_LARGE),
)
