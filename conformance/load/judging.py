"""What a tally says of the clauses: each invariant is a check by the suite's own vocabulary, folded as a run is. Pure.

An invariant is green only where there was something to judge it by, and nothing that hid a part of it: a dropped
socket, a send without an answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from conformance import relation
from conformance.catalogue.records import Catalogue, Level
from conformance.expect import Check, Expect, Observation
from conformance.load.plan import Plan
from conformance.load.tally import Tally
from conformance.profile import Profile
from conformance.redact import Secrets
from conformance.verdict import Judged, Outcome, Verdict, fold_requirement, fold_run

_UNHEARD = ("dropped", "silent line", "unanswered", "gateway", "kept out")
_UNSAID = ("unanswered", "gateway", "kept out", "others limited, elsewhere")
# Whoever counts by address, a gateway say, limits all chats alike.
_BY_ADDRESS = ("others limited, elsewhere",)
_UNTOLD = ("dropped", "silent line", "kept out", "not kept", "not cleared")


@dataclass(frozen=True, slots=True)
class Invariant:
    """What has to hold under load: judged by how often it could be seen (``seen``), and how often it was broken.

    ``hidden_by`` are what makes it impossible to call it green, ``excused_by`` what makes it impossible to call it red.
    ``limit`` is the limit that has to have been set for it; ``rotates`` where it takes chats that are cleared.
    """

    title: str
    requirements: tuple[str, ...]
    seen: str
    faults: tuple[str, ...]
    hidden_by: tuple[str, ...] = ()
    excused_by: tuple[str, ...] = ()
    limit: str = ""
    rotates: bool = False


INVARIANTS = (
    Invariant("valid messages are accepted", ("SEND-ACCEPT",), "accepted", ("not accepted",), _UNSAID),
    Invariant("the id of an accepted message is one of a stream", ("SEND-ID-SHAPE",), "accepted", ("odd id",), _UNSAID),
    Invariant("no id comes twice in a chat", ("SEND-ID-UNIQUE",), "accepted", ("repeated id",), _UNSAID),
    Invariant(
        "the ids to a sender who awaits each answer grow", ("SEND-ID-ORDER",), "accepted", ("disordered id",), _UNSAID
    ),
    Invariant(
        "an accepted message reaches everybody inside, once",
        ("SEND-BROADCAST",),
        "settled",
        ("lost", "heard twice"),
        _UNHEARD,
    ),
    Invariant("the id in an event is that of the answer", ("SEND-BROADCAST-ID",), "heard", ("other id",), _UNHEARD),
    Invariant("an event carries the ciphertext that was sent", ("SEND-BROADCAST-CT",), "heard", ("changed",), _UNHEARD),
    Invariant("nobody hears a message of another chat", ("SEND-BROADCAST-SCOPE",), "heard", ("overheard",), _UNHEARD),
    Invariant(
        "nothing is heard that was refused, or never sent",
        ("SEND-REFUSED-SILENT",),
        "refused and silent",
        ("refused yet heard", "stray"),
        _UNHEARD,
    ),
    Invariant(
        "a bundle of an epoch above the current one is refused",
        ("SEND-EPOCH-FUTURE",),
        "refused, future",
        ("not refused, future",),
        _UNSAID,
    ),
    Invariant(
        "a bundle of another version is refused",
        ("SEND-422-V",),
        "refused, version",
        ("not refused, version",),
        _UNSAID,
    ),
    Invariant(
        "after a rotation a bundle of the old epoch is refused",
        ("SEND-EPOCH-STALE", "RACE-CLEAR"),
        "refused, stale",
        ("not refused, stale",),
        _UNSAID,
        rotates=True,
    ),
    Invariant(
        "a clear raises the epoch, and everybody inside is told",
        ("CLEAR-ROTATES",),
        "rotated",
        ("not rotated", "epoch not told"),
        _UNTOLD,
        rotates=True,
    ),
    Invariant(
        "all agree on the epoch, which never falls",
        ("EPOCH-MONOTONE",),
        "risings",
        ("epoch fell", "epoch not told"),
        _UNTOLD,
        rotates=True,
    ),
    Invariant(
        "the key that was shared arrives, and opens what is heard",
        ("E2EE-ROUNDTRIP",),
        "opened",
        ("other key", "key lost", "not opened"),
        _UNTOLD,
    ),
    *(
        Invariant(
            f"the {limit} limit is met by whoever exceeds it, and is over after its window",
            (clause,),
            f"let again, {limit}",
            tuple(f"{one}, {limit}" for one in ("limited too early", "limit not kept", "limited for ever")),
            _UNSAID,
            excused_by=_BY_ADDRESS,
            limit=limit,
        )
        for limit, clause in (("chat", "SEND-429-CHAT"), ("global", "SEND-429-GLOBAL"))
    ),
    *(
        Invariant(
            f"one sender's exhausted {limit} limit refuses nobody else",
            ("SEND-429-SCOPE",),
            f"others accepted, {limit}",
            (f"others limited, {limit}",),
            _UNSAID,
            excused_by=_BY_ADDRESS,
            limit=limit,
        )
        for limit in ("chat", "global")
    ),
)


@dataclass(slots=True)
class Findings:
    """What was found: the verdict and its reason, the outcome of each clause, the checks, and why some are open."""

    verdict: Verdict
    reason: str
    outcomes: dict[str, Outcome]
    left_out: dict[str, str]
    checks: tuple[Check, ...]
    observations: tuple[Observation, ...]
    blocked: dict[str, str]


def judge(
    tally: Tally, plan: Plan, profile: Profile, *, catalogue: Catalogue, secrets: Secrets, obstacle: str = ""
) -> Findings:
    """The verdict of a load run; ``obstacle`` is why it did not come to its end as planned, in a sentence."""
    expect = Expect(secrets)
    planned = [one for one in INVARIANTS if not _left_out(one, plan, profile)]
    judged = [_judged(one, tally, expect) for one in planned]
    _note(tally, expect)
    outcomes = {name: fold_requirement(name, judged) for one in planned for name in one.requirements}
    must, should = (
        [name for name in outcomes if catalogue.requirements[name].level is level]
        for level in (Level.MUST, Level.SHOULD)
    )
    if not obstacle and tally["mistake"]:
        obstacle = f"the suite made mistakes ({tally.shown('mistake')}): suite; please report them"
    verdict = fold_run(outcomes, must=must, should=should, complete=not obstacle)
    blocked = {one.title: why for one in planned if (why := _hidden(one, tally))}
    return Findings(
        verdict=verdict,
        reason=secrets.mask(_reason(verdict, outcomes, blocked, obstacle)),
        outcomes=outcomes,
        left_out={
            name: why
            for one in INVARIANTS
            if (why := _left_out(one, plan, profile))
            for name in one.requirements
            if name not in outcomes
        },
        checks=expect.checks,
        observations=expect.observations,
        blocked={title: secrets.mask(why) for title, why in blocked.items()},
    )


def _left_out(one: Invariant, plan: Plan, profile: Profile) -> str:
    """Why a run of that plan does not judge it; empty where it does."""
    if one.rotates and "clear" in profile.absent:
        return "the profile declares clear absent, by which epochs are rotated"
    if one.rotates and not plan.rotate_s:
        return "no epoch was to be rotated (--rotate 0)"
    if one.limit and profile.provision.driver != "control":
        return f"nobody was to meet the {one.limit} limit: nothing is known of it without the control API"
    if one.limit and one.limit not in plan.limits:
        return f"nobody was to meet the {one.limit} limit: each worker needs three members a chat, and two chats"
    return ""


def _judged(one: Invariant, tally: Tally, expect: Expect) -> Judged:
    claimed = frozenset(one.requirements)
    broken = sum(tally[name] for name in one.faults)
    excused = any(tally[name] for name in one.excused_by)
    if (not broken or excused) and _hidden(one, tally):
        return Judged(one.title, Outcome.BLOCKED, claimed)
    expect.that(
        not broken,
        *one.requirements,
        title=one.title,
        expected="never otherwise",
        observed=tally.shown(*one.faults) if broken else f"never otherwise, {tally[one.seen]} times",
        by=relation.within(broken, most=0),
        soft=True,
    )
    if broken:
        return Judged(one.title, Outcome.FAILED, claimed, failed=claimed)
    return Judged(one.title, Outcome.PASSED, claimed, passed=claimed)


def _hidden(one: Invariant, tally: Tally) -> str:
    """Why it could not be called green; empty where it could."""
    for name in (*one.hidden_by, *one.excused_by):
        if tally[name]:
            return f"{name}: {tally.shown(name)}"
    return "" if tally[one.seen] else "there was nothing to judge it by"


def _note(tally: Tally, expect: Expect) -> None:
    """What no clause grades: whether limits said when to come back, and whether that was right."""
    told, silent, early = (tally[name] for name in ("told when", "not told when", "told too early"))
    if told or silent:
        observed = f"{told} of {told + silent} limits that were met did, {early} of them too early"
        expect.note("SEND-429-RETRY-AFTER", "a limit says when to come back", observed)


def _reason(verdict: Verdict, outcomes: Mapping[str, Outcome], blocked: Mapping[str, str], obstacle: str) -> str:
    match verdict:
        case Verdict.NON_CONFORMANT:
            broken = [name for name, outcome in outcomes.items() if outcome is Outcome.FAILED]
            return f"broken under load: {', '.join(broken)}"
        case Verdict.CONFORMANT:
            return f"{len(outcomes)} clauses held under load"
    if obstacle:
        return obstacle
    title, why = next(iter(blocked.items()))
    return f"it could not be judged whether {title} ({why})"
