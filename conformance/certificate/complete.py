"""Whether a certificate tells the whole story: every requirement, every scenario, nothing eased, within its time."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from conformance import __version__, needs
from conformance.catalogue.records import Catalogue, Tier
from conformance.certificate.again import names_of
from conformance.certificate.terms import Terms
from conformance.redact import elide
from conformance.run import DEFAULT_EXAMPLES
from conformance.scenarios.index import functions_judging, ids_of
from conformance.verdict import counted, some

_Record = Mapping[str, Any]


def knows(terms: Terms, catalogue: Catalogue) -> bool:
    """Whether this suite has the requirements and the scenarios that the certificate was made by."""
    known = (catalogue.edition, catalogue.digest.removeprefix("sha256:"), __version__)
    return (terms.edition, terms.digest, terms.suite) == known


def strangeness(terms: Terms, catalogue: Catalogue) -> Iterator[str]:
    """Why what it was made by is not known here, a sentence each."""
    if terms.edition != catalogue.edition:
        yield (
            f"edition {terms.edition}: this suite has the edition {catalogue.edition} and cannot say what that one "
            "requires: verify with the suite that made it"
        )
    elif terms.digest != catalogue.digest.removeprefix("sha256:"):
        yield (
            f"edition {terms.edition}: its digest is not that of the catalogue of this name: "
            "other requirements were judged than those that were published"
        )
    if terms.suite != __version__:
        yield (
            f"suite {elide(terms.suite, 40)}: this is {__version__}, whose scenarios may be others: "
            f"verify with portal-conformance=={elide(terms.suite, 40)}"
        )


def gaps(document: _Record, catalogue: Catalogue) -> Iterator[str]:
    """What is missing or altered of the edition's requirements and of the suite's scenarios, a sentence each."""
    tier = Tier(document["level"])
    recorded = {one["id"]: one for one in document["requirements"]}
    wanted = {one.id: one for one in catalogue.of_tier(tier)}
    if missing := sorted(wanted.keys() - recorded.keys()):
        yield f"results.json: {counted(missing, 'requirement')} of the {tier.value} level not in it: {some(missing)}"
    if more := sorted(recorded.keys() - wanted.keys()):
        yield f"results.json: {counted(more, 'requirement')} in it that the level does not have: {some(more)}"
    for id_ in sorted(wanted.keys() & recorded.keys()):
        one, told = wanted[id_], recorded[id_]
        if (told["level"], told["text"], told["chapter"]) != (one.level.value, one.text, one.chapter):
            yield f"{id_}: its text or level is not that of the catalogue: another clause was judged under its name"
    yield from _unplayed(document, frozenset(wanted))


def _unplayed(document: _Record, wanted: frozenset[str]) -> Iterator[str]:
    functions = set(functions_judging(wanted))
    suite = {name for name in needs.load() if name.partition("[")[0] in functions}
    played = names_of(document["scenarios"])
    if missing := sorted(suite - played):
        yield (
            f"results.json: {counted(missing, 'scenario')} of the suite not in it: {some(missing)}; "
            "what they would have found is not known"
        )
    if more := sorted(played - suite):
        yield f"results.json: {counted(more, 'scenario')} in it that the suite does not have: {some(more)}"
    # What the cases of one function claim may differ: together they claim what stands in its marks.
    claimed: dict[str, set[str]] = defaultdict(set)
    for one in document["scenarios"]:
        claimed[one["name"].partition("[")[0]].update(one["requirements"])
    for function, ids in claimed.items():
        if less := sorted((ids_of(function) & wanted) - ids):
            yield f"{function}: in the suite it judges {', '.join(less)} as well: a claim was removed"


def easings(document: _Record) -> Iterator[str]:
    """By what the run was made easier than a certificate allows, a sentence each."""
    if document["narrowed"]:
        yield f"results.json: the run was narrowed ({elide(document['narrowed'])}): no part of it certifies the whole"
    if "gate" in document:
        yield "results.json: the run let known failures pass: a gate is no certificate"
    if document["examples"] < DEFAULT_EXAMPLES:
        yield (
            f"results.json: the run drew {document['examples']} examples a class of defects, not {DEFAULT_EXAMPLES}: "
            "less was looked at"
        )


def misstatements(document: _Record, terms: Terms, environment: _Record) -> Iterator[str]:
    """Where the statement says other than the results or the environment, a sentence each."""
    told = {
        "level": (terms.level, document["level"]),
        "seed": (terms.seed, document["seed"]),
        "number of examples": (terms.examples, document["examples"]),
        "suite": (terms.suite, document["suite"]),
        "edition": (terms.edition, document["catalogue"]["edition"]),
        "digest of the catalogue": (f"sha256:{terms.digest}", document["catalogue"]["digest"]),
        "start of the run": (terms.started, datetime.fromisoformat(document["started"])),
        **{f"target's {name}": (terms.target[name], document["target"][name]) for name in terms.target},
    }
    for what, (stated, found) in told.items():
        if stated != found:
            yield (
                f"the {what} is {elide(str(stated), 80)} in the statement and {elide(str(found), 80)} in the results: "
                "what was signed is not what was judged"
            )
    packaged = environment["packages"].get("portal-conformance")
    if packaged != terms.suite:
        yield (
            f"environment.json: it tells of the suite {elide(str(packaged), 40)}, the statement of "
            f"{elide(terms.suite, 40)}: it is of another run"
        )


def untimely(document: _Record, terms: Terms, at: datetime) -> Iterator[str]:
    """What is wrong with its times, as seen ``at`` a moment, a sentence each."""
    if terms.started > terms.signed:
        yield f"it was signed at {terms.signed.isoformat()}, before the run had begun: it was signed for nothing"
    elif (terms.signed - terms.started).total_seconds() + 1 < document["seconds"]:
        yield "it was signed before the run, by its own length, can have ended"
    if terms.signed > at:
        yield f"it says to be signed at {terms.signed.isoformat()}, which is still to come: its times prove nothing"
    if terms.expires <= at:
        yield (f"it was valid until {terms.expires.isoformat()}, which is over: the server of today may be another one")
    if terms.expires <= terms.signed:
        yield "it expires before it was signed: it was never valid"
