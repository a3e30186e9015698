"""Defects of the content as a text: it is no JSON, or JSON of something else than an object."""

import base64

from conformance.strategies.bundles import Bundle
from conformance.strategies.families import nesting
from conformance.strategies.spelling import quoted
from conformance.strategies.spoiling import (
    REFUSED,
    REFUSED_OR_BAD_REQUEST,
    Change,
    Defect,
    Spoiler,
    Variation,
    change_text,
    change_token,
    pick,
    place,
)


def _rewritten(*forms: str) -> Spoiler:
    """Send one of these texts; ``<content>`` and ``<ct>`` stand for the twin's own."""

    def spoil(twin: Bundle, variation: Variation) -> Change:
        form = pick(variation, forms)
        return change_text(twin, form.replace("<content>", twin.content).replace("<ct>", twin.ct))

    return spoil


def _inside(*texts: str) -> Spoiler:
    """Put one of these texts between the opening brace and the first member."""

    def spoil(twin: Bundle, variation: Variation) -> Change:
        return change_text(twin, twin.content.replace("{", "{" + pick(variation, texts), 1))

    return spoil


def _before_closing(*texts: str) -> Spoiler:
    """Put one of these texts between the last member and the closing brace."""

    def spoil(twin: Bundle, variation: Variation) -> Change:
        head, tail = twin.content.rsplit("}", 1)
        return change_text(twin, head + pick(variation, texts) + "}" + tail)

    return spoil


def _replaced(old: str, *texts: str, count: int = -1) -> Spoiler:
    """Put one of these texts in the place of a mark of JSON, which no value of the twin contains."""

    def spoil(twin: Bundle, variation: Variation) -> Change:
        return change_text(twin, twin.content.replace(old, pick(variation, texts), count))

    return spoil


def _number(member: str, *forms: str) -> Spoiler:
    """Spell a number as other languages than JSON do; ``<n>`` and ``<hex>`` stand for the twin's own."""

    def spoil(twin: Bundle, variation: Variation) -> Change:
        token = pick(variation, forms).replace("<n>", str(abs(twin.epoch)))
        return change_token(twin, member, token.replace("<hex>", f"{abs(twin.epoch):x}"))

    return spoil


def _cut_short(twin: Bundle, variation: Variation) -> Change:
    text = twin.content.strip()
    return change_text(twin, text[: place(variation, 1, len(text) - 1)])


def _unquoted_name(twin: Bundle, variation: Variation) -> Change:
    member = pick(variation, twin.layout.order)
    return change_text(twin, twin.content.replace(twin.layout.name(member), member, 1))


def _as_base64(twin: Bundle, _variation: Variation) -> Change:
    return change_text(twin, base64.b64encode(twin.content.encode()).decode("ascii"))


def _as_json_string(twin: Bundle, _variation: Variation) -> Change:
    """Encode the bundle once too often."""
    return change_text(twin, quoted(twin.content))


def _raw_line_break(twin: Bundle, variation: Variation) -> Change:
    """Put a bare control character into a JSON string, where only an escaped one may stand."""
    at = twin.content.index(twin.layout.text(twin.ct)) + 1
    control = pick(variation, ("\n", "\t", "\x01"))
    return change_text(twin, twin.content[:at] + control + twin.content[at:])


def _bad_escape(twin: Bundle, variation: Variation) -> Change:
    """Put an escape that JSON does not know into a JSON string."""
    at = twin.content.index(twin.layout.text(twin.ct)) + 1
    bad = pick(variation, (r"\x41", r"\a", r"\u00g1", r"\'"))
    return change_text(twin, twin.content[:at] + bad + twin.content[at:])


def _lone_surrogate(twin: Bundle, variation: Variation) -> Change:
    """Send half of a surrogate pair behind the bundle: no text that UTF-8 could carry on."""
    return change_text(twin, twin.content + pick(variation, ("\ud800", "\udfff")))


def _duplicate(member: str, first: str) -> Spoiler:
    """Write a member twice: first another value, then the twin's own."""

    def spoil(twin: Bundle, _variation: Variation) -> Change:
        other = f"{twin.layout.name(member)}:{first.replace('<next>', str(twin.epoch + 1))},"
        return change_text(twin, twin.content.replace("{", "{" + other, 1))

    return spoil


def _miscased(twin: Bundle, variation: Variation) -> Change:
    member = pick(variation, twin.layout.order)
    return change_text(twin, twin.content.replace(twin.layout.name(member), quoted(member.upper()), 1))


def _text(
    name: str, title: str, spoiler: Spoiler, *, graded: bool = True, statuses: frozenset[int] = REFUSED
) -> Defect:
    return Defect(name, "text", "SEND-422-TEXT", title, spoiler, graded=graded, statuses=statuses)


_NOT_JSON = (
    _text("text-words", "content is words, no JSON", _rewritten("hello", "{hello}", "<xml/>", "v=2")),
    _text("text-bare-ct", "content is the bare ciphertext", _rewritten("<ct>")),
    _text("text-base64", "content is the bundle in base64", _as_base64),
    _text("text-cut-short", "content is cut short", _cut_short),
    _text("text-brace-missing", "content lacks its closing brace", _replaced("}", "")),
    _text(
        "text-trailing",
        "content goes on behind the object",
        _rewritten("<content>x", "<content>}", "<content>,"),
    ),
    _text("text-trailing-null", "content has a null character behind it", _rewritten("<content>\0")),
    _text("text-leading", "content has something in front", _rewritten("x<content>", ")]}',\n<content>")),
    _text("text-twice", "content is two objects", _rewritten("<content><content>", "<content>\n<content>")),
    _text("text-single-quotes", "content has single quotes", _replaced('"', "'")),
    _text("text-unquoted-name", "content has a member name without quotes", _unquoted_name),
    _text("text-trailing-comma", "content has a comma behind the last member", _before_closing(",")),
    _text("text-comma-missing", "content lacks a comma between members", _replaced(",", " ", count=1)),
    _text("text-semicolons", "content has other marks between members", _replaced(",", ";")),
    _text("text-equals-signs", "content has other marks behind names", _replaced(":", "=", "=>")),
    _text("text-comment", "content has a comment", _inside("/* 2 */", "// 2\n", "# 2\n")),
    _text(
        "text-foreign-whitespace",
        "content has whitespace unknown to JSON",
        _inside("\xa0", "\f", "\v", "\u2028"),
    ),
    _text("text-bare-control", "content has a bare control character in a string", _raw_line_break),
    _text("text-unknown-escape", "content has an escape unknown to JSON", _bad_escape),
    _text(
        "text-lone-surrogate",
        "content has half of a surrogate pair behind it",
        _lone_surrogate,
        statuses=REFUSED_OR_BAD_REQUEST,  # the outer body may count as no JSON already
    ),
    _text("text-nan", "epoch is NaN", _number("epoch", "NaN")),
    _text("text-infinity", "epoch is Infinity", _number("epoch", "Infinity")),
    _text("text-minus-infinity", "epoch is -Infinity", _number("epoch", "-Infinity")),
    _text("text-plus-sign", "epoch has a plus sign", _number("epoch", "+<n>")),
    _text("text-leading-zero", "epoch has a leading zero", _number("epoch", "0<n>", "00<n>")),
    _text("text-hexadecimal", "epoch is a hexadecimal number", _number("epoch", "0x<hex>")),
    _text("text-bare-point", "v ends in a decimal point", _number("v", "2.")),
)

_NO_OBJECT = (
    _text("text-json-string", "content is a JSON string of the bundle", _as_json_string),
    _text("text-json-number", "content is a JSON number", _rewritten("2", "0", "-1.5", "1e3")),
    _text("text-json-true", "content is the JSON text true", _rewritten("true")),
    _text("text-json-false", "content is the JSON text false", _rewritten("false")),
    _text("text-json-null", "content is the JSON text null", _rewritten("null")),
    _text("text-json-array", "content is a JSON array of the bundle", _rewritten("[<content>]")),
    _text("text-json-array-empty", "content is an empty JSON array", _rewritten("[]")),
)

_OBSERVED = (
    _text(
        "text-byte-order-mark",
        "content has a byte order mark in front",
        _rewritten("\ufeff<content>"),
        graded=False,
    ),
    _text("duplicate-v", "v occurs twice: 1, then 2", _duplicate("v", "1"), graded=False),
    _text(
        "duplicate-epoch",
        "epoch occurs twice: another, then the own",
        _duplicate("epoch", "<next>"),
        graded=False,
    ),
    _text("duplicate-ct", "ct occurs twice: another, then the own", _duplicate("ct", '"AAAA"'), graded=False),
    _text("extra-member", "the bundle has an unknown member", _inside('"x":1,', '"":null,'), graded=False),
    _text("member-miscased", "a member name is in capitals", _miscased, graded=False),
)

DEFECTS = (*_NOT_JSON, *_NO_OBJECT, *nesting.DEFECTS, *_OBSERVED)
