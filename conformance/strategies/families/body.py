"""Defects of the request's outer body: no JSON, no object, another type, or nothing at all."""

from urllib.parse import urlencode

from conformance.strategies.bundles import Bundle
from conformance.strategies.spelling import quoted
from conformance.strategies.spoiling import (
    BODY_REFUSED,
    JSON_TYPE,
    Change,
    Defect,
    Spoiler,
    Variation,
    change_body,
    change_content_type,
    pick,
    place,
)

_FORM_TYPE = "application/x-www-form-urlencoded"
_NESTED = 2000


def _sent(*forms: str) -> Spoiler:
    """Send one of these bodies; ``<body>`` and ``<quoted>`` stand for the twin's body and content."""

    def spoil(twin: Bundle, variation: Variation) -> Change:
        form = pick(variation, forms).replace("<body>", twin.request_body().decode("ascii"))
        return change_body(twin, form.replace("<quoted>", quoted(twin.content)).encode())

    return spoil


def _typed(*content_types: str | None) -> Spoiler:
    def spoil(twin: Bundle, variation: Variation) -> Change:
        return change_content_type(twin, pick(variation, content_types))

    return spoil


def _cut_short(twin: Bundle, variation: Variation) -> Change:
    body = twin.request_body()
    return change_body(twin, body[: place(variation, 1, len(body) - 1)])


def _into_content(*inserted: bytes) -> Spoiler:
    """Put bytes that no JSON string may have at the beginning of the content string."""

    def spoil(twin: Bundle, variation: Variation) -> Change:
        head, tail = twin.request_body().split(b'": "', 1)
        return change_body(twin, head + b'": "' + pick(variation, inserted) + tail)

    return spoil


def _single_quotes(twin: Bundle, _variation: Variation) -> Change:
    return change_body(twin, b"{'content': " + quoted(twin.content).encode() + b"}")


def _form(content_type: str) -> Spoiler:
    def spoil(twin: Bundle, _variation: Variation) -> Change:
        body = urlencode({"content": twin.content}).encode("ascii")
        return change_body(twin, body, content_type=content_type)

    return spoil


def _absent(twin: Bundle, _variation: Variation) -> Change:
    return change_body(twin, b"", content_type=None)


def _observed(*forms: str) -> Spoiler:
    """Send a body that still has the twin's content; ``<quoted>`` stands for it."""

    def spoil(twin: Bundle, variation: Variation) -> Change:
        body = pick(variation, forms).replace("<quoted>", quoted(twin.content))
        return change_body(twin, body.encode(), content=twin.content)

    return spoil


def _body(requirement: str, name: str, title: str, spoiler: Spoiler, *, graded: bool = True) -> Defect:
    return Defect(name, "body", requirement, title, spoiler, graded=graded, statuses=BODY_REFUSED)


NOT_JSON = "SEND-BODY-NOT-JSON"
NOT_OBJECT = "SEND-BODY-NOT-OBJECT"
TYPE = "SEND-BODY-TYPE"
ABSENT = "SEND-BODY-ABSENT"

_NOT_JSON = (
    _body(NOT_JSON, "body-words", "the body is words, no JSON", _sent("hello", "<xml/>")),
    _body(NOT_JSON, "body-blank", "the body is nothing but whitespace", _sent(" ", "\n")),
    _body(NOT_JSON, "body-cut-short", "the body is cut short", _cut_short),
    _body(
        NOT_JSON,
        "body-trailing",
        "the body goes on behind the object",
        _sent("<body>x", "<body>}", "<body><body>"),
    ),
    _body(NOT_JSON, "body-single-quotes", "the body has single quotes", _single_quotes),
    _body(NOT_JSON, "body-unquoted-name", "the body has a name without quotes", _sent("{content: <quoted>}")),
    _body(NOT_JSON, "body-trailing-comma", "the body has a comma too many", _sent('{"content": <quoted>,}')),
    _body(NOT_JSON, "body-comment", "the body has a comment", _sent('{"content": <quoted> /* 2 */}')),
    _body(NOT_JSON, "body-bare-control", "the body has a bare control character", _into_content(b"\n", b"\t")),
    _body(NOT_JSON, "body-not-utf-8", "the body is not UTF-8", _into_content(b"\xff", b"\xc3", b"\xed\xa0\x80")),
    _body(NOT_JSON, "body-form", "the body is a form, announced as JSON", _form(JSON_TYPE)),
)

_NOT_OBJECT = (
    _body(NOT_OBJECT, "body-array", "the body is an array with the object", _sent("[<body>]")),
    _body(NOT_OBJECT, "body-array-empty", "the body is an empty array", _sent("[]")),
    _body(NOT_OBJECT, "body-array-nested", "the body is 2000 arrays deep", _sent("[" * _NESTED + "]" * _NESTED)),
    _body(NOT_OBJECT, "body-string", "the body is the content as a JSON string", _sent("<quoted>")),
    _body(NOT_OBJECT, "body-number", "the body is a number", _sent("2", "0", "-1.5")),
    _body(NOT_OBJECT, "body-true", "the body is true", _sent("true")),
    _body(NOT_OBJECT, "body-false", "the body is false", _sent("false")),
    _body(NOT_OBJECT, "body-null", "the body is null", _sent("null")),
)

_WRONG_TYPE = (
    _body(TYPE, "body-type-text", "the body is announced as plain text", _typed("text/plain")),
    _body(TYPE, "body-type-html", "the body is announced as HTML", _typed("text/html")),
    _body(TYPE, "body-type-xml", "the body is announced as XML", _typed("application/xml")),
    _body(TYPE, "body-type-bytes", "the body is announced as bytes", _typed("application/octet-stream")),
    _body(TYPE, "body-type-form", "the body is announced as a form", _typed(_FORM_TYPE)),
    _body(TYPE, "body-type-form-encoded", "the body is a form, and announced as one", _form(_FORM_TYPE)),
    _body(TYPE, "body-type-missing", "the body is not announced at all", _typed(None), graded=False),
)

_ABSENT = (
    _body(ABSENT, "body-absent", "there is no body and no type", _absent),
    _body(ABSENT, "body-empty", "the body is empty, announced as JSON", _sent("")),
)

_OBSERVED = (
    _body(
        NOT_OBJECT,
        "body-extra-member",
        "the body has an unknown member",
        _observed('{"content": <quoted>, "x": 1}'),
        graded=False,
    ),
    _body(
        NOT_OBJECT,
        "body-content-twice",
        "the body has content twice: another, then the own",
        _observed('{"content": "x", "content": <quoted>}'),
        graded=False,
    ),
)

DEFECTS = (*_NOT_JSON, *_NOT_OBJECT, *_WRONG_TYPE, *_ABSENT, *_OBSERVED)
