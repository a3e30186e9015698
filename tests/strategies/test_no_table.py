"""What is drawn needs no table of all characters, which Hypothesis would make, and keep in the user's folder."""

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.internal import charmap

from conformance.envelope import ChatKey
from conformance.strategies.defects import FAMILIES
from conformance.strategies.drawing import bundles_at, ordinary_bundles
from conformance.strategies.malformed import malformed_bundles

KEY = ChatKey(bytes(range(32)))
EVERYTHING = [
    bundles_at(KEY, 1),
    *(malformed_bundles(family, bundles=ordinary_bundles(KEY, 1)) for family in FAMILIES),
]


@pytest.fixture(autouse=True)
def no_table(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise AssertionError("a table of all characters is asked for")

    monkeypatch.setattr(charmap, "charmap", refuse)


@pytest.mark.parametrize("drawn", EVERYTHING)
def test_no_table_is_asked_for(drawn: st.SearchStrategy[object]) -> None:
    seen: list[object] = []

    @settings(
        derandomize=True,
        database=None,
        deadline=None,
        max_examples=60,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(drawn)
    def draw(one: object) -> None:
        seen.append(one)

    draw()
    assert len(seen) > 10
