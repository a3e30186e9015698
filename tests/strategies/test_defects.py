"""Every defect of the contract is in the catalogue by name, graded as the contract says, and is one."""

import random
from dataclasses import replace

import pytest
from bundle_judge import verdict

from conformance.envelope import ChatKey
from conformance.errors import SuiteFault
from conformance.strategies.bundles import named_valid_bundles, ordinary_bundle
from conformance.strategies.defects import DEFECTS, FAMILIES, Malformed, defect_named, defects_of, spoil

KEY = ChatKey(bytes(range(32)))
TWIN = ordinary_bundle(KEY, 3, rnd=random.Random(7))
BY_NAME = {defect.name: defect for defect in DEFECTS}
GRADED = [defect.name for defect in DEFECTS if defect.graded]
OBSERVED = [defect.name for defect in DEFECTS if not defect.graded]
VARIATIONS = [None, *range(12)]
SPELLINGS = named_valid_bundles(KEY, 3, rnd=random.Random(7))

# Every defect that the contract's catalogue lists, in its order.
CONTRACT = {
    "SEND-422-ENVELOPE": """
        content-absent content-null content-number content-array content-object content-empty content-blank
    """,
    "SEND-422-TEXT": """
        text-words text-cut-short text-trailing text-json-string text-json-number text-json-true
        text-json-false text-json-array text-json-null text-single-quotes text-unquoted-name
        text-byte-order-mark nesting-arrays text-nan text-infinity duplicate-v duplicate-epoch
        duplicate-ct extra-member
    """,
    "SEND-422-V": """
        v-absent v-1 v-3 v-0 v-minus-2 v-string v-true v-null v-fraction v-array v-float
    """,
    "SEND-422-EPOCH": """
        epoch-absent epoch-string epoch-null epoch-true epoch-fraction epoch-array epoch-object epoch-negative
        epoch-beyond-2-53 epoch-float
    """,
    "SEND-422-CT": """
        ct-absent ct-null ct-number ct-array ct-object ct-empty ct-outside-alphabet ct-padding-missing
        ct-padding-extra ct-space-inside ct-line-break-inside ct-url-safe ct-stray-bits ct-non-ascii ct-short
    """,
    "SEND-422-LENGTH": "length-4097 length-64-kib length-1-mib",
    "SEND-BODY-NOT-JSON": "body-words",
    "SEND-BODY-NOT-OBJECT": "body-array body-string body-extra-member body-content-twice",
    "SEND-BODY-TYPE": "body-type-text body-type-missing",
    "SEND-BODY-ABSENT": "body-empty",
}


def seeded(seed: int | None) -> random.Random | None:
    return None if seed is None else random.Random(seed)


def judged(malformed: Malformed) -> str:
    return verdict(malformed.body, malformed.content_type, malformed.twin.epoch)


def test_every_defect_of_the_contract_has_a_name() -> None:
    listed = {name: requirement for requirement, names in CONTRACT.items() for name in names.split()}
    assert {name: BY_NAME[name].requirement for name in listed} == listed


def test_only_these_are_observed_and_not_graded() -> None:
    assert sorted(OBSERVED) == [
        "body-content-twice",
        "body-extra-member",
        "body-type-missing",
        "content-miscased",
        "ct-short",
        "ct-stray-bits",
        "ct-url-safe",
        "duplicate-ct",
        "duplicate-epoch",
        "duplicate-v",
        "epoch-float",
        "extra-member",
        "member-miscased",
        "text-byte-order-mark",
        "v-float",
    ]


def test_names_are_unique_and_in_kebab_case() -> None:
    names = [defect.name for defect in DEFECTS]
    assert len(set(names)) == len(names)
    assert [name for name in names if not name.replace("-", "").isalnum() or name != name.lower()] == []


def test_only_these_may_be_answered_otherwise_than_422() -> None:
    documented = {d.name: d.statuses for d in DEFECTS if d.statuses != {422} and d.family != "body"}
    nesting = {name: documented.pop(name) for name in list(documented) if name.startswith("nesting")}
    assert documented == {
        "text-lone-surrogate": {400, 422},
        "epoch-negative": {403, 422},
        "epoch-beyond-2-53": {403, 422},
        "epoch-1000-digits": {403, 422},
        "epoch-overflow": {403, 422},
        "length-8192": {413, 422},
        "length-64-kib": {413, 422},
        "length-1-mib": {413, 422},
    }
    assert len(nesting) == 5
    assert all({400, 413, 422} <= statuses for statuses in nesting.values())
    assert all(statuses.isdisjoint({200, 401, 404, 429, 500}) for statuses in nesting.values())
    assert {d.statuses for d in DEFECTS if d.family == "body"} == {frozenset({400, 415, 422})}


@pytest.mark.parametrize("name", GRADED)
def test_a_graded_defect_is_one_in_every_variant(name: str) -> None:
    for seed in VARIATIONS:
        malformed = spoil(BY_NAME[name], TWIN, rnd=seeded(seed))
        assert judged(malformed) != "valid", malformed.describe()


# What the judge stumbles over first, where that is not the family's own rule.
OTHER_RULE = {
    "content-unwrapped": "envelope",
    "nesting-objects": "length",
    "nesting-arrays-100000": "length",
    "nesting-epoch": "text",
}


@pytest.mark.parametrize("name", [name for name in GRADED if BY_NAME[name].family != "body"])
def test_a_graded_defect_breaks_the_rule_of_its_family(name: str) -> None:
    expected = OTHER_RULE.get(name, BY_NAME[name].family)
    for seed in VARIATIONS:
        assert judged(spoil(BY_NAME[name], TWIN, rnd=seeded(seed))) == expected


@pytest.mark.parametrize("name", [name for name in GRADED if BY_NAME[name].family == "body"])
def test_a_defect_of_the_body_breaks_the_rule_of_its_requirement(name: str) -> None:
    expected = BY_NAME[name].requirement.removeprefix("SEND-").replace("-", " ").lower()
    accepted = {expected, "body not json"} if name == "body-array-nested" else {expected}
    for seed in VARIATIONS:
        assert judged(spoil(BY_NAME[name], TWIN, rnd=seeded(seed))) in accepted


@pytest.mark.parametrize("name", OBSERVED)
def test_an_observed_defect_differs_from_its_twin(name: str) -> None:
    for seed in VARIATIONS:
        malformed = spoil(BY_NAME[name], TWIN, rnd=seeded(seed))
        unspoiled = (TWIN.request_body(), "application/json")
        assert (malformed.body, malformed.content_type) != unspoiled


@pytest.mark.parametrize("name", BY_NAME)
def test_the_same_seed_gives_the_same_request(name: str) -> None:
    defect = BY_NAME[name]
    assert spoil(defect, TWIN) == spoil(defect, TWIN)
    assert spoil(defect, TWIN, rnd=random.Random(5)) == spoil(defect, TWIN, rnd=random.Random(5))


@pytest.mark.parametrize("name", BY_NAME)
def test_a_defect_is_told_in_one_printable_line(name: str) -> None:
    for seed in VARIATIONS:
        line = spoil(BY_NAME[name], TWIN, rnd=seeded(seed)).describe()
        assert line.startswith(f"{name}: ")
        assert line.isprintable()
        assert len(line) < 250
        assert TWIN.plaintext.decode() not in line


@pytest.mark.parametrize("name", GRADED)
def test_every_valid_spelling_can_be_spoiled(name: str) -> None:
    for spelling, twin in SPELLINGS:
        malformed = spoil(BY_NAME[name], twin, rnd=random.Random(1))
        assert judged(malformed) != "valid", spelling


@pytest.mark.parametrize("epoch", [0, 1, 2**31])
@pytest.mark.parametrize("name", GRADED)
def test_a_defect_is_one_at_every_epoch(name: str, epoch: int) -> None:
    twin = ordinary_bundle(KEY, epoch, rnd=random.Random(7))
    for seed in VARIATIONS[:6]:
        assert judged(spoil(BY_NAME[name], twin, rnd=seeded(seed))) != "valid"


def simplest(name: str) -> str | None:
    twin = replace(TWIN, ct="abc+/w==", content='{"v":2,"epoch":3,"ct":"abc+/w=="}')
    return spoil(BY_NAME[name], twin).content


def test_the_simplest_variants_literally() -> None:
    assert simplest("v-absent") == '{"epoch":3,"ct":"abc+/w=="}'
    assert simplest("v-string") == '{"v":"2","epoch":3,"ct":"abc+/w=="}'
    assert simplest("v-fraction") == '{"v":2.5,"epoch":3,"ct":"abc+/w=="}'
    assert simplest("epoch-string") == '{"v":2,"epoch":"3","ct":"abc+/w=="}'
    assert simplest("epoch-array") == '{"v":2,"epoch":[3],"ct":"abc+/w=="}'
    assert simplest("epoch-beyond-2-53") == '{"v":2,"epoch":9007199254740996,"ct":"abc+/w=="}'
    assert simplest("ct-padding-missing") == '{"v":2,"epoch":3,"ct":"abc+/w="}'
    assert simplest("ct-padding-extra") == '{"v":2,"epoch":3,"ct":"abc+/w==="}'
    assert simplest("ct-url-safe") == '{"v":2,"epoch":3,"ct":"abc-_w=="}'
    assert simplest("ct-line-break-inside") == r'{"v":2,"epoch":3,"ct":"abc\n+/w=="}'
    assert simplest("text-trailing-comma") == '{"v":2,"epoch":3,"ct":"abc+/w==",}'
    assert simplest("text-single-quotes") == "{'v':2,'epoch':3,'ct':'abc+/w=='}"
    assert simplest("text-unquoted-name") == '{v:2,"epoch":3,"ct":"abc+/w=="}'
    assert simplest("text-comment") == '{/* 2 */"v":2,"epoch":3,"ct":"abc+/w=="}'
    assert simplest("duplicate-epoch") == '{"epoch":4,"v":2,"epoch":3,"ct":"abc+/w=="}'


def test_bodies_literally() -> None:
    assert spoil(BY_NAME["content-absent"], TWIN).body == b"{}"
    assert spoil(BY_NAME["content-null"], TWIN).body == b'{"content": null}'
    assert spoil(BY_NAME["content-empty"], TWIN).body == b'{"content": ""}'
    assert spoil(BY_NAME["content-object"], TWIN).body == f'{{"content": {TWIN.content}}}'.encode()
    assert spoil(BY_NAME["body-array"], TWIN).body == b"[" + TWIN.request_body() + b"]"
    absent = spoil(BY_NAME["body-absent"], TWIN)
    assert (absent.body, absent.content_type) == (b"", None)
    typed = spoil(BY_NAME["body-type-text"], TWIN)
    assert (typed.body, typed.content_type) == (TWIN.request_body(), "text/plain")


@pytest.mark.parametrize(
    ("name", "length"),
    [
        ("length-4097", 4097),
        ("length-4097-whitespace", 4097),
        ("length-8192", 8192),
        ("length-64-kib", 65536),
        ("length-1-mib", 1048576),
    ],
)
def test_lengths_are_exact_and_otherwise_valid(name: str, length: int) -> None:
    content = spoil(BY_NAME[name], TWIN).content
    assert content is not None
    assert len(content) == length


def test_one_line_for_a_failure() -> None:
    told = spoil(BY_NAME["v-string"], TWIN).describe()
    assert told == 'v-string: v is the string 2 (content.v: 2 -> "2")'


def test_lookups() -> None:
    assert FAMILIES == ("envelope", "text", "v", "epoch", "ct", "length", "body")
    assert defect_named("v-string") is BY_NAME["v-string"]
    assert [d.name for d in defects_of("v", graded=False)] == ["v-float"]
    assert len(defects_of("v")) == len(defects_of("v", graded=True)) + 1
    with pytest.raises(SuiteFault, match="no defect is named 'v-sting'"):
        defect_named("v-sting")
    with pytest.raises(SuiteFault, match="no family of defects is named 'vee'; there are envelope, text"):
        defects_of("vee")
