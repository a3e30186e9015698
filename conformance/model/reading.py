"""What a history may hold, and what it must."""

from collections.abc import Iterator, Sequence

from conformance.model.facts import ChatFacts, Said

_SURELY_SHOWN = 5
"""No page tells how many entries a page of the history has: so many of the newest it has for sure."""


def missed(chat: ChatFacts, shown: Sequence[str]) -> Iterator[Said]:
    """The messages that ought to be among the ``shown`` ids and are not.

    Those are the newest, and whatever is newer than one that is shown: a page leaves out nothing in between.
    """
    there, ids = chat.there(), set(shown)
    oldest = next((at for at, one in enumerate(there) if one.id in ids), len(there))
    for at, one in enumerate(there):
        if one.id not in ids and (at > oldest or at >= len(there) - _SURELY_SHOWN):
            yield one


def left_over(chat: ChatFacts, shown: Sequence[str]) -> Iterator[Said]:
    """The messages that were deleted and are shown all the same."""
    ids = set(shown)
    yield from (one for one in chat.said if one.gone and one.id in ids)
