"""The transcript: all that went over the wire, one JSON line an entry, each with the digest of the line before it.

The head says which run it is of and by which catalogue; the digest of the last line, the tail, is signed. So no line
can be changed, left out or put in without the tail becoming another one.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from conformance.certificate.texts import canonical, parsed, sha256

FORMAT = "portal-conformance-transcript/1"
NOTHING = "0" * 64
"""What stands before the head."""


@dataclass(frozen=True, slots=True)
class Ends:
    """What is signed of a transcript: the digests of its first and last line, and how many lines it has."""

    head: str
    tail: str
    lines: int


def written(head: Mapping[str, Any], entries: Iterable[tuple[str, Mapping[str, Any]]]) -> tuple[bytes, Ends]:
    """The transcript of ``entries``, each with the name of its scenario, and its ends."""
    before, lines = NOTHING, []
    contents: list[Mapping[str, Any]] = [{"head": {"format": FORMAT, **head}}]
    contents += [{"scenario": name, "entry": one} for name, one in entries]
    for content in contents:
        line = canonical({"prev": before, **content})
        lines.append(line)
        before = sha256(line)
    return b"".join(one + b"\n" for one in lines), Ends(sha256(lines[0]), before, len(lines))


@dataclass(frozen=True, slots=True)
class Transcript:
    """A transcript that was read: its head, and the entries of each scenario in the order of the lines."""

    head: Mapping[str, Any]
    entries: Mapping[str, Sequence[Mapping[str, Any]]]


def faults_of(transcript: bytes, signed: Ends) -> Iterator[str]:
    """What is wrong with the chain, a sentence each; none where it is the one whose ends were signed."""
    lines = _lines(transcript)
    if not transcript.endswith(b"\n"):
        yield "transcript.jsonl: its last line has no end: the file was cut off in the middle of a line"
    digests = [sha256(one) for one in lines]
    if not digests or digests[0] != signed.head:
        yield "transcript.jsonl: its head is not the one that was signed: it belongs to another run, or lost its start"
    breaks = list(_breaks(lines, digests))
    yield from breaks or _other_ends(digests, signed)
    if breaks and len(digests) != signed.lines:
        missing = signed.lines - len(digests)
        said, done = (f"{missing} fewer", "taken out") if missing > 0 else (f"{-missing} more", "put in")
        yield f"transcript.jsonl: it has {said} lines than were signed: some of what was sent or heard was {done}"


def _breaks(lines: Sequence[bytes], digests: Sequence[str]) -> Iterator[str]:
    known = {digest: number for number, digest in reversed(list(enumerate(digests, 1)))}
    for number, (line, digest) in enumerate(zip(lines, digests, strict=True), 1):
        before = digests[number - 2] if number > 1 else NOTHING
        after = _prev(line)
        if known[digest] < number:
            yield f"transcript.jsonl: line {number} is line {known[digest]} once more: an exchange was counted twice"
        elif after == before:
            continue
        elif after in known:
            yield f"transcript.jsonl: line {number} stands in another place than it was written: the order was changed"
        else:
            yield (
                f"transcript.jsonl: line {number} does not follow from line {number - 1}: what stood there was "
                "changed, or taken out"
            )


def _other_ends(digests: Sequence[str], signed: Ends) -> Iterator[str]:
    """What is wrong with a chain that is whole in itself."""
    if digests and digests[-1] == signed.tail:
        return
    if len(digests) < signed.lines:
        yield f"transcript.jsonl: it ends {signed.lines - len(digests)} lines early: the end of the run was cut off"
    elif len(digests) > signed.lines:
        yield f"transcript.jsonl: it goes on for {len(digests) - signed.lines} lines: they were added after signing"
    else:
        yield "transcript.jsonl: the chain is whole, but its tail is not the one that was signed: all was written anew"


def _lines(transcript: bytes) -> list[bytes]:
    return transcript.removesuffix(b"\n").split(b"\n") if transcript else []


def _prev(line: bytes) -> str | None:
    try:
        found = parsed(line)
    except ValueError:
        return None
    return str(found.get("prev")) if isinstance(found, dict) else None


def _is_entry(line: Mapping[str, Any]) -> bool:
    return isinstance(line.get("scenario"), str) and isinstance(line.get("entry"), dict)


def read(transcript: bytes) -> Transcript:
    """The transcript as it is, whatever became of its chain; raises `ValueError` where a line is no JSON object."""
    lines = [parsed(one) for one in _lines(transcript)]
    if not all(isinstance(one, dict) for one in lines) or not lines or not isinstance(lines[0].get("head"), dict):
        raise ValueError("its lines are no head with entries behind it")
    entries: dict[str, list[Mapping[str, Any]]] = {}
    for one in lines[1:]:
        if not _is_entry(one):
            raise ValueError("a line is no entry of a scenario")
        entries.setdefault(one["scenario"], []).append(one["entry"])
    return Transcript(lines[0]["head"], entries)
