"""The summary at the end of a run: literal lines of a green, a red and a blocked document."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from conformance.known import KnownFailure
from conformance.redact import Secrets
from conformance.report.terminal import brief, repeat_command, summary
from conformance.verdict import Outcome
from conformance.wire import WireLog

from .made import SECRET, answer, check, document, scenario

MUTED = "test_mutes::test_muted_sender"
FILES = {"results": Path("reports/results.json"), "junit": Path("reports/junit.xml")}
REPEAT = (
    "portal-conformance run --requirement SEND-MUTED --seed 7 --target https://portal.example "
    "--ws-target https://ws.portal.example --profile staging.toml"
)

CURL = (
    "curl -sS -i --globoff --path-as-is -X POST -H 'Content-Type:' --data-raw '' "
    "https://portal.example/v1/portal/chats/1/messages"
)


def told(found: dict[str, Any]) -> list[tuple[str, str]]:
    return list(summary(found, FILES))


def lines(found: dict[str, Any]) -> list[str]:
    return [line for line, _ in told(found)]


def test_green() -> None:
    assert told(document()) == [
        ("", "plain"),
        ("observed, not graded (1):", "plain"),
        ("  SEND-429-RETRY-AFTER: a 429 names when to come back: 1", "plain"),
        ("", "plain"),
        ("target   Portal staging", "plain"),
        ("judged   core level, edition 2026.11, MUST: 2 passed; SHOULD: 1 passed", "plain"),
        ("cost     28 requests, 12.5 s, seed 7", "plain"),
        ("results  reports/results.json", "plain"),
        ("junit    reports/junit.xml", "plain"),
        ("verdict  CONFORMANT: every MUST requirement of the level holds", "good"),
    ]


def red(**more: Any) -> dict[str, Any]:
    wire = WireLog(Secrets([SECRET]))
    answer(200, b'{"id": "0-1"}', wire=wire)
    answer(200, b'{"id": "1-0", "token": "x"}', wire=wire)
    checks = [check("SEND-MUTED", held=False, exchange=1)]
    return scenario(MUTED, Outcome.FAILED, message="broken", **{"checks": checks, "wire": wire.entries, **more})


def test_red() -> None:
    assert told(document(red()))[:10] == [
        ("", "plain"),
        ("SEND-MUTED (MUST, page send-message, mute-user) is broken", "bad"),
        ("  What SEND-MUTED says.", "plain"),
        ("  test_mutes::test_muted_sender: the send is refused", "plain"),
        ("    expected 403", "plain"),
        ('    observed 200 {"id": "1-0"}', "plain"),
        (
            '    wire     owner: POST /v1/portal/chats/1/messages  -> 200 {"id": "1-0", "token": "[masked]"}',
            "plain",
        ),
        (f"  repeat: {REPEAT}", "plain"),
        (f"  curl: {CURL}", "plain"),
        ("", "plain"),
    ]
    assert told(document(red()))[-1] == ("verdict  NON-CONFORMANT: 1 MUST requirement broken: SEND-MUTED", "bad")


def test_no_curl_where_what_is_stored_is_not_what_was_sent() -> None:
    masked = red()
    masked["wire"][1]["request_body"] = '{"content": "[masked]"}'
    assert not [line for line in lines(document(masked)) if "curl" in line]


def test_red_shows_what_was_spoiled() -> None:
    spoiled = {
        "defect": "v-absent",
        "family": "v",
        "where": "content.v",
        "before": "2",
        "after": "nothing",
        "exchange": 1,
    }
    assert "    spoiled  content.v: from 2 to nothing" in lines(document(red(spoiled=[spoiled])))


def test_a_should_that_is_broken_is_a_warning() -> None:
    code = scenario(
        "test_keys::test_code",
        Outcome.FAILED,
        requirements=["SEND-NOKEY-CODE"],
        checks=[check("SEND-NOKEY-CODE", held=False)],
    )
    found = told(document(code))
    assert ("SEND-NOKEY-CODE (SHOULD, page send-message, mute-user) is broken", "poor") in found
    assert found[-1] == ("verdict  CONFORMANT: every MUST requirement of the level holds", "good")


def test_a_check_about_no_single_exchange_shows_the_last_entries() -> None:
    wire = WireLog(Secrets())
    for number in range(8):
        wire.event("owner", "received", "message:new", {"n": number})
    found = lines(document(red(checks=[check("SEND-MUTED", held=False)], wire=wire.entries)))
    assert [line for line in found if "wire" in line] == [
        f'    wire     owner received message:new {{"n": {number}}}' for number in range(2, 8)
    ]


def test_a_short_log_has_what_is_wrong_and_the_verdict() -> None:
    blocked = scenario("test_mutes::test_ttl", Outcome.BLOCKED, requirements=["SEND-MUTED-TTL"], message="no answer")
    assert list(brief(document())) == [told(document())[-1]]
    whole, short = told(document(red(), blocked, known=[KNOWN])), list(brief(document(red(), blocked, known=[KNOWN])))
    apart = ("", "plain")
    assert [one for one in whole if one in short and one != apart] == [one for one in short if one != apart]
    heads = {line.partition(" ")[0] for line, _ in short if line and not line.startswith(" ")}
    assert heads == {"SEND-MUTED", "blocked:", "verdict", "known", "gate"}


def test_many_broken_checks_are_cut_short() -> None:
    found = lines(document(red(checks=[check("SEND-MUTED", held=False)] * 5, wire=())))
    assert found.count("  test_mutes::test_muted_sender: the send is refused") == 3
    assert "  and 2 more, see the results file" in found


def test_blocked() -> None:
    blocked = [
        scenario(MUTED, Outcome.BLOCKED, message="the owner's mute: a gateway answered 503, not the target"),
        scenario("test_mutes::test_ttl", Outcome.SUITE_ERROR, requirements=["SEND-MUTED-TTL"], message="KeyError: 'x'"),
    ]
    found = told(document(*blocked, leftovers=["/users/4 is left on the target: no answer"]))
    assert found[:4] == [
        ("", "plain"),
        (
            "blocked: test_mutes::test_muted_sender: the owner's mute: a gateway answered 503, not the target",
            "poor",
        ),
        ("suite error: test_mutes::test_ttl: KeyError: 'x'", "poor"),
        ("", "plain"),
    ]
    assert found[-2:] == [
        ("left     /users/4 is left on the target: no answer", "poor"),
        (
            "verdict  INCONCLUSIVE: 2 requirements not judged: SEND-MUTED, SEND-MUTED-TTL; the suite made mistakes",
            "poor",
        ),
    ]


def test_what_is_not_applicable_is_listed() -> None:
    found = lines(document(scenario(MUTED, Outcome.NOT_APPLICABLE, message="absent")))
    assert found[1] == "not applicable (declared absent): SEND-MUTED"
    assert "judged   core level, edition 2026.11, MUST: 1 not applicable, 1 passed; SHOULD: 1 passed" in found


def test_a_terminal_obeys_nothing_that_a_target_says() -> None:
    hostile = "\x1b[2J\u202e\r"
    wire = WireLog(Secrets())
    wire.event("owner", "received", hostile, hostile)
    wire.exchange("owner", 0.0, "POST", "/a", ({}, b""), None, f"the connection was dropped ({hostile})")
    broken = red(wire=wire.entries, checks=[check("SEND-MUTED", held=False)])
    blocked = scenario("test_mutes::test_ttl", Outcome.BLOCKED, requirements=["SEND-MUTED-TTL"], message=hostile)
    found = lines(document(broken, blocked, leftovers=[hostile], obstacle=hostile))
    assert not [line for line in found if not line.isprintable()]


KNOWN = KnownFailure("SEND-MUTED", "PORTAL-1\x1b", date(2026, 12, 31))


def test_a_gate_says_what_it_knows_and_whether_it_passes_last_of_all() -> None:
    found = told(document(red(), known=[KNOWN]))
    assert found[1] == (
        "SEND-MUTED (MUST, page send-message, mute-user) is broken, a known failure until 2026-12-31: PORTAL-1\\u001b",
        "poor",
    )
    assert found[-3:] == [
        ("verdict  NON-CONFORMANT: 1 MUST requirement broken: SEND-MUTED", "bad"),
        ("known    SEND-MUTED until 2026-12-31: broken, as known (PORTAL-1\\u001b)", "poor"),
        ("gate     PASSED: 1 known failure, and nothing else is broken: SEND-MUTED", "good"),
    ]


def test_a_gate_that_fails() -> None:
    assert told(document(known=[KNOWN]))[-2:] == [
        ("known    SEND-MUTED until 2026-12-31: broken no more (PORTAL-1\\u001b)", "poor"),
        ("gate     FAILED: 1 known failure broken no more, remove from the file: SEND-MUTED", "bad"),
    ]


def test_a_gate_tells_what_hides_behind_what_is_known() -> None:
    both = red(requirements=["SEND-MUTED", "SEND-MUTED-TTL"])
    reason = (
        "1 known failure, and nothing else is broken: SEND-MUTED; 1 requirement not judged behind it: SEND-MUTED-TTL"
    )
    unplayed = scenario("test_mutes::test_ttl", Outcome.PASSED, checks=[check("SEND-MUTED-TTL")])
    assert told(document(both, unplayed, known=[KNOWN]))[-2:] == [
        ("hidden   SEND-MUTED-TTL: no scenario came to it, because of SEND-MUTED", "poor"),
        (f"gate     PASSED: {reason}", "good"),
    ]


def test_a_gate_over_a_run_that_is_inconclusive() -> None:
    blocked = scenario(MUTED, Outcome.BLOCKED, message="the target is gone")
    assert told(document(blocked, known=[KNOWN]))[-2:] == [
        ("known    SEND-MUTED until 2026-12-31: blocked (PORTAL-1\\u001b)", "poor"),
        ("gate     INCONCLUSIVE: 1 known failure not judged: SEND-MUTED", "poor"),
    ]


@pytest.mark.parametrize(
    ("target", "command"),
    [
        ({}, REPEAT),
        (
            {"ws_url": "https://portal.example", "profile": ""},
            "portal-conformance run --requirement SEND-MUTED --seed 7 --target https://portal.example",
        ),
        ({"embedded": True, "profile": ""}, "portal-conformance run --requirement SEND-MUTED --seed 7"),
        (
            {"embedded": True, "profile": "", "production": True},
            "portal-conformance run --requirement SEND-MUTED --seed 7 --allow-production",
        ),
        (
            {"embedded": True, "profile": "my profile.toml"},
            "portal-conformance run --requirement SEND-MUTED --seed 7 --profile 'my profile.toml'",
        ),
    ],
)
def test_the_command_that_repeats_it(target: dict[str, Any], command: str) -> None:
    found = document()
    found["target"] = {**found["target"], **target}
    assert repeat_command(found, "SEND-MUTED") == command


def test_what_the_full_level_judges_is_repeated_at_that_level() -> None:
    found = repeat_command({**document(), "level": "full"}, "SEND-MUTED")
    assert found.startswith("portal-conformance run --requirement SEND-MUTED --seed 7 --level full --target ")
