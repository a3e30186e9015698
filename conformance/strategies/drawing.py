"""Valid bundles, drawn by Hypothesis. Apart from the named ones: whoever lists scenarios does without the library."""

import hashlib

from hypothesis import assume
from hypothesis import strategies as st

from conformance.envelope import CONTENT_MAX, NONCE_BYTES, ChatKey, plaintext_for_length
from conformance.strategies.bundles import Bundle, filled, make_bundle, ordinary_bundle, relaid, seeded, text_of
from conformance.strategies.characters import among
from conformance.strategies.spelling import GAPS_MAX, JSON_WHITESPACE, MEMBERS, Layout

_EPOCH_DEFAULT_END = 2**31
_ESCAPABLE = "Aa0+/="


def layouts() -> st.SearchStrategy[Layout]:
    """Draw spellings: members in any order, JSON whitespace between tokens, escapes in names and ``ct``."""
    return st.builds(
        Layout,
        order=st.permutations(MEMBERS).map(tuple),
        gaps=st.lists(st.text(among(JSON_WHITESPACE), max_size=4), max_size=GAPS_MAX).map(tuple),
        escaped=st.sets(st.sampled_from(_ESCAPABLE)).map(lambda chars: "".join(sorted(chars))),
        escape_names=st.booleans(),
        escape_slashes=st.booleans(),
    )


@st.composite
def plaintexts(draw: st.DrawFn, *, sizes: st.SearchStrategy[int] | None = None) -> bytes:
    """Draw texts of 0 to some 3000 bytes: as many as fit in 4096 characters beside an epoch of ten digits.

    A size and a seed are drawn rather than bytes, since bytes drawn one by one stay far below the maximum.
    """
    largest = plaintext_for_length(CONTENT_MAX, _EPOCH_DEFAULT_END)
    if sizes is None:
        # No `just(largest)`: what takes no choice counts as simple, and failures would shrink to the longest.
        sizes = st.integers(0, 64) | st.integers(0, largest) | st.integers(largest - 2, largest)
    size = draw(sizes)
    seed = draw(st.integers(0, 2**32 - 1))
    return text_of(size, seeded(seed))


_PLAINTEXTS = plaintexts()
_LAYOUTS = layouts()
_LENGTHS = st.just(0) | st.integers(0, CONTENT_MAX) | st.just(CONTENT_MAX)


@st.composite
def valid_bundles(
    draw: st.DrawFn,
    *,
    key: ChatKey,
    epochs: st.SearchStrategy[int],
    plaintexts: st.SearchStrategy[bytes] = _PLAINTEXTS,
    layouts: st.SearchStrategy[Layout] = _LAYOUTS,
    lengths: st.SearchStrategy[int] = _LENGTHS,
) -> Bundle:
    """Draw bundles that must be accepted at their epoch, up to exactly 4096 characters.

    ``lengths`` are filled up with JSON whitespace where the bundle is shorter. A spelling that would pass
    4096 characters gives way to the compact one; a plaintext too long even for that is passed over.
    """
    plaintext, epoch = draw(plaintexts), draw(epochs)
    bundle = make_bundle(plaintext, key, epoch, layout=draw(layouts), nonce=_nonce_for(plaintext, epoch))
    if len(bundle.content) > CONTENT_MAX:
        bundle = relaid(bundle, Layout(order=bundle.layout.order))
    assume(len(bundle.content) <= CONTENT_MAX)
    return filled(bundle, draw(lengths))


def _nonce_for(plaintext: bytes, epoch: int) -> bytes:
    """Choose a nonce that Hypothesis can repeat, yet that two plaintexts never share under one key."""
    return hashlib.blake2b(b"%d:%b" % (epoch, plaintext), digest_size=NONCE_BYTES).digest()


def bundles_at(key: ChatKey, epoch: int) -> st.SearchStrategy[Bundle]:
    """Draw bundles that must be accepted at this epoch."""
    return valid_bundles(key=key, epochs=st.just(epoch))


def ordinary_bundles(key: ChatKey, epoch: int) -> st.SearchStrategy[Bundle]:
    """Draw the twins that defects are put into."""
    return st.integers(0, 2**32 - 1).map(lambda number: ordinary_bundle(key, epoch, rnd=seeded(number)))
