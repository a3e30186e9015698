"""What a tally says of the clauses: nothing is green that was not seen, and nothing red that may have another cause."""

from dataclasses import replace

import pytest

from conformance.catalogue import loader
from conformance.load.judging import INVARIANTS, Findings, Invariant, judge
from conformance.load.plan import Plan
from conformance.load.tally import Tally
from conformance.profile import Profile, Provision
from conformance.redact import Secrets
from conformance.verdict import Outcome, Verdict

PLAN = Plan(users=20, chats=2, duration_s=60, spawn_rate=20, rate=0.5, seed=1, rotate_s=60)
CATALOGUE = loader.load()


def by_title(one: Invariant) -> str:
    return one.title


def all_seen() -> Tally:
    tally = Tally()
    for one in INVARIANTS:
        tally.count(one.seen, 10)
    return tally


def found(
    tally: Tally, *, plan: Plan = PLAN, profile: Profile | None = None, obstacle: str = "", secret: str = ""
) -> Findings:
    secrets = Secrets([secret] if secret else [])
    return judge(tally, plan, profile or Profile(), catalogue=CATALOGUE, secrets=secrets, obstacle=obstacle)


def test_where_all_was_seen_and_nothing_broken_the_target_is_conformant() -> None:
    findings = found(all_seen())
    assert (findings.verdict, findings.left_out, findings.blocked) == (Verdict.CONFORMANT, {}, {})
    assert set(findings.outcomes.values()) == {Outcome.PASSED}
    assert findings.reason == f"{len(findings.outcomes)} clauses held under load"


def test_every_clause_is_one_of_the_catalogue() -> None:
    assert {name for one in INVARIANTS for name in one.requirements} <= set(CATALOGUE.requirements)


@pytest.mark.parametrize("one", INVARIANTS, ids=by_title)
def test_each_fault_makes_its_clauses_red_and_no_other(one: Invariant) -> None:
    for fault in one.faults:
        tally = all_seen()
        tally.fault(fault, "what was wrong")
        findings = found(tally)
        red = {name for name, outcome in findings.outcomes.items() if outcome is Outcome.FAILED}
        sharing = {name for other in INVARIANTS if fault in other.faults for name in other.requirements}
        assert red == sharing
        assert set(one.requirements) <= red
        broken = next(check for check in findings.checks if not check.held and check.title == one.title)
        assert broken.observed == "1: what was wrong"
        levels = {CATALOGUE.requirements[name].level for name in red}
        assert (findings.verdict is Verdict.NON_CONFORMANT) is ("MUST" in levels)


@pytest.mark.parametrize("one", INVARIANTS, ids=by_title)
def test_what_was_not_seen_is_not_green(one: Invariant) -> None:
    tally = Tally({name: number for name, number in all_seen().as_json()["counts"].items() if name != one.seen})
    findings = found(tally)
    assert {findings.outcomes[name] for name in one.requirements} == {Outcome.BLOCKED}
    assert findings.verdict is Verdict.INCONCLUSIVE
    assert findings.blocked[one.title] == "there was nothing to judge it by"


@pytest.mark.parametrize("one", [one for one in INVARIANTS if one.hidden_by], ids=by_title)
def test_what_was_hidden_in_part_is_neither_green_nor_red(one: Invariant) -> None:
    for hidden in one.hidden_by:
        tally = all_seen()
        tally.fault(hidden, "the socket was dropped")
        findings = found(tally)
        assert {findings.outcomes[name] for name in one.requirements} == {Outcome.BLOCKED}
        assert Outcome.FAILED not in findings.outcomes.values()
        assert findings.verdict is Verdict.INCONCLUSIVE
        assert "the socket was dropped" in findings.reason


def test_a_fault_is_red_though_something_else_was_hidden() -> None:
    tally = all_seen()
    tally.fault("dropped", "a socket")
    tally.fault("lost", "5-0 in chat 0 at member 1")
    assert found(tally).verdict is Verdict.NON_CONFORMANT


def test_limits_of_a_gateway_are_not_blamed_on_a_sender() -> None:
    tally = all_seen()
    tally.fault("others limited, chat", "chat 0")
    tally.fault("others limited, elsewhere", "chat 7")
    findings = found(tally)
    assert findings.outcomes["SEND-429-SCOPE"] is Outcome.BLOCKED
    assert findings.verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("plan", "profile", "left_out"),
    [
        (replace(PLAN, rotate_s=0), Profile(), {"SEND-EPOCH-STALE", "RACE-CLEAR", "CLEAR-ROTATES", "EPOCH-MONOTONE"}),
        (
            PLAN,
            Profile(absent=frozenset({"clear"})),
            {"SEND-EPOCH-STALE", "RACE-CLEAR", "CLEAR-ROTATES", "EPOCH-MONOTONE"},
        ),
        (PLAN, Profile(provision=Provision("accounts")), {"SEND-429-CHAT", "SEND-429-GLOBAL", "SEND-429-SCOPE"}),
        (replace(PLAN, chats=1), Profile(), {"SEND-429-GLOBAL"}),
    ],
)
def test_what_the_plan_leaves_out_is_listed_and_not_judged(plan: Plan, profile: Profile, left_out: set[str]) -> None:
    findings = found(all_seen(), plan=plan, profile=profile)
    assert set(findings.left_out) == left_out
    assert not left_out & set(findings.outcomes)
    assert findings.verdict is Verdict.CONFORMANT


def test_a_run_that_did_not_come_to_its_end_is_inconclusive() -> None:
    findings = found(all_seen(), obstacle="the run was interrupted")
    assert (findings.verdict, findings.reason) == (Verdict.INCONCLUSIVE, "the run was interrupted")


def test_a_mistake_of_the_suite_is_no_verdict() -> None:
    tally = all_seen()
    tally.fault("mistake", "KeyError: 7")
    findings = found(tally)
    assert findings.verdict is Verdict.INCONCLUSIVE
    assert findings.reason == "the suite made mistakes (1: KeyError: 7): suite; please report them"


def test_nothing_at_all_is_inconclusive() -> None:
    assert found(Tally()).verdict is Verdict.INCONCLUSIVE


def test_whether_limits_told_the_truth_is_noted_and_not_graded() -> None:
    tally = all_seen()
    tally.count("told when", 4)
    tally.count("not told when")
    tally.count("told too early", 2)
    (noted,) = found(tally).observations
    assert noted.requirement == "SEND-429-RETRY-AFTER"
    assert noted.observed == "4 of 5 limits that were met did, 2 of them too early"


def test_secrets_are_masked() -> None:
    tally = all_seen()
    tally.fault("lost", "secret-cookie-of-somebody")
    tally.fault("dropped", "secret-cookie-of-somebody")
    findings = found(tally, secret="secret-cookie-of-somebody")
    assert "secret-cookie" not in repr(findings)
