"""Valid bundles: the record, and every peculiarity that the contract allows by name."""

import random
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import permutations, repeat

from conformance.envelope import (
    CONTENT_MAX,
    NONCE_BYTES,
    TAG_BYTES,
    VERSION,
    ChatKey,
    ShownByRepr,
    build,
    plaintext_for_length,
)
from conformance.strategies.spelling import COMPACT, GAPS_MAX, MEMBERS, Layout, quoted

_MARKER_BYTES = 34  # one more than a multiple of three: ct then ends in one "="
_PRETTY = ("", "\n  ", "", " ", "", "\n  ", "", " ", "", "\n  ", "", " ", "\n")
_EVERYTHING = Layout(
    order=("ct", "epoch", "v"),
    gaps=(" \t\r\n",) * GAPS_MAX,
    escaped="ABCabc+=",
    escape_names=True,
    escape_slashes=True,
)
_SPACED = ("", "", "", " ", "", " ", "", " ", "", " ", "", " ")


@dataclass(frozen=True, repr=False)
class Bundle(ShownByRepr):
    """A valid bundle: the content string as it is sent, and what it says.

    ``plaintext`` is a secret of the run and kept out of the repr; ``layout`` tells how the text is spelled.
    """

    content: str
    plaintext: bytes = field(compare=False)  # ct says which it is, and a failing comparison prints the fields
    epoch: int
    ct: str
    layout: Layout = COMPACT

    def __repr__(self) -> str:
        return f"Bundle({self.describe()})"

    def describe(self) -> str:
        """Say in one line which bundle this is, without its plaintext."""
        padding = len(self.ct) - len(self.ct.rstrip("="))
        words = f"{len(self.content)} characters, epoch {self.epoch}, {padding} padding"
        return f"{words}, {self.layout.peculiarities()}, ct {self.ct[:12]}…"

    def request_body(self) -> bytes:
        """Spell the request that sends it: ``{"content": "<the content string>"}``, ASCII."""
        return f'{{"content": {quoted(self.content)}}}'.encode("ascii")

    def tokens(self) -> dict[str, str]:
        """Return the JSON tokens of the members as this layout spells them: ``{"v": "2", …}``."""
        return {"v": str(VERSION), "epoch": str(self.epoch), "ct": self.layout.text(self.ct)}


def make_bundle(
    plaintext: bytes, key: ChatKey, epoch: int, *, layout: Layout = COMPACT, nonce: bytes | None = None
) -> Bundle:
    """Seal a plaintext and spell it in a layout; the nonce is random where none is given."""
    envelope = build(plaintext, key, epoch, nonce=nonce)
    bundle = Bundle("", plaintext, epoch, envelope.ct, layout)
    return replace(bundle, content=layout.write(bundle.tokens()))


def plain_bundle(plaintext: bytes, key: ChatKey, epoch: int) -> Bundle:
    """Seal a plaintext so that ``ct`` is letters and digits alone, without ``+``, ``/`` and ``=``.

    What a target makes of those is shown where it is judged, and by no story that is about something else. The
    plaintext is filled up with spaces to where base64 needs no padding.
    """
    filled_up = plaintext + b" " * (-(NONCE_BYTES + TAG_BYTES + len(plaintext)) % 3)
    nonces = (secrets.token_bytes(NONCE_BYTES) for _ in repeat(None))
    # One in some thirty will do, so what is tried is not spelled out yet.
    nonce = next(one for one in nonces if build(filled_up, key, epoch, nonce=one).ct.isalnum())
    return make_bundle(filled_up, key, epoch, nonce=nonce)


def ordinary_bundle(key: ChatKey, epoch: int, *, rnd: random.Random | None = None) -> Bundle:
    """Make the twin that each named defect can spoil in its own place: ``+``, ``/`` and one ``=`` in ``ct``.

    The plaintext is random text, so that it can be searched for in whatever must not show it. With ``rnd``
    the bundle is the same for the same seed and key.
    """
    return next(_bundles_with("+/", key, epoch, _MARKER_BYTES, rnd))


def named_valid_bundles(
    key: ChatKey, epoch: int, *, rnd: random.Random | None = None
) -> tuple[tuple[str, Bundle], ...]:
    """List every peculiarity that a valid bundle may have, by name, each in a bundle of its own."""
    return (*_named_by_ciphertext(key, epoch, rnd), *_named_by_layout(key, epoch, rnd))


def everything_at_once(key: ChatKey, epoch: int, *, rnd: random.Random | None = None) -> Bundle:
    """Make the smallest bundle, with every peculiarity that goes with another: who accepts it minds none of them."""
    # An empty plaintext makes a ct that ends in two "=".
    return relaid(next(_bundles_with("+/", key, epoch, 0, rnd)), _EVERYTHING)


def _named_by_ciphertext(key: ChatKey, epoch: int, rnd: random.Random | None) -> Iterator[tuple[str, Bundle]]:
    yield "compact", _random_bundle(key, epoch, _MARKER_BYTES, rnd)
    yield "ct-with-plus", next(_bundles_with("+", key, epoch, _MARKER_BYTES, rnd))
    yield "ct-with-slash", next(_bundles_with("/", key, epoch, _MARKER_BYTES, rnd))
    yield "ct-without-padding", _random_bundle(key, epoch, _MARKER_BYTES + 1, rnd)
    yield "ct-with-one-padding", _random_bundle(key, epoch, _MARKER_BYTES, rnd)
    yield "ct-with-two-paddings", _random_bundle(key, epoch, _MARKER_BYTES + 2, rnd)
    yield "binary-plaintext", make_bundle(bytes(range(256)), key, epoch, nonce=_nonce(rnd))
    yield "smallest", _random_bundle(key, epoch, 0, rnd)
    yield "longest", _bundle_of_length(CONTENT_MAX, key, epoch, rnd)
    yield "longest-but-one", _bundle_of_length(CONTENT_MAX - 1, key, epoch, rnd)


def _named_by_layout(key: ChatKey, epoch: int, rnd: random.Random | None) -> Iterator[tuple[str, Bundle]]:
    for name, layout in named_layouts():
        bundle = next(_bundles_with("+/", key, epoch, _MARKER_BYTES, rnd))
        yield name, relaid(bundle, layout)
    bundle = ordinary_bundle(key, epoch, rnd=rnd)
    yield "longest-by-whitespace", filled(bundle, CONTENT_MAX)


def named_layouts() -> tuple[tuple[str, Layout], ...]:
    """List the spellings that JSON allows, by name."""
    orders = [("order-" + "-".join(order), Layout(order=order)) for order in permutations(MEMBERS)]
    return (
        *orders[1:],  # the first permutation is the usual order
        ("spaces-after-separators", Layout(gaps=_SPACED)),
        ("spaces-everywhere", Layout(gaps=(" ",) * GAPS_MAX)),
        ("tabs", Layout(gaps=("\t",) * GAPS_MAX)),
        ("line-breaks", Layout(gaps=("\n",) * GAPS_MAX)),
        ("carriage-returns", Layout(gaps=("\r\n",) * GAPS_MAX)),
        ("indented", Layout(gaps=_PRETTY)),
        ("whitespace-in-front", Layout(gaps=(" \t\r\n",))),
        ("whitespace-behind", Layout(gaps=("",) * (GAPS_MAX - 1) + (" \t\r\n",))),
        ("escaped-names", Layout(escape_names=True)),
        ("escaped-slashes", Layout(escape_slashes=True)),
        ("escaped-plus", Layout(escaped="+")),
        ("escaped-padding", Layout(escaped="=")),
        ("escaped-letters", Layout(escaped="ABCabc")),
    )


def filled(bundle: Bundle, length: int) -> Bundle:
    """Put spaces after the opening brace until the content has ``length`` characters; never cuts any."""
    if length <= len(bundle.content):
        return bundle
    gaps = [*bundle.layout.gaps, "", ""]
    gaps[1] += " " * (length - len(bundle.content))
    return relaid(bundle, replace(bundle.layout, gaps=tuple(gaps[:GAPS_MAX])))


def relaid(bundle: Bundle, layout: Layout) -> Bundle:
    """Spell the same bundle in another layout."""
    bundle = replace(bundle, layout=layout)
    return replace(bundle, content=layout.write(bundle.tokens()))


def _bundle_of_length(length: int, key: ChatKey, epoch: int, rnd: random.Random | None) -> Bundle:
    return filled(_random_bundle(key, epoch, plaintext_for_length(length, epoch), rnd), length)


def _bundles_with(characters: str, key: ChatKey, epoch: int, size: int, rnd: random.Random | None) -> Iterator[Bundle]:
    while True:
        bundle = _random_bundle(key, epoch, size, rnd)
        if all(char in bundle.ct for char in characters):
            yield bundle


def _random_bundle(key: ChatKey, epoch: int, size: int, rnd: random.Random | None) -> Bundle:
    return make_bundle(text_of(size, rnd), key, epoch, nonce=_nonce(rnd))


def text_of(size: int, rnd: random.Random | None) -> bytes:
    """Make a text of so many bytes, by chance or as ``rnd`` has it."""
    raw = secrets.token_bytes(size) if rnd is None else rnd.randbytes(size)
    return raw.hex()[:size].encode("ascii")


def _nonce(rnd: random.Random | None) -> bytes | None:
    return None if rnd is None else rnd.randbytes(NONCE_BYTES)


def seeded(seed: int) -> random.Random:
    """Return a generator that repeats itself for a seed: variation, never secrecy."""
    return random.Random(seed)  # noqa: S311 - it varies test data only
