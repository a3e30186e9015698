from conformance.catalogue import loader
from conformance.matrix import documents
from conformance.matrix.existence import killed_alone, reasons, unexplained
from conformance.matrix.kills import Kill, functions_of, judge

from .made import mutant, playback, scene

CATALOGUE = loader.load()
ALL = ("test_a::x", "test_b::y", "test_c::z")


def killed(name: str, *by: str) -> Kill:
    scenes = [scene(one, "SEND-MUTED") if one in by else scene(one, passed=("SEND-MUTED",)) for one in ALL]
    return judge(mutant(name, "SEND-MUTED"), playback(*scenes), CATALOGUE)


def victims(kills: list[Kill]) -> dict[str, set[str]]:
    return documents.victims(documents.of_kills(kills, mode="full", tier="core", seconds=1))


def test_only_killer_is_who_kills_what_nobody_else_kills() -> None:
    kills = [killed("one", "test_a::x"), killed("two", "test_a::x", "test_b::y")]
    assert killed_alone(victims(kills)) == {"test_a::x": ["one"], "test_b::y": []}


def test_who_kills_nothing_alone_needs_a_reason() -> None:
    kills = [killed("one", "test_a::x"), killed("two", "test_a::x", "test_b::y")]
    assert unexplained(functions_of(kills), victims(kills), {"test_c::z": "it only looks"}) == [
        "test_b::y: none of the 1 mutants that it kills is killed by it alone, and existence.toml has no reason"
    ]


def test_a_reason_that_nothing_needs_is_told() -> None:
    kills = [killed(one, one) for one in ALL]
    assert unexplained(functions_of(kills), victims(kills), {"test_a::x": "once", "test_gone::w": "long ago"}) == [
        "test_a::x: existence.toml has a reason for it, but it alone kills test_a::x: the reason can go",
        "test_gone::w: existence.toml has a reason for it, but there is no such scenario",
    ]


def test_the_written_reasons_are_sentences() -> None:
    assert all(len(reason.split()) > 3 for reason in reasons().values())
