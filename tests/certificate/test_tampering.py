"""Nobody tampers with a bundle unnoticed: neither a stranger, nor the vendor who signs what he likes."""

from datetime import UTC, datetime, timedelta

import pytest

from conformance.certificate.keys import public_key
from conformance.certificate.verifying import verified

from .conftest import Certified
from .forging import Forge
from .inside import INSIDE
from .outside import OUTSIDE
from .tampering import Tampering

EVERY = [*OUTSIDE, *INSIDE]


def findings(certified: Certified, content: bytes, days: int = 0) -> str:
    """What is found, a line each."""
    found = verified(content, public_key(certified.public), at=datetime.now(UTC) + timedelta(days=days, seconds=2))
    return "".join(f"{one}\n" for one in found.findings)


def test_a_bundle_that_nobody_touched_is_valid(certified: Certified, forge: Forge) -> None:
    assert findings(certified, forge.content) == ""


def test_a_bundle_that_the_forger_only_made_anew_is_valid(certified: Certified, forge: Forge) -> None:
    # So what is found below is found for what was done, and not for how it was done.
    assert findings(certified, forge.remade()) == ""
    assert findings(certified, forge.restated(lambda _: None)) == ""


@pytest.mark.parametrize("tampering", EVERY, ids=lambda one: one.name)
def test_tampering_is_found(certified: Certified, forge: Forge, tampering: Tampering) -> None:
    content = tampering.done(forge)
    assert content != forge.content or tampering.later
    assert tampering.sentence in findings(certified, content, tampering.later)


def test_each_way_has_a_sentence_of_its_own() -> None:
    sentences = [one.sentence for one in EVERY]
    assert len(EVERY) >= 30
    assert [(one, other) for one in sentences for other in sentences if one is not other and one in other] == []
    assert len(set(sentences)) == len(sentences)
