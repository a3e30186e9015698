"""The members of a bundle put together again: each record with its wire log, and what is wrong with how they fit."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from conformance import schemas
from conformance.certificate import bundle, chain
from conformance.certificate.chain import Transcript
from conformance.certificate.making import head_of, journal_line
from conformance.certificate.terms import Terms
from conformance.certificate.texts import parsed
from conformance.errors import BundleFault
from conformance.redact import elide
from conformance.report.results import END
from conformance.verdict import some


@dataclass(frozen=True, slots=True)
class Opened:
    """What a bundle holds, each member in its form: the results with the wire logs in their places."""

    document: dict[str, Any]
    journal: Sequence[Mapping[str, Any]]
    transcript: Transcript
    environment: Mapping[str, Any]
    bare: bool
    """Whether the results had no wire logs of their own."""


def opened(members: Mapping[str, bytes], source: str) -> Opened:
    """The members of a bundle, joined; raises `BundleFault` where one of them is not of its form."""
    document = _json(members, bundle.RESULTS, source)
    if isinstance(document, dict) and document.get("end") != END:
        told = "it has no end mark: the run was cut off, and what was still to come is not known"
        raise BundleFault(source, [f"{bundle.RESULTS}: {told}"])
    # Looked at before it is taken apart, and once more below with what belongs into it.
    _of_form("results", document, None, bundle.RESULTS, source)
    try:
        transcript = chain.read(members[bundle.TRANSCRIPT])
    except ValueError as error:
        raise BundleFault(source, [f"{bundle.TRANSCRIPT}: cannot be read ({elide(str(error))})"]) from None
    bare = not any(one["wire"] for one in document["scenarios"])
    scenarios = [{**one, "wire": list(transcript.entries.get(one["name"], ()))} for one in document["scenarios"]]
    # Of the entries of one shape one is looked at: there are thousands, and what is read of them is their members.
    shapes = {_shape(entry): entry for one in scenarios for entry in one["wire"]}
    for entry in shapes.values():
        _of_form("results", entry, "entry", bundle.TRANSCRIPT, source)
    journal = _lines(members[bundle.JOURNAL], source)
    environment = _json(members, bundle.ENVIRONMENT, source)
    _of_form("certificate", environment, "environment", bundle.ENVIRONMENT, source)
    return Opened({**document, "scenarios": scenarios}, journal, transcript, environment, bare)


def _shape(entry: Mapping[str, Any]) -> tuple[object, ...]:
    """What a schema sees of an entry but for its texts and numbers: members, their types, and the words of a few."""
    return *((name, type(value)) for name, value in entry.items()), str(entry.get("kind")), str(entry.get("direction"))


def _json(members: Mapping[str, bytes], name: str, source: str) -> Any:
    try:
        return parsed(members[name])
    except ValueError as error:
        raise BundleFault(source, [f"{name}: is no JSON ({elide(str(error))}): nothing in it can be judged"]) from None


def _of_form(schema: str, instance: object, definition: str | None, name: str, source: str) -> None:
    faults = schemas.faults(schema, instance, definition)
    if faults:
        raise BundleFault(source, [f"{name}: is not of its form ({elide(faults[0])}): nothing in it can be judged"])


def _lines(content: bytes, source: str) -> list[Mapping[str, Any]]:
    try:
        lines = [parsed(one) for one in content.removesuffix(b"\n").split(b"\n") if one]
    except ValueError as error:
        raise BundleFault(source, [f"{bundle.JOURNAL}: a line is no JSON ({elide(str(error))})"]) from None
    for line in lines:
        _of_form("certificate", line, "journal-line", bundle.JOURNAL, source)
    return lines


def misfits(held: Opened, terms: Terms) -> Iterator[str]:
    """What is wrong with how the members fit together, a sentence each."""
    if not held.bare:
        yield "results.json: it has wire logs of its own: what went over the wire is told twice"
    if held.transcript.head != {"format": chain.FORMAT, **head_of(terms)}:
        yield "transcript.jsonl: its head names another run than the statement: it was taken from another bundle"
    records = {one["name"]: one for one in held.document["scenarios"]}
    if len(records) < len(held.document["scenarios"]):
        yield "results.json: a scenario is in it twice: which of its outcomes counts cannot be said"
    if strangers := sorted(held.transcript.entries.keys() - records.keys()):
        yield f"transcript.jsonl: it tells of scenarios that the results lack ({some(strangers)}): they were removed"
    yield from _against_journal(held, records)


def _against_journal(held: Opened, records: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    journaled = [str(one["scenario"]) for one in held.journal]
    if missing := sorted(records.keys() - set(journaled)):
        yield f"journal.jsonl: it lacks scenarios of the results ({some(missing)}): it was cut, or they were made up"
    if more := sorted(set(journaled) - records.keys()):
        yield f"journal.jsonl: it has scenarios that the results lack ({some(more)}): they were played, and left out"
    if len(set(journaled)) < len(journaled):
        yield "journal.jsonl: a scenario is in it twice: it was played again until it suited"
    for line in held.journal:
        record = records.get(str(line["scenario"]))
        if record is not None and journal_line(record) != line:
            yield (
                f"journal.jsonl: it has another record of {line['scenario']} than results and transcript: "
                "one of them was changed after the run"
            )
