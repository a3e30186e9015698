"""Chapter malformed: content that is no valid bundle, some named defects a case, and each class explored."""

import json
from collections.abc import Sequence

import pytest
from _pytest.mark import ParameterSet

from conformance.bench import Bench
from conformance.envelope import CONTENT_MAX, build_exact
from conformance.expect import Expect
from conformance.late import late
from conformance.run import Options
from conformance.scenarios.marks import requirement, thorough
from conformance.strategies.bundles import Bundle, filled
from conformance.strategies.defects import DEFECTS, Defect, Malformed, defects_of, spoil

# So many are refused before an unspoiled twin, and a look at the history, show that nothing is left of them.
_TOGETHER = 8


def _cases(family: str, which: str = "") -> pytest.MarkDecorator:
    """The graded defects of ``family``, or of that requirement of it alone, some a case."""
    return _groups([one for one in defects_of(family, graded=True) if which in ("", one.requirement)])


def _groups(defects: Sequence[Defect]) -> pytest.MarkDecorator:
    groups = [tuple(defects[start : start + _TOGETHER]) for start in range(0, len(defects), _TOGETHER)]
    return pytest.mark.parametrize("defects", [_case(group, first=group is groups[0]) for group in groups])


def _case(group: Sequence[Defect], *, first: bool) -> ParameterSet:
    # The simplest of a family come first: an economical run is content with them.
    return pytest.param(group, id=f"{group[0].name}..{group[-1].name}", marks=() if first else thorough)


@requirement("SEND-422-ENVELOPE", "SEND-REFUSED-SILENT", "SEND-DISTINCT")
@_cases("envelope")
def test_envelope(bench: Bench, defects: Sequence[Defect]) -> None:
    """Content that is absent, no string, or an empty one is refused; its unspoiled twin is accepted.

    Expect 422, no trace, and 200 for the same bundle from the same sender without the defect.
    """
    _refused_but_for_the_defect(bench, defects)


@requirement("SEND-422-TEXT", "SEND-REFUSED-SILENT", "SEND-DISTINCT")
@_cases("text")
def test_text(bench: Bench, defects: Sequence[Defect]) -> None:
    """Content that is no JSON text of an object is refused; its unspoiled twin is accepted.

    Expect 422 (any clean 4xx for what is nested thousands deep), no trace, and 200 without the defect.
    """
    _refused_but_for_the_defect(bench, defects)


@requirement("SEND-422-V", "SEND-REFUSED-SILENT", "SEND-DISTINCT")
@_cases("v")
def test_version(bench: Bench, defects: Sequence[Defect]) -> None:
    """A version that is not the integer 2 is refused; the unspoiled twin is accepted.

    Expect 422, no trace, and 200 without the defect.
    """
    _refused_but_for_the_defect(bench, defects)


@requirement("SEND-422-EPOCH", "SEND-REFUSED-SILENT", "SEND-DISTINCT")
@_cases("epoch")
def test_epoch(bench: Bench, defects: Sequence[Defect]) -> None:
    """An epoch that is no integer is refused; the unspoiled twin is accepted.

    Expect 422 (403 as well for a negative or huge one), no trace, and 200 without the defect.
    """
    _refused_but_for_the_defect(bench, defects)


@requirement("SEND-422-CT", "SEND-REFUSED-SILENT", "SEND-DISTINCT")
@_cases("ct")
def test_ciphertext(bench: Bench, defects: Sequence[Defect]) -> None:
    """A ciphertext that is no standard base64, or empty, is refused; the unspoiled twin is accepted.

    Expect 422, no trace, and 200 without the defect.
    """
    _refused_but_for_the_defect(bench, defects)


@requirement("SEND-422-LENGTH", "SEND-REFUSED-SILENT", "SEND-DISTINCT")
@_cases("length")
def test_length(bench: Bench, defects: Sequence[Defect]) -> None:
    """Content that is too long is refused; the unspoiled twin is accepted.

    Expect 422 (413 as well for what is far too long), no trace, and 200 without the defect.
    """
    _refused_but_for_the_defect(bench, defects)


@requirement("SEND-BODY-NOT-JSON", "SEND-REFUSED-SILENT", "SEND-DISTINCT")
@_cases("body", "SEND-BODY-NOT-JSON")
def test_body_not_json(bench: Bench, defects: Sequence[Defect]) -> None:
    """A request body that is no JSON is refused; the unspoiled twin is accepted.

    Expect 400, 415 or 422, no trace, and 200 without the defect.
    """
    _refused_but_for_the_defect(bench, defects)


@requirement("SEND-BODY-NOT-OBJECT", "SEND-REFUSED-SILENT", "SEND-DISTINCT")
@_cases("body", "SEND-BODY-NOT-OBJECT")
def test_body_not_object(bench: Bench, defects: Sequence[Defect]) -> None:
    """A request body that is JSON but no object is refused; the unspoiled twin is accepted.

    Expect 400, 415 or 422, no trace, and 200 without the defect.
    """
    _refused_but_for_the_defect(bench, defects)


@requirement("SEND-BODY-TYPE", "SEND-REFUSED-SILENT", "SEND-DISTINCT")
@_cases("body", "SEND-BODY-TYPE")
def test_body_type(bench: Bench, defects: Sequence[Defect]) -> None:
    """A request body of another content type is refused; the unspoiled twin is accepted.

    Expect 400, 415 or 422, no trace, and 200 without the defect.
    """
    _refused_but_for_the_defect(bench, defects)


@requirement("SEND-BODY-ABSENT", "SEND-REFUSED-SILENT", "SEND-DISTINCT")
@_cases("body", "SEND-BODY-ABSENT")
def test_body_absent(bench: Bench, defects: Sequence[Defect]) -> None:
    """A request without a body is refused; the unspoiled twin is accepted.

    Expect 400, 415 or 422, no trace, and 200 without the defect.
    """
    _refused_but_for_the_defect(bench, defects)


def _refused_but_for_the_defect(bench: Bench, defects: Sequence[Defect]) -> None:
    for defect in defects:
        twin = bench.twin()
        bench.refuses(spoil(defect, twin), soft=True)
    bench.accepts_twin(twin)


@thorough
@requirement("SEND-DISTINCT", "SEND-REFUSED-SILENT")
@_groups([one for one in DEFECTS if not one.graded])
def test_ungraded_oddity(bench: Bench, expect: Expect, defects: Sequence[Defect]) -> None:
    """What no page clearly allows or forbids is sent and observed; it leaves no trace where it is refused.

    Expect any answer at all, no trace if it is a refusal, and 200 for the ordinary bundle afterwards.
    """
    for defect in defects:
        twin = bench.twin()
        answer = bench.room.send(bench.room["sender"], spoil(defect, twin))
        expect.note(defect.requirement, f"{defect.title} is answered", answer.status)
    bench.accepts_twin(twin)


@requirement("SEND-LENGTH-MAX", "SEND-REFUSED-SILENT")
@pytest.mark.parametrize("filling", ["ciphertext", pytest.param("whitespace", marks=thorough)])
def test_longest_content(bench: Bench, expect: Expect, filling: str) -> None:
    """Content of exactly 4096 characters is accepted, of 4097 refused.

    The length comes from a long ciphertext in one case, from whitespace around a short one in the other.
    Expect 200 for the first, 422 for the second, no trace of it, and 200 for the first once more.
    """
    room = bench.room
    longest, too_long = (_of_length(length, filling, bench) for length in (CONTENT_MAX, CONTENT_MAX + 1))
    assert (len(longest.content), len(too_long.content)) == (CONTENT_MAX, CONTENT_MAX + 1)

    expect.accepted(room.send(room["sender"], longest), "SEND-LENGTH-MAX", title="4096 characters are accepted")
    refused = room.send(room["sender"], too_long)
    expect.refused(refused, "SEND-LENGTH-MAX", status=(422,), title="4097 characters are refused", never_5xx=True)
    after = room.send(room["sender"], longest)
    expect.accepted(after, "SEND-LENGTH-MAX", title="4096 characters are accepted afterwards")
    room.no_trace(after=after)


def _of_length(length: int, filling: str, bench: Bench) -> Bundle:
    if filling == "whitespace":
        return filled(bench.twin(), length)
    content, plaintext = build_exact(length, bench.room.key, bench.room.epoch)
    return Bundle(content, plaintext, bench.room.epoch, json.loads(content)["ct"])


@thorough
@requirement("SEND-REFUSED-SILENT", "SEND-DISTINCT")
@pytest.mark.parametrize(
    "family",
    [
        pytest.param("envelope", marks=requirement("SEND-422-ENVELOPE")),
        pytest.param("text", marks=requirement("SEND-422-TEXT")),
        pytest.param("v", marks=requirement("SEND-422-V")),
        pytest.param("epoch", marks=requirement("SEND-422-EPOCH")),
        pytest.param("ct", marks=requirement("SEND-422-CT")),
        pytest.param("length", marks=requirement("SEND-422-LENGTH")),
    ],
)
def test_generated_defects(bench: Bench, options: Options, family: str) -> None:
    """Whatever is generated of a class of defects is refused; a failing example is shrunk to the simplest.

    Generated: the named defects with other values, and values that have no name.
    Expect the documented refusal for each, no trace of any, and 200 for an ordinary bundle afterwards.
    """
    key, epoch = bench.room.key, bench.room.epoch
    twins: list[Bundle] = []

    def judge(malformed: Malformed) -> None:
        twins.append(malformed.twin)
        bench.refuses(malformed)

    ordinary = late("conformance.strategies.drawing").ordinary_bundles(key, epoch)
    spoiled = late("conformance.strategies.malformed").malformed_bundles(family, bundles=ordinary)
    late("conformance.exploring").explore(spoiled, judge, options=options)
    bench.accepts_twin(twins[-1])
