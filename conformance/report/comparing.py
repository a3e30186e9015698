"""Two results held against each other: what became worse, what became better, what is judged no longer."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from conformance.redact import elide
from conformance.report.markdown import code

FORMAT = "portal-conformance-diff/1"
_SETTLED = ("passed", "failed")
_NOTABLE_S = 0.5
"""What is slower by less is noise, whatever the ratio."""
_NOTHING: Mapping[str, Any] = {"outcome": "not judged", "level": ""}


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs between an earlier run and a later one; ids are in reading order.

    ``slower`` has a scenario, or "the run", with its seconds before and after. ``notes`` are sentences about what
    makes the two hard to compare.
    """

    newly_red: Sequence[str]
    newly_green: Sequence[str]
    newly_judged: Sequence[str]
    no_longer_judged: Sequence[str]
    slower: Mapping[str, tuple[float, float]]
    notes: Sequence[str]

    @property
    def exit_status(self) -> int:
        """1 where something is newly red, 2 where something is judged no longer, 0 otherwise."""
        return 1 if self.newly_red else 2 if self.no_longer_judged else 0

    def as_json(self) -> dict[str, Any]:
        """The difference as JSON values."""
        return {
            "format": FORMAT,
            "newly_red": list(self.newly_red),
            "newly_green": list(self.newly_green),
            "newly_judged": list(self.newly_judged),
            "no_longer_judged": list(self.no_longer_judged),
            "slower": [{"what": what, "before_s": old, "after_s": new} for what, (old, new) in self.slower.items()],
            "notes": list(self.notes),
        }

    def text(self) -> str:
        """The difference as plain text."""
        return "".join(f"{line}\n" for line in self._told(partial(elide, limit=300)))

    def markdown(self) -> str:
        """The difference as Markdown."""
        return "".join(f"- {line}\n" for line in self._told(code))

    def _told(self, shown: Any) -> Iterator[str]:
        for words, ids in (
            ("newly red", self.newly_red),
            ("newly green", self.newly_green),
            ("newly judged", self.newly_judged),
            ("no longer judged", self.no_longer_judged),
        ):
            if ids:
                yield f"{words} ({len(ids)}): {', '.join(shown(one) for one in ids)}"
        for what, (old, new) in self.slower.items():
            yield f"slower: {shown(what)}, {old:.2f} s before, {new:.2f} s now"
        yield from (shown(one) for one in self.notes)
        if not any((self.newly_red, self.newly_green, self.newly_judged, self.no_longer_judged, self.slower)):
            yield "no requirement ended otherwise, and nothing is slower"


def difference(before: Mapping[str, Any], after: Mapping[str, Any], *, ratio: float) -> Difference:
    """What differs between two results documents; slower is what takes ``ratio`` times as long or more."""
    old = {one["id"]: one for one in before["requirements"] if one["level"] != "INFO"}
    new = {one["id"]: one for one in after["requirements"] if one["level"] != "INFO"}
    every = dict.fromkeys([*new, *old])
    moved = {id_: (old.get(id_, _NOTHING)["outcome"], new.get(id_, _NOTHING)["outcome"]) for id_ in every}
    return Difference(
        newly_red=[id_ for id_, (was, now) in moved.items() if now == "failed" and was != "failed"],
        newly_green=[id_ for id_, (was, now) in moved.items() if now == "passed" and was == "failed"],
        newly_judged=[id_ for id_, (was, now) in moved.items() if now == "passed" and was not in _SETTLED],
        no_longer_judged=[id_ for id_, (was, now) in moved.items() if was in _SETTLED and now not in _SETTLED],
        slower=dict(_slower(before, after, ratio)),
        notes=[*_notes(before, after)],
    )


def _slower(
    before: Mapping[str, Any], after: Mapping[str, Any], ratio: float
) -> Iterator[tuple[str, tuple[float, float]]]:
    earlier = {one["name"]: one["seconds"] for one in before["scenarios"]}
    pairs = [("the run", before["seconds"], after["seconds"])]
    known = [one for one in after["scenarios"] if one["name"] in earlier]
    pairs += [(one["name"], earlier[one["name"]], one["seconds"]) for one in known]
    for what, old, new in pairs:
        if new >= old * ratio and new - old >= _NOTABLE_S:
            yield what, (old, new)


def _notes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    for what, path in (("edition", ("catalogue", "edition")), ("level", ("level",)), ("suite", ("suite",))):
        old, new = _at(before, path), _at(after, path)
        if old != new:
            yield f"the {what} differs: {old} before, {new} now"
    if before["catalogue"]["edition"] == after["catalogue"]["edition"] and before["catalogue"] != after["catalogue"]:
        yield "the catalogues differ under one edition: their digests are not the same"
    if _at(before, ("target", "url")) != _at(after, ("target", "url")):
        yield f"the target differs: {before['target']['url']} before, {after['target']['url']} now"


def _at(document: Mapping[str, Any], path: Sequence[str]) -> Any:
    found: Any = document
    for name in path:
        found = found[name]
    return found
