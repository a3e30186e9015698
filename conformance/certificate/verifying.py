"""A bundle judged again, offline: is it what was signed, is it whole, does it say what comes of its records."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from securesystemslib.signer import Key

from conformance.catalogue import loader
from conformance.certificate import again, bundle, chain, complete, joining, sealed, statement
from conformance.certificate.sealed import Unsealed
from conformance.certificate.terms import Terms
from conformance.certificate.texts import sha256
from conformance.errors import BundleFault
from conformance.redact import elide
from conformance.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Verification:
    """What became of a bundle: ``findings`` are sentences, each on what is wrong and what it means.

    ``verdict`` is the one that was judged again, ``kinds`` how many checks there are of each relation; they are None
    and empty where it did not come so far.
    """

    findings: tuple[str, ...]
    verdict: Verdict | None = None
    terms: Terms | None = None
    document: Mapping[str, Any] = field(default_factory=dict)
    kinds: Counter[str] = field(default_factory=Counter)

    @property
    def exit_status(self) -> int:
        """0 valid and conformant, 1 valid and non-conformant, 2 not valid."""
        if self.findings or self.verdict is None:
            return Verdict.INCONCLUSIVE.exit_status
        return self.verdict.exit_status


def verified(content: bytes, key: Key, *, at: datetime) -> Verification:
    """Judge the bundle with this ``content`` again, by whom ``key`` belongs to, as seen ``at`` a moment."""
    try:
        members = bundle.unpack(content, "the bundle")
        claimed = sealed.unseal(members[bundle.ATTESTATION], key)
        if faults := statement.faults_of(claimed):
            return Verification((f"attestation.json: the statement is malformed: {elide(faults[0], 300)}",))
        terms = statement.terms_of(claimed)
        # A member that was changed may not even be readable any more; that it was changed is to be said first.
        altered = [*_subjects(claimed, members), *chain.faults_of(members[bundle.TRANSCRIPT], terms.chain)]
    except BundleFault as fault:
        return Verification(tuple(f"the bundle {one}" for one in fault.faults))
    except Unsealed as unsealed:
        return Verification((str(unsealed),))
    try:
        held = joining.opened(members, "the bundle")
    except BundleFault as fault:
        return Verification((*altered, *fault.faults), terms=terms)
    return _judged(held, claimed["predicate"], terms, altered, at)


def _judged(
    held: joining.Opened, predicate: Mapping[str, Any], terms: Terms, altered: list[str], at: datetime
) -> Verification:
    document, catalogue = held.document, loader.load()
    anew = again.judged_again(document, [str(one["scenario"]) for one in held.journal], catalogue)
    findings = [
        *altered,
        *joining.misfits(held, terms),
        *complete.easings(document),
        *complete.misstatements(document, terms, held.environment),
        *complete.strangeness(terms, catalogue),
        *complete.untimely(document, terms, at),
        *again.faults_of_claims(document),
        *again.faults_of_wires(document),
        *again.faults_of_checks(document),
        *again.faults_of_outcomes(document, {one.id: one.level for one in catalogue.requirements.values()}),
    ]
    if complete.knows(terms, catalogue):
        findings += [*complete.gaps(document, catalogue), *again.faults_of_fold(document, anew)]
    findings += _result(predicate, anew)
    return Verification(tuple(findings), Verdict(anew["verdict"]), terms, document, again.kinds_of(document))


def _subjects(claimed: Mapping[str, Any], members: Mapping[str, bytes]) -> Iterator[str]:
    signed = [(str(one["name"]), one["digest"]["sha256"]) for one in claimed["subject"]]
    digests = dict(signed)
    if len(digests) < len(signed):
        yield "attestation.json: a subject is in it twice: two files could be meant by one name"
    for name, content in members.items():
        if name == bundle.ATTESTATION:
            continue
        if name not in digests:
            yield f"attestation.json: {name} is not among its subjects: nobody vouches for that file"
        elif digests[name] != sha256(content):
            yield f"{name}: it is not the file that was signed: it was changed, or the statement is of another run"
    if more := sorted(digests.keys() - members.keys()):
        yield f"attestation.json: it has subjects that are not in the bundle ({elide(', '.join(more))})"


def _result(predicate: Mapping[str, Any], anew: Mapping[str, Any]) -> Iterator[str]:
    if anew["verdict"] == Verdict.INCONCLUSIVE.value:
        yield f"judged again the run is inconclusive ({elide(anew['reason'], 300)}): it has no result to be certified"
        return
    for name, found in statement.result_of(anew).items():
        stated = predicate.get(name, [])
        if name == "result" and stated != found:
            yield f"attestation.json: its result is {stated}, and judged again it is {found}: what was signed is untrue"
        elif name != "result" and sorted(stated) != sorted(found):
            yield f"attestation.json: its {name} are not those that come of judging again"
