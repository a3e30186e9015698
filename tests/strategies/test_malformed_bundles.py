"""What is drawn as malformed is refused by a judge who knows only the rules, and shrinks to the simplest."""

from collections import Counter

import pytest
from bundle_judge import verdict
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

from conformance.envelope import ChatKey
from conformance.strategies.defects import DEFECTS, FAMILIES, Malformed, defect_named, defects_of
from conformance.strategies.drawing import valid_bundles
from conformance.strategies.malformed import malformed_bundles

KEY = ChatKey(bytes(range(32)))
STEADY = settings(derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow])
SHRUNK = settings(STEADY, phases=[Phase.generate, Phase.shrink], max_examples=500)
BUNDLES = valid_bundles(key=KEY, epochs=st.integers(0, 2**31))
ANY = st.sampled_from(FAMILIES).flatmap(lambda family: malformed_bundles(family, bundles=BUNDLES))


def judged(malformed: Malformed) -> str:
    return verdict(malformed.body, malformed.content_type, malformed.twin.epoch)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_drawn_request_is_refused_and_its_twin_is_not(family: str) -> None:
    @settings(STEADY, max_examples=400)
    @given(malformed_bundles(family, bundles=BUNDLES))
    def check(malformed: Malformed) -> None:
        twin = malformed.twin
        assert judged(malformed) != "valid", malformed.describe()
        assert verdict(twin.request_body(), "application/json", twin.epoch) == "valid"
        assert malformed.defect.family == family
        assert malformed.defect.graded

    check()


def test_a_drawn_request_has_no_second_defect() -> None:
    @settings(STEADY, max_examples=400)
    @given(st.sampled_from(["v", "epoch", "ct"]).flatmap(lambda f: malformed_bundles(f, bundles=BUNDLES)))
    def check(malformed: Malformed) -> None:
        assert judged(malformed) == malformed.defect.family

    check()


@pytest.mark.parametrize("family", FAMILIES)
def test_named_and_unnamed_ones_are_drawn(family: str) -> None:
    drawn: Counter[str] = Counter()

    @settings(STEADY, max_examples=100)
    @given(malformed_bundles(family, bundles=BUNDLES))
    def draw(malformed: Malformed) -> None:
        drawn[malformed.defect.name] += 1

    draw()
    names = {defect.name for defect in DEFECTS}
    unnamed = sum(count for name, count in drawn.items() if name not in names)
    assert unnamed > 10
    assert len(names & set(drawn)) >= min(len(defects_of(family, graded=True)) // 2, 6)


def test_every_variant_of_a_defect_is_drawn() -> None:
    words = malformed_bundles(defect_named("body-words"), bundles=BUNDLES)
    for said in (b"hello", b"<xml/>"):
        assert find(words, lambda malformed, said=said: malformed.body == said, settings=SHRUNK)


def test_texts_with_a_character_changed_are_drawn() -> None:
    changed = malformed_bundles("text", bundles=BUNDLES)
    assert find(changed, lambda malformed: malformed.defect.name == "text-mutated", settings=SHRUNK)


@pytest.mark.parametrize(
    ("family", "simplest"),
    [("envelope", "content-absent"), ("text", "text-words"), ("v", "v-absent"), ("epoch", "epoch-absent")],
)
def test_it_shrinks_to_the_simplest_defect(family: str, simplest: str) -> None:
    found = find(malformed_bundles(family, bundles=BUNDLES), lambda _: True, settings=SHRUNK)
    assert found.defect.name == simplest
    assert (found.twin.plaintext, found.twin.epoch) == (b"", 0)


def test_it_shrinks_a_found_fault() -> None:
    """A server that casts epochs to numbers would take a string of digits."""
    found = find(
        malformed_bundles("epoch", bundles=BUNDLES),
        lambda malformed: malformed.after.strip('"').isdigit(),
        settings=SHRUNK,
    )
    assert (found.before, found.after) == ("0", '"0"')


@pytest.mark.parametrize("name", ["v-float", "ct-url-safe", "duplicate-ct", "nesting-objects", "body-type-missing"])
def test_one_defect_can_be_asked_for(name: str) -> None:
    found = find(malformed_bundles(defect_named(name), bundles=BUNDLES), lambda _: True, settings=SHRUNK)
    assert found.defect is defect_named(name)
