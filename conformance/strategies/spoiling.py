"""What a defect is, what a malformed request is, and the few steps that make one from a valid bundle."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from conformance.envelope import CONTENT_MAX, ShownByRepr
from conformance.strategies.bundles import Bundle
from conformance.strategies.spelling import excerpts, quoted

JSON_TYPE = "application/json"

REFUSED = frozenset({422})
REFUSED_OR_TOO_LARGE = frozenset({413, 422})
REFUSED_OR_OTHER_EPOCH = frozenset({403, 422})
REFUSED_OR_BAD_REQUEST = frozenset({400, 422})
BODY_REFUSED = frozenset({400, 415, 422})
CLEAN_4XX = frozenset(range(400, 500)) - {401, 404, 429}
"""Any refusal but those that would tell of something else: no session, no chat, too many requests."""

Variation = random.Random | None
_T = TypeVar("_T")


@dataclass(frozen=True)
class Change:
    """One spoiled request, and where and how it differs from the twin it was made from.

    ``where`` is content, content.v, content.epoch, content.ct, body or content-type; ``before`` and
    ``after`` are short printable excerpts. ``body`` is the whole HTTP request body as it is sent,
    ``content_type`` its header (None: no such header), ``content`` the content string where the body has one.
    """

    where: str
    before: str
    after: str
    body: bytes = field(repr=False)
    content_type: str | None = field(default=JSON_TYPE, kw_only=True)
    content: str | None = field(default=None, kw_only=True, repr=False)


Spoiler = Callable[[Bundle, Variation], Change]


@dataclass(frozen=True)
class Defect:
    """One way to be malformed, with a name.

    ``family`` is envelope, text, v, epoch, ct, length or body; ``requirement`` the id of the clause that it
    breaks. ``graded`` is False for what is observed only: there any answer is right. ``statuses`` are the
    documented refusals. ``spoiler`` makes it from a valid bundle, by `conformance.strategies.defects.spoil`.
    """

    name: str
    family: str
    requirement: str
    title: str
    spoiler: Spoiler = field(repr=False, compare=False)
    graded: bool = field(default=True, kw_only=True)
    statuses: frozenset[int] = field(default=REFUSED, kw_only=True, repr=False)


@dataclass(frozen=True, repr=False)
class Malformed(ShownByRepr):
    """A request with exactly one defect, and ``twin``: the valid bundle that it was made from.

    The other fields are those of `Change`.
    """

    defect: Defect
    where: str
    before: str
    after: str
    body: bytes
    content_type: str | None
    content: str | None
    twin: Bundle

    def __repr__(self) -> str:
        return f"Malformed({self.describe()}; from {self.twin.describe()})"

    def describe(self) -> str:
        """Say in one line what was spoiled, where, from what to what."""
        return f"{self.defect.name}: {self.defect.title} ({self.where}: {self.before} -> {self.after})"


def malformed_from(defect: Defect, twin: Bundle, change: Change) -> Malformed:
    """Join a defect, the twin and what was changed in it."""
    return Malformed(
        defect,
        change.where,
        change.before,
        change.after,
        change.body,
        change.content_type,
        change.content,
        twin,
    )


def pick(variation: Variation, options: Sequence[_T]) -> _T:
    """Choose among options; the first and simplest one where no variation is asked for."""
    return options[0] if variation is None else variation.choice(options)


def place(variation: Variation, first: int, last: int) -> int:
    """Choose a place from first to last; the middle one where no variation is asked for."""
    return (first + last) // 2 if variation is None else variation.randint(first, last)


def change_text(twin: Bundle, content: str, *, where: str = "content") -> Change:
    """Send another content string."""
    body = f'{{"content": {quoted(content)}}}'.encode("ascii")
    return Change(where, *excerpts(twin.content, content), body, content=content)


def change_token(twin: Bundle, member: str, token: str | None) -> Change:
    """Send another JSON token as the value of a member; None leaves the member out.

    Whitespace of the twin gives way where the content would become too long, which were a second defect.
    """
    tokens = twin.tokens()
    before = tokens.pop(member)
    if token is not None:
        tokens[member] = token
    content = twin.layout.write(tokens)
    if len(content) > CONTENT_MAX:
        content = replace(twin.layout, gaps=()).write(tokens)
    change = change_text(twin, content, where=f"content.{member}")
    shown = excerpts(before, "(absent)" if token is None else token)
    return replace(change, before=shown[0], after=shown[1])


def change_envelope(twin: Bundle, token: str | None, *, content: str | None = None) -> Change:
    """Send another JSON token as the value of the body's ``content``; None leaves it out."""
    body = "{}" if token is None else f'{{"content": {token}}}'
    shown = excerpts(quoted(twin.content), "(absent)" if token is None else token)
    return Change("content", *shown, body.encode(), content=content)


def change_body(
    twin: Bundle, body: bytes, *, content_type: str | None = JSON_TYPE, content: str | None = None
) -> Change:
    """Send another body altogether."""
    shown = excerpts(twin.request_body().decode("ascii"), body.decode("utf-8", "backslashreplace"))
    return Change("body", *shown, body, content_type=content_type, content=content)


def change_content_type(twin: Bundle, content_type: str | None) -> Change:
    """Send the twin's own body under another Content-Type; None leaves the header out."""
    after = "(absent)" if content_type is None else content_type
    return Change(
        "content-type",
        JSON_TYPE,
        after,
        twin.request_body(),
        content_type=content_type,
        content=twin.content,
    )


def member_tokens(member: str, *tokens: str | None) -> Spoiler:
    """Make the spoiler that puts one of these tokens in place of a member's value.

    ``<epoch>`` and ``<ct>`` in a token stand for the twin's own values.
    """

    def spoil(twin: Bundle, variation: Variation) -> Change:
        token = pick(variation, tokens)
        if token is not None:
            token = token.replace("<epoch>", str(twin.epoch)).replace("<ct>", twin.ct)
        return change_token(twin, member, token)

    return spoil
