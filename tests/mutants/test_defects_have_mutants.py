"""Each graded defect has a mutant that answers it wrongly, and each mutant is known by the defects that it does so to.

No server is started: a request goes through the decisions as it would go through the server.
"""

import functools

import pytest

from conformance.envelope import ChatKey
from conformance.reference.decisions import Decisions
from conformance.reference.lies import Mutant, combined
from conformance.reference.mutants.index import mutants
from conformance.reference.records import CHAT_LIMIT, GLOBAL_LIMIT, Attempt, Chat, KeyHolder, Room, Session, User
from conformance.reference.refusals import Refusal
from conformance.strategies.bundles import named_valid_bundles, ordinary_bundle
from conformance.strategies.defects import DEFECTS, Malformed, spoil

KEY = ChatKey.generate()
TWIN = ordinary_bundle(KEY, 1)
GRADED = {defect.name: spoil(defect, TWIN) for defect in DEFECTS if defect.graded}
VALID = [bundle.request_body() for _, bundle in named_valid_bundles(KEY, 1)]
MUTANTS = {mutant.name: mutant for mutant in mutants() if ".malformed" in mutant.decisions.__module__}

SENDER = Session("session", User(1, "sender"))
ROOM = Room(
    chat=Chat(1, "chat"),
    epoch=1,
    limit=CHAT_LIMIT,
    members=frozenset(),
    joined={"session": 1},
    ever_joined=frozenset({1}),
    bans={},
    mutes={},
    key_holders=frozenset({KeyHolder(1, 1, "session")}),
    distributors={1: "session"},
)

MUTANT_OF_DEFECT = {
    # envelope
    "content-absent": "absent-content-crashes",
    "content-misnamed": "content-under-its-old-name",
    "content-unwrapped": "bundle-as-body-accepted",
    "content-null": "absent-content-answered-400",
    "content-number": "numbers-accepted",
    "content-true": "true-accepted",
    "content-false": "content-measured-unseen",
    "content-array": "content-array-taken-apart",
    "content-array-empty": "empty-array-accepted",
    "content-object": "content-object-accepted",
    "content-object-empty": "content-of-another-type-answered-400",
    "content-empty": "empty-content-accepted",
    "content-blank": "blank-content-accepted",
    # text
    "text-words": "plain-words-accepted",
    "text-bare-ct": "bare-ciphertext-accepted",
    "text-base64": "bundle-in-base-64-accepted",
    "text-cut-short": "cut-text-taken-for-a-part",
    "text-brace-missing": "closing-brace-added",
    "text-trailing": "trailing-text-ignored",
    "text-trailing-null": "text-ends-at-null",
    "text-leading": "leading-text-ignored",
    "text-twice": "last-of-several-objects-taken",
    "text-single-quotes": "single-quotes-accepted",
    "text-unquoted-name": "unquoted-names-accepted",
    "text-trailing-comma": "trailing-comma-accepted",
    "text-comma-missing": "missing-comma-added",
    "text-semicolons": "semicolons-accepted",
    "text-equals-signs": "equals-signs-accepted",
    "text-comment": "comments-accepted",
    "text-foreign-whitespace": "every-whitespace-accepted",
    "text-bare-control": "control-characters-taken-out",
    "text-unknown-escape": "unknown-escapes-taken-out",
    "text-lone-surrogate": "half-surrogate-crashes",
    "text-nan": "not-a-number-passes-as-epoch",
    "text-infinity": "infinite-epoch-is-another",
    "text-minus-infinity": "infinite-epoch-is-another",
    "text-plus-sign": "plus-sign-accepted",
    "text-leading-zero": "leading-zeros-accepted",
    "text-hexadecimal": "hexadecimal-accepted",
    "text-bare-point": "bare-point-accepted",
    "text-json-string": "encoded-twice-accepted",
    "text-json-number": "json-scalars-accepted",
    "text-json-true": "json-scalars-accepted",
    "text-json-false": "json-scalars-accepted",
    "text-json-null": "json-null-accepted",
    "text-json-array": "array-of-one-bundle-accepted",
    "text-json-array-empty": "json-null-accepted",
    "nesting-arrays": "deep-text-crashes",
    "nesting-unclosed": "deep-text-crashes",
    "nesting-epoch": "deep-epoch-not-looked-into",
    "nesting-objects": "very-deep-text-crashes",
    "nesting-arrays-100000": "very-deep-text-crashes",
    # v
    "v-absent": "absent-version-is-two",
    "v-1": "version-one-still-accepted",
    "v-3": "later-versions-accepted",
    "v-0": "earlier-versions-accepted",
    "v-minus-2": "sign-of-version-ignored",
    "v-20": "version-by-its-first-digit",
    "v-wrapped": "version-compared-in-32-bits",
    "v-string": "version-as-digit-accepted",
    "v-string-padded": "version-as-padded-text-accepted",
    "v-string-empty": "empty-version-text-accepted",
    "v-true": "true-is-a-version",
    "v-false": "false-is-the-default-version",
    "v-null": "absent-version-is-two",
    "v-fraction": "version-cut-to-integer",
    "v-overflow": "infinite-version-accepted",
    "v-array": "version-taken-out-of-array",
    "v-object": "version-taken-out-of-object",
    "v-absent-with-all": "empty-bundle-is-a-heartbeat",
    # epoch
    "epoch-absent": "absent-epoch-is-current",
    "epoch-string": "epoch-as-digits-accepted",
    "epoch-string-padded": "epoch-as-padded-text-accepted",
    "epoch-string-empty": "empty-epoch-is-current",
    "epoch-string-hex": "epoch-in-hexadecimal-accepted",
    "epoch-null": "absent-epoch-is-current",
    "epoch-true": "true-is-the-first-epoch",
    "epoch-false": "false-epoch-is-current",
    "epoch-fraction": "epoch-cut-to-integer",
    "epoch-array": "epoch-taken-out-of-array",
    "epoch-array-empty": "empty-epoch-is-current",
    "epoch-object": "epoch-taken-out-of-object",
    "epoch-negative": "negative-epoch-crashes",
    "epoch-beyond-2-53": "huge-epoch-crashes",
    "epoch-1000-digits": "epoch-of-a-thousand-digits-accepted",
    "epoch-overflow": "infinite-epoch-accepted",
    # ct
    "ct-absent": "no-ciphertext-accepted",
    "ct-null": "no-ciphertext-accepted",
    "ct-number": "number-is-a-ciphertext",
    "ct-true": "true-is-a-ciphertext",
    "ct-array": "ciphertext-in-parts-accepted",
    "ct-object": "ciphertext-object-accepted",
    "ct-empty": "empty-ciphertext-accepted",
    "ct-blank": "blank-ciphertext-accepted",
    "ct-outside-alphabet": "foreign-characters-taken-out",
    "ct-percent-encoded": "percent-encoding-decoded",
    "ct-data-url": "data-url-accepted",
    "ct-non-ascii": "letters-of-all-alphabets-accepted",
    "ct-lone-surrogate": "half-surrogates-in-ciphertext-taken-out",
    "ct-null-character": "null-characters-taken-out",
    "ct-null-character-behind": "ciphertext-ends-at-null",
    "ct-padding-missing": "missing-padding-added",
    "ct-padding-extra": "padding-made-up",
    "ct-padding-inside": "padding-inside-taken-out",
    "ct-padding-only": "padding-alone-accepted",
    "ct-one-character-over": "wrong-padding-crashes",
    "ct-space-inside": "spaces-in-ciphertext-taken-out",
    "ct-tab-inside": "spaces-in-ciphertext-taken-out",
    "ct-line-break-inside": "lines-of-ciphertext-joined",
    "ct-line-breaks": "lines-of-ciphertext-joined",
    "ct-space-in-front": "ciphertext-trimmed",
    "ct-space-behind": "ciphertext-trimmed",
    "ct-line-break-behind": "line-break-behind-ciphertext-accepted",
    # length
    "length-4097": "length-five-thousand",
    "length-4097-whitespace": "length-without-whitespace",
    "length-8192": "long-ciphertext-dropped",
    "length-64-kib": "length-in-16-bits",
    "length-1-mib": "very-long-content-not-measured",
    # body
    "body-words": "body-words-logged-out",
    "body-blank": "blank-body-crashes",
    "body-cut-short": "cut-body-crashes",
    "body-trailing": "body-tail-ignored",
    "body-single-quotes": "single-quotes-in-body-accepted",
    "body-unquoted-name": "unquoted-names-in-body-accepted",
    "body-trailing-comma": "trailing-comma-in-body-accepted",
    "body-comment": "comments-in-body-accepted",
    "body-bare-control": "control-characters-in-body-accepted",
    "body-not-utf-8": "body-decoded-with-loss",
    "body-form": "form-announced-as-json-accepted",
    "body-array": "body-of-one-in-an-array-accepted",
    "body-array-empty": "empty-batch-answered-200",
    "body-array-nested": "deep-body-crashes",
    "body-string": "body-of-content-alone-accepted",
    "body-number": "scalar-body-answered-404",
    "body-true": "scalar-body-answered-404",
    "body-false": "scalar-body-answered-404",
    "body-null": "scalar-body-answered-404",
    "body-type-text": "text-body-accepted",
    "body-type-html": "text-body-accepted",
    "body-type-xml": "application-body-accepted",
    "body-type-bytes": "application-body-accepted",
    "body-type-form": "json-under-the-type-of-forms-accepted",
    "body-type-form-encoded": "form-body-accepted",
    "body-absent": "no-type-crashes",
    "body-empty": "announced-body-waited-for",
}


def status(decisions: Decisions, body: bytes, content_type: str | None = "application/json") -> int:
    """What the server would answer: 200, a refusal's status, or 500 where something is raised that nobody catches."""
    try:
        refusal = judged(decisions, body, content_type)
    except Refusal as raised:
        refusal = raised
    except Exception:  # noqa: BLE001 - whatever it is, the server would answer 500
        return 500
    return 200 if refusal is None else decisions.status_of(refusal)


def judged(decisions: Decisions, body: bytes, content_type: str | None) -> Refusal | None:
    content = decisions.content_of(decisions.parse_body(content_type, body))
    bundle = decisions.validate_bundle(content)
    attempt = Attempt(SENDER, ROOM, content, bundle, 1000.0, None, GLOBAL_LIMIT, (), ())
    return decisions.judge(attempt)


def wrongly(decisions: Decisions, malformed: Malformed) -> bool:
    answered = status(decisions, malformed.body, malformed.content_type)
    return answered not in malformed.defect.statuses


@functools.cache
def defects_of(name: str) -> frozenset[str]:
    decisions = combined([MUTANTS[name].decisions])
    return frozenset(defect for defect, malformed in GRADED.items() if wrongly(decisions, malformed))


def test_reference_answers_every_defect_rightly() -> None:
    assert [name for name, malformed in GRADED.items() if wrongly(Decisions(), malformed)] == []


def test_every_graded_defect_has_its_mutant() -> None:
    assert list(MUTANT_OF_DEFECT) == list(GRADED)


@pytest.mark.parametrize(("defect", "mutant"), MUTANT_OF_DEFECT.items())
def test_mutant_answers_its_defect_wrongly(defect: str, mutant: str) -> None:
    assert defect in defects_of(mutant)


@pytest.mark.parametrize("mutant", MUTANTS.values(), ids=MUTANTS)
def test_mutant_breaks_what_its_defects_are_of(mutant: Mutant) -> None:
    decisions = combined([mutant.decisions])
    broken = {GRADED[name].defect.requirement for name in defects_of(mutant.name)}
    if any(status(decisions, body) != 200 for body in VALID):
        broken.add("SEND-ACCEPT")

    # No defect stands for the limit itself: a scenario of its own sends both sides of it.
    assert broken == {*mutant.breaks} - {"SEND-LENGTH-MAX"}
