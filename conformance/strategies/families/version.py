"""Defects of ``v``, which is the integer 2 and nothing else."""

from conformance.strategies.bundles import Bundle
from conformance.strategies.spoiling import Change, Defect, Spoiler, Variation, change_text, member_tokens


def _empty_object(twin: Bundle, _variation: Variation) -> Change:
    return change_text(twin, "{}")


def _v(name: str, title: str, *tokens: str | None, graded: bool = True) -> Defect:
    return _defect(name, title, member_tokens("v", *tokens), graded=graded)


def _defect(name: str, title: str, spoiler: Spoiler, *, graded: bool = True) -> Defect:
    return Defect(name, "v", "SEND-422-V", title, spoiler, graded=graded)


DEFECTS = (
    _v("v-absent", "v is absent", None),
    _v("v-1", "v is 1, the former version", "1"),
    _v("v-3", "v is 3, a version to come", "3"),
    _v("v-0", "v is 0", "0"),
    _v("v-minus-2", "v is -2", "-2"),
    _v("v-20", "v is 2 and more digits", "20", "22", "200"),
    _v("v-wrapped", "v is 2 only in its lowest 32 or 64 bits", "4294967298", "18446744073709551618"),
    _v("v-string", "v is the string 2", '"2"'),
    _v("v-string-padded", "v is a string of 2 and a blank", '"2 "', '" 2"', r'"2\n"'),
    _v("v-string-empty", "v is an empty string", '""'),
    _v("v-true", "v is true", "true"),
    _v("v-false", "v is false", "false"),
    _v("v-null", "v is null", "null"),
    _v("v-fraction", "v has a fraction", "2.5", "2.1", "1.999"),
    _v("v-overflow", "v is beyond every float", "1e999", "-1e999"),
    _v("v-array", "v is an array with 2", "[2]", "[]"),
    _v("v-object", "v is an object", '{"v":2}', "{}"),
    _defect("v-absent-with-all", "the bundle is an empty object", _empty_object),
    _v("v-float", "v is 2.0, which JSON does not tell from 2", "2.0", "2e0", graded=False),
)
