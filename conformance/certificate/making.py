"""From what a run left to the bundle of its certificate."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from securesystemslib.signer import CryptoSigner

from conformance.certificate import bundle, chain
from conformance.certificate.environment import environment
from conformance.certificate.sealed import seal
from conformance.certificate.statement import statement_of
from conformance.certificate.terms import Terms
from conformance.certificate.texts import canonical, lines_of, parsed, sha256
from conformance.errors import ResultsFault
from conformance.report.results import END


@dataclass(frozen=True, slots=True)
class Left:
    """What a run left: its results ``document``, wire logs and all, and the order in which its scenarios ended."""

    document: Mapping[str, Any]
    order: Sequence[str]


def left_in(folder: Path) -> Left:
    """What the run with this report folder left; raises `ResultsFault` where that is not a whole run."""
    try:
        document = parsed((folder / "results.json").read_bytes())
        journal = [parsed(line) for line in (folder / "results.jsonl").read_bytes().splitlines()]
    except (OSError, ValueError) as error:
        raise ResultsFault(str(folder), [f"holds no results that can be read ({error})"]) from None
    if document.get("end") != END:
        raise ResultsFault(str(folder), ["the run has not come to its end, so there is nothing to certify"])
    if sorted(map(canonical, journal)) != sorted(map(canonical, document["scenarios"])):
        raise ResultsFault(str(folder), ["the journal and the results tell of different scenarios: was it run twice?"])
    return Left(document, [one["name"] for one in journal])


def terms_of_run(left: Left, *, signed: datetime, valid_days: int, run_url: str = "") -> Terms:
    """The terms of a certificate of this run; the ends of its transcript are not known before that is written."""
    document = left.document
    return Terms(
        run=str(uuid.uuid4()),
        suite=document["suite"],
        edition=document["catalogue"]["edition"],
        digest=document["catalogue"]["digest"].removeprefix("sha256:"),
        level=document["level"],
        seed=document["seed"],
        examples=document["examples"],
        target=document["target"],
        started=datetime.fromisoformat(document["started"]),
        signed=signed.astimezone(UTC).replace(microsecond=0),
        expires=(signed + timedelta(days=valid_days)).astimezone(UTC).replace(microsecond=0),
        chain=chain.Ends("", "", 0),
        run_url=run_url,
    )


def files_of(left: Left, terms: Terms) -> tuple[dict[str, bytes], chain.Ends]:
    """All members but the attestation, and the ends of the transcript.

    What went over the wire is in the transcript alone; the journal has the digest of each record, wire log and all,
    in the order in which the scenarios ended, and so ties both together.
    """
    by_name = {one["name"]: one for one in left.document["scenarios"]}
    played = [by_name[name] for name in left.order]
    transcript, ends = chain.written(head_of(terms), ((one["name"], entry) for one in played for entry in one["wire"]))
    bare = {**left.document, "scenarios": [{**one, "wire": []} for one in left.document["scenarios"]]}
    return {
        bundle.RESULTS: canonical(bare) + b"\n",
        bundle.JOURNAL: lines_of(journal_line(one) for one in played),
        bundle.TRANSCRIPT: transcript,
        bundle.ENVIRONMENT: canonical(environment()) + b"\n",
    }, ends


def head_of(terms: Terms) -> dict[str, Any]:
    """What the transcript of a run begins with."""
    return {"run": terms.run, "catalogue": terms.digest, "edition": terms.edition, "level": terms.level}


def journal_line(record: Mapping[str, Any]) -> dict[str, str]:
    """What the journal of a bundle says of one scenario."""
    return {"scenario": record["name"], "outcome": record["outcome"], "record": sha256(canonical(record))}


def made(left: Left, terms: Terms, signer: CryptoSigner) -> bytes:
    """The bundle of a run, signed."""
    files, ends = files_of(left, terms)
    return bundle.pack({**files, bundle.ATTESTATION: sealed(left.document, replace(terms, chain=ends), files, signer)})


def sealed(document: Mapping[str, Any], terms: Terms, files: Mapping[str, bytes], signer: CryptoSigner) -> bytes:
    """The signed attestation of these files."""
    subjects = {name: sha256(content) for name, content in sorted(files.items())}
    return seal(statement_of(document, terms, subjects), signer)
