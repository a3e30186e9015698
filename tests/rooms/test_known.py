"""The file of known failures: from TOML to records, and every fault of a file in whole sentences."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from conformance.catalogue import loader
from conformance.catalogue.records import Tier
from conformance.errors import KnownFailuresFault
from conformance.known import KnownFailure, load, parse, today

ON = date(2026, 11, 24)
ENTRY = '[[known]]\nid = "SEND-MUTED-TTL"\nreason = "milliseconds, PORTAL-1234"\nuntil = 2026-12-31\n'


def of(tmp_path: Path, text: str, *, tier: Tier = Tier.CORE, on: date = ON) -> tuple[KnownFailure, ...]:
    path = tmp_path / "known.toml"
    path.write_text(text, "utf-8")
    return load(path, loader.load(), tier, on=on)


def faults_of(tmp_path: Path, text: str, *, tier: Tier = Tier.CORE) -> tuple[str, ...]:
    with pytest.raises(KnownFailuresFault) as caught:
        of(tmp_path, text, tier=tier)
    assert str(caught.value) == f"{tmp_path / 'known.toml'}: {'; '.join(caught.value.faults)}"
    return caught.value.faults


def entry(**members: str) -> str:
    told = {"id": '"SEND-MUTED-TTL"', "reason": '"x"', "until": "2026-12-31", **members}
    return "[[known]]\n" + "".join(f"{name} = {value}\n" for name, value in told.items() if value)


def test_entries_are_kept_in_the_order_of_the_file(tmp_path: Path) -> None:
    assert of(tmp_path, ENTRY + entry(id='"SEND-BANNED"', until='"2027-01-01"')) == (
        KnownFailure("SEND-MUTED-TTL", "milliseconds, PORTAL-1234", date(2026, 12, 31)),
        KnownFailure("SEND-BANNED", "x", date(2027, 1, 1)),
    )


def test_a_file_without_entries_knows_of_none(tmp_path: Path) -> None:
    assert of(tmp_path, "") == of(tmp_path, "known = []") == ()


def test_the_last_day_is_a_day_on_which_it_holds(tmp_path: Path) -> None:
    assert of(tmp_path, ENTRY, on=date(2026, 12, 31))
    with pytest.raises(KnownFailuresFault):
        of(tmp_path, ENTRY, on=date(2027, 1, 1))
    assert today() > date(2026, 1, 1)


def test_a_requirement_of_the_full_level_is_known_at_that_level(tmp_path: Path) -> None:
    text = entry(id='"RACE-MUTE"')
    assert of(tmp_path, text, tier=Tier.FULL)[0].id == "RACE-MUTE"
    assert faults_of(tmp_path, text) == ("known[0].id: RACE-MUTE is judged at --level full alone",)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("known = 5", "known: expected an array, got the integer 5"),
        ("known = [5]", "known[0]: expected an object, got the integer 5"),
        ("[knwon]", "knwon: unknown member (did you mean 'known'?)"),
        (entry(why='"x"'), "known[0].why: unknown member (there are: id, reason, until)"),
        (entry(reason=""), "known[0].reason: missing"),
        (entry(until=""), "known[0].until: missing"),
        (entry(id=""), "known[0].id: missing"),
        (entry(reason='" "'), 'known[0].reason: expected a text that is not blank, got the string " "'),
        (entry(until='"soon"'), 'known[0].until: expected a day such as 2026-12-31, got the string "soon"'),
        (
            entry(until="2026-12-31T00:00:00Z"),
            'known[0].until: expected a day such as 2026-12-31, got the string "2026-12-31T00:00:00+00:00"',
        ),
        (
            entry(id='"SEND-*"'),
            'known[0].id: expected a string that matches ^[A-Z0-9]+(-[A-Z0-9]+)*$, got the string "SEND-*"',
        ),
        (
            entry(id='"SEND-MUTED-TLL"'),
            "known[0].id: no requirement matches 'SEND-MUTED-TLL' (did you mean SEND-MUTED-TTL?)",
        ),
        (entry(id='"SEND-429-RETRY-AFTER"'), "known[0].id: SEND-429-RETRY-AFTER is printed and never graded"),
        (
            entry(until="2026-11-23"),
            "known[0].until: 2026-11-23 has passed: have it mended, or agree on another day",
        ),
        (ENTRY + ENTRY, "known[1].id: SEND-MUTED-TTL is already the id of known[0]"),
    ],
)
def test_a_fault_is_a_sentence_with_its_path(tmp_path: Path, text: str, sentence: str) -> None:
    assert faults_of(tmp_path, text) == (sentence,)


def test_every_fault_of_a_file_at_once(tmp_path: Path) -> None:
    text = entry(id='"NO-SUCH"', until="2020-01-01") + entry(reason="", until="2020-01-01") + entry(until='"x"')
    assert faults_of(tmp_path, text) == (
        "known[1].reason: missing",
        'known[2].until: expected a day such as 2026-12-31, got the string "x"',
        "known[0].id: no requirement matches 'NO-SUCH'",
        "known[0].until: 2020-01-01 has passed: have it mended, or agree on another day",
        "known[1].until: 2020-01-01 has passed: have it mended, or agree on another day",
        "known[2].id: SEND-MUTED-TTL is already the id of known[1]",
    )


def test_an_entry_that_is_none_hides_no_other() -> None:
    document = {"known": [5, {"id": "NO-SUCH", "reason": "x", "until": ON}]}
    with pytest.raises(KnownFailuresFault) as caught:
        parse(document, loader.load(), Tier.CORE, on=ON)
    assert str(caught.value) == (
        "known failures: known[0]: expected an object, got the integer 5; known[1].id: no requirement matches 'NO-SUCH'"
    )


def test_what_no_scenario_judges_is_not_known_to_be_broken() -> None:
    known = loader.load()
    unjudged = replace(known.requirements["SEND-MUTED"], unjudged="nobody can see it")
    catalogue = replace(known, requirements={**known.requirements, "SEND-MUTED": unjudged})
    with pytest.raises(KnownFailuresFault) as caught:
        parse({"known": [{"id": "SEND-MUTED", "reason": "x", "until": ON}]}, catalogue, Tier.CORE, on=ON)
    assert caught.value.faults == ("known[0].id: SEND-MUTED is judged by no scenario (nobody can see it)",)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(KnownFailuresFault) as caught:
        load(tmp_path / "none.toml", loader.load(), Tier.CORE, on=ON)
    assert str(caught.value) == f"{tmp_path / 'none.toml'}: cannot be read (No such file or directory)"


def test_malformed_toml(tmp_path: Path) -> None:
    assert faults_of(tmp_path, "[[known]\n") == (
        "is not valid TOML (Expected ']]' at the end of an array declaration (at line 1, column 8))",
    )
