"""What the vendor may do, who signs what he likes: digests fit, the chain is whole, and only judging again tells."""

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from conformance.catalogue import loader
from conformance.certificate import bundle
from conformance.certificate.texts import canonical, lines_of

from .forging import Document, Forge, Members
from .tampering import Tampering

NOW = datetime.now(UTC)
ANOTHER_RUN = "b2b4c6a8-0000-4000-8000-000000000000"

# --- what a forger looks for in results ---------------------------------------------------------------------------


def scenario(document: Document, name: str = "test_mutes::") -> Document:
    return next(one for one in document["scenarios"] if one["name"].startswith(name))


def requirement(document: Document, id_: str = "SEND-MUTED") -> Document:
    return next(one for one in document["requirements"] if one["id"] == id_)


def refusal(document: Document) -> tuple[Document, Document, Document]:
    """A refusal that was right: its scenario, its check, and its exchange."""
    return next(
        (one, check, entry)
        for one in document["scenarios"]
        for check in one["checks"]
        for entry in one["wire"]
        if check["relation"].get("among") == [[403, 403]] and entry["index"] == check["exchange"]
    )


def lone(document: Document) -> Document:
    """A scenario without which some requirement is judged by nobody."""
    return next(one for one in document["scenarios"] if one["name"].startswith("test_sending::test_ids_of_"))


# --- what he does -------------------------------------------------------------------------------------------------


def _of_run(edit: Callable[[Document], object]) -> Callable[[Forge], bytes]:
    return lambda forge: forge.remade(edit)


def _of_statement(edit: Callable[[Document], object]) -> Callable[[Forge], bytes]:
    return lambda forge: forge.restated(edit)


def _stated(**terms: Any) -> Callable[[Forge], bytes]:
    return lambda forge: forge.remade(stated=terms)


def _set(**members: Any) -> Callable[[Document], None]:
    return lambda document: document.update(members)


def _of(found: Callable[[Document], Document], **members: Any) -> Callable[[Forge], bytes]:
    return _of_run(lambda document: found(document).update(members))


def _without(document: Document, name: str, *, claims: bool) -> None:
    document["scenarios"] = [one for one in document["scenarios"] if one["name"] != name]
    document["requests"] = sum(one["requests"] for one in document["scenarios"])
    for one in document["requirements"] if claims else ():
        one["scenarios"] = [other for other in one["scenarios"] if other != name]


def _narrowed(document: Document) -> None:
    """A run of one requirement, passed off as the whole."""
    kept = [one for one in document["scenarios"] if "SEND-MUTED" in one["requirements"]]
    document.update(scenarios=kept, requests=sum(one["requests"] for one in kept))


def _gated(document: Document) -> None:
    document["gate"] = {"passed": True, "outcome": "passed", "reason": "as known", "known": [], "hidden": []}


def _answered(status: int, *, wire: bool = True, relation: bool = True, text: bool = True) -> Callable[[Forge], bytes]:
    """A refusal was another answer, as far as is said; what is left out is left as it was."""

    def edit(document: Document) -> None:
        _, check, entry = refusal(document)
        if wire:
            entry["status"] = status
        if relation:
            check["relation"]["observed"] = status
        if text:
            check["observed"] = f"{status} {{}}"

    return _of_run(edit)


def _broken(document: Document) -> None:
    """A message of a muted member was accepted, and a check says so."""
    _, check, entry = refusal(document)
    entry["status"] = check["relation"]["observed"] = 200
    check.update(observed="200 {}", held=False)


def _widened(document: Document) -> None:
    refusal(document)[1]["relation"]["among"] = [[200, 499]]


def _unheard(document: Document) -> None:
    """What was heard is another event than the check says."""
    check = next(
        check for one in document["scenarios"] for check in one["checks"] if check["relation"]["kind"] == "heard"
    )
    check["relation"]["entry"] = 0


def _unclaimed(document: Document) -> None:
    one = scenario(document)
    id_ = one["requirements"].pop(0)
    requirement(document, id_)["scenarios"].remove(one["name"])


def _disagreeing(document: Document) -> None:
    requirement(document, "SEND-BANNED")["scenarios"].append(scenario(document)["name"])


def _without_its_checks(document: Document) -> None:
    one = scenario(document)
    gone = one["requirements"][0]
    one["checks"] = [check for check in one["checks"] if gone not in check["requirements"]]


def _without_an_exchange(document: Document) -> None:
    one = scenario(document)
    about = {check["exchange"] for check in one["checks"]}
    place = next(
        n for n, entry in enumerate(one["wire"]) if n and entry["kind"] == "http" and entry["index"] not in about
    )
    del one["wire"][place]


def _made_up(document: Document) -> None:
    more = copy.deepcopy(scenario(document))
    more["name"] = "test_mutes::test_made_up"
    document["scenarios"].append(more)


def _twice(document: Document) -> None:
    document["scenarios"].append(copy.deepcopy(scenario(document)))


def _backwards(document: Document) -> None:
    last = scenario(document)["wire"][-1]
    last.update({name: 0.0 for name in ("at", "seconds") if name in last})


def _of_another(members: Members) -> Members:
    lines = [json.loads(line) for line in members[bundle.JOURNAL].splitlines()]
    lines[0]["record"] = "0" * 64
    return {bundle.JOURNAL: lines_of(lines)}


def _cut(members: Members) -> Members:
    return {bundle.JOURNAL: b"".join(members[bundle.JOURNAL].splitlines(keepends=True)[:-1])}


def _again(members: Members) -> Members:
    lines = members[bundle.JOURNAL].splitlines(keepends=True)
    return {bundle.JOURNAL: b"".join([*lines, lines[0]])}


def _and_more(members: Members) -> Members:
    line = json.loads(members[bundle.JOURNAL].splitlines()[0])
    return {bundle.JOURNAL: members[bundle.JOURNAL] + lines_of([{**line, "scenario": "test_mutes::test_red"}])}


def _garbled(members: Members) -> Members:
    return {bundle.JOURNAL: members[bundle.JOURNAL] + b"{\n"}


def _other_suite(members: Members) -> Members:
    environment = json.loads(members[bundle.ENVIRONMENT])
    environment["packages"]["portal-conformance"] = "9.9.9"
    return {bundle.ENVIRONMENT: canonical(environment)}


def _wires(members: Members) -> Members:
    document = json.loads(members[bundle.RESULTS])
    entry = json.loads(members[bundle.TRANSCRIPT].splitlines()[1])["entry"]
    document["scenarios"][0]["wire"] = [entry]
    return {bundle.RESULTS: canonical(document)}


def _untold(members: Members) -> Members:
    """One scenario is taken out of the results alone."""
    document = json.loads(members[bundle.RESULTS])
    document["scenarios"] = document["scenarios"][1:]
    return {bundle.RESULTS: canonical(document)}


def _files(spoil: Callable[[Members], Members]) -> Callable[[Forge], bytes]:
    return lambda forge: forge.remade(files=spoil)


def _endless(document: Document) -> None:
    del document["end"]


def _configured(number: int, **annotations: Any) -> Callable[[Forge], bytes]:
    return _of_statement(
        lambda statement: statement["predicate"]["configuration"][number]["annotations"].update(annotations)
    )


def _subject(name: str, digest: str) -> Callable[[Forge], bytes]:
    def edit(statement: Document) -> None:
        statement["subject"] = [one for one in statement["subject"] if one["name"] != name]
        if digest:
            statement["subject"].append({"name": name, "digest": {"sha256": digest}})

    return _of_statement(edit)


_MOVED = {"edition": loader.load().edition, "digest": f"sha256:{'0' * 64}"}

INSIDE = [
    Tampering(
        "another predicate",
        _of_statement(_set(predicateType="https://slsa.dev/provenance/v1")),
        "the statement is malformed",
    ),
    Tampering(
        "the result flipped",
        _of_statement(lambda statement: statement["predicate"].update(result="FAILED")),
        "its result is FAILED, and judged again it is PASSED",
    ),
    Tampering(
        "a test made up",
        _of_statement(lambda statement: statement["predicate"]["passedTests"].append("SEND-PERFECT")),
        "its passedTests are not those",
    ),
    Tampering(
        "another digest of a subject", _subject(bundle.TRANSCRIPT, "0" * 64), "transcript.jsonl: it is not the file"
    ),
    Tampering("a subject left out", _subject(bundle.ENVIRONMENT, ""), "nobody vouches for that file"),
    Tampering("a subject put in", _subject("source.tar.gz", "0" * 64), "it has subjects that are not in the bundle"),
    Tampering(
        "a subject twice",
        _of_statement(lambda statement: statement["subject"].append(statement["subject"][0])),
        "a subject is in it twice",
    ),
    # --- moments
    Tampering(
        "signed tomorrow",
        _stated(signed=NOW + timedelta(days=1), expires=NOW + timedelta(days=9)),
        "which is still to come",
    ),
    Tampering("signed before it began", _stated(signed=NOW - timedelta(days=9)), "before the run had begun"),
    Tampering(
        "a run that took longer than there was time",
        _of_run(_set(seconds=999_999.0)),
        "by its own length, can have ended",
    ),
    Tampering("never valid", _stated(expires=NOW - timedelta(days=9)), "it was never valid"),
    # --- what the statement says of the run
    Tampering("the level raised in the statement", _stated(level="full"), "the level is full in the statement"),
    Tampering("another seed", _configured(0, seed="7"), "the seed is 7 in the statement"),
    Tampering("another target's name", _configured(2, name="production"), "the target's name is production"),
    Tampering(
        "another target's address",
        _of_statement(lambda statement: statement["predicate"]["configuration"][2].update(uri="https://portal.example")),
        "the target's url is https://portal.example",
    ),
    Tampering("the embedded server passed off", _configured(2, embedded=False), "the target's embedded is False"),
    Tampering("another suite in the environment", _files(_other_suite), "it tells of the suite 9.9.9"),
    Tampering("a transcript of another run", _configured(4, run=ANOTHER_RUN), "names another run"),
    # --- what it was made by
    Tampering("the catalogue changed", _of_run(_set(catalogue=_MOVED)), "its digest is not that of the catalogue"),
    Tampering(
        "an unknown edition",
        _of_run(_set(catalogue={**_MOVED, "edition": "2031.01"})),
        "cannot say what that one requires",
    ),
    Tampering("another suite", _of_run(_set(suite="9.9.9")), "whose scenarios may be others"),
    Tampering("fewer examples", _of_run(_set(examples=1)), "the run drew 1 examples"),
    Tampering("narrowed", _of_run(_set(narrowed="only SEND-* was asked for")), "the run was narrowed"),
    Tampering("a gate", _of_run(_gated), "a gate is no certificate"),
    Tampering("no end mark", _of_run(_endless), "it has no end mark"),
    # --- what is in it
    Tampering("passed off as the full level", _of_run(_set(level="full")), "requirements of the full level not in it"),
    Tampering("passed off as the whole", _of_run(_narrowed), "judged again the run is inconclusive"),
    Tampering(
        "a requirement removed",
        _of_run(lambda document: document["requirements"].remove(requirement(document))),
        "1 requirement of the core level not in it: SEND-MUTED",
    ),
    Tampering(
        "a requirement made up",
        _of_run(lambda document: document["requirements"].append({**requirement(document), "id": "SEND-PERFECT"})),
        "that the level does not have: SEND-PERFECT",
    ),
    Tampering("a clause reworded", _of(requirement, text="A muted sender is welcome."), "another clause was judged"),
    Tampering(
        "a scenario removed",
        _of_run(lambda document: _without(document, scenario(document)["name"], claims=False)),
        "and it is not in the results: it was removed",
    ),
    Tampering(
        "a scenario removed with its claims",
        _of_run(lambda document: _without(document, scenario(document)["name"], claims=True)),
        "1 scenario of the suite not in it",
    ),
    Tampering("a scenario made up", _of_run(_made_up), "that the suite does not have: test_mutes::test_made_up"),
    Tampering("a scenario twice", _of_run(_twice), "results.json: a scenario is in it twice"),
    Tampering("a claim removed", _of_run(_unclaimed), "a claim was removed"),
    Tampering("a claim on one side", _of_run(_disagreeing), "disagree on whether it judges SEND-BANNED"),
    # --- the journal and the transcript
    Tampering("the journal cut", _files(_cut), "it lacks scenarios of the results"),
    Tampering("a line more in the journal", _files(_and_more), "they were played, and left out"),
    Tampering("a line of the journal twice", _files(_again), "it was played again until it suited"),
    Tampering("the journal of another run", _files(_of_another), "it has another record of"),
    Tampering("a journal that is none", _files(_garbled), "journal.jsonl: a line is no JSON"),
    Tampering("wire logs in the results", _files(_wires), "what went over the wire is told twice"),
    Tampering("a scenario only in the transcript", _files(_untold), "it tells of scenarios that the results lack"),
    Tampering("an exchange left out", _of_run(_without_an_exchange), "are not numbered without a gap"),
    Tampering("fewer requests of a scenario", _of(scenario, requests=1), "it counts 1 requests, and its wire log has"),
    Tampering("fewer requests altogether", _of_run(_set(requests=1)), "it counts 1 requests, and its scenarios"),
    Tampering("time runs backwards", _of_run(_backwards), "times were edited"),
    # --- the checks
    Tampering(
        "an answer that was wrong is said to be right",
        _answered(200),
        "it is recorded that it held, and evaluated again it does not hold",
    ),
    Tampering(
        "a check flipped",
        _of_run(lambda document: refusal(document)[1].update(held=False)),
        "it is recorded that it was broken, and evaluated again it holds",
    ),
    Tampering("only the wire knows", _answered(200, relation=False, text=False), "the target did not answer so"),
    Tampering("only the text knows", _answered(200, wire=False, relation=False), "its text shows another answer"),
    Tampering("more is allowed than was said", _of_run(_widened), "its text expects 403"),
    Tampering("no such exchange", _of(lambda results: refusal(results)[1], exchange=99_999), "exchange 99999"),
    Tampering("an event that nobody heard", _of_run(_unheard), "entry 0 of the wire is no "),
    Tampering("checks removed", _of_run(_without_its_checks), "a check was removed"),
    # --- the outcomes
    Tampering("a broken check in what passed", _of_run(_broken), "recorded as passed, though a check of it is broken"),
    Tampering("passed by halves", _of(scenario, finished=False), "though it did not come to its end"),
    Tampering("failed for nothing", _of(scenario, outcome="failed"), "though no check of it is broken"),
    Tampering(
        "an outcome edited",
        _of(requirement, outcome="not applicable"),
        "SEND-MUTED: recorded as not applicable, and by its scenarios it is passed",
    ),
    Tampering("a reason edited", _of(requirement, reason="all is well"), "the reason given for its outcome"),
    Tampering("the counts edited", _of_run(_set(counts={"MUST": {"passed": 1}, "SHOULD": {}})), "the counts of"),
    Tampering("the verdict edited", _of_run(_set(verdict="non-conformant")), "its verdict is non-conformant"),
    Tampering("its reason edited", _of_run(_set(reason="we are the best")), "the reason given for the verdict"),
]  # fmt: skip
