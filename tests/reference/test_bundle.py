"""What is a valid bundle: the rules by themselves, and the whole defect catalogue over the wire."""

import json
from typing import Any

import pytest

from conformance.reference.bundle import BundleRules
from conformance.reference.records import Bundle
from conformance.reference.refusals import Refusal

from .actors import Actor, World, ciphertext

CT = ciphertext()


def text(**members: Any) -> str:
    """A bundle with other members in place of the right ones; one that is `...` is left out."""
    whole = {"v": 2, "epoch": 1, "ct": CT, **members}
    return json.dumps({name: value for name, value in whole.items() if value is not ...})


ENVELOPE = {
    "null": None,
    "number": 5,
    "array": [text()],
    "object": {"v": 2, "epoch": 1, "ct": CT},
    "boolean": True,
    "empty": "",
    "whitespace": " \n\t ",
}
TEXT = {
    "not JSON": "hello",
    "cut short": text()[:-1],
    "trailing text": text() + "x",
    "a string": json.dumps("x"),
    "a number": "7",
    "true": "true",
    "an array": "[2]",
    "null": "null",
    "single quotes": text().replace('"', "'"),
    "unquoted key": text().replace('"v"', "v"),
    "byte order mark": "\ufeff" + text(),
    "deep arrays": "[" * 4000,
    "deep objects": '{"v":' * 800,
    "NaN": text(epoch=float("nan")),
    "Infinity": text(epoch=float("inf")),
    "minus Infinity": text(epoch=float("-inf")),
    "a member twice": text()[:-1] + ', "epoch": 1}',
    "half a surrogate pair": text(x="\ud800").replace("\\ud800", "\ud800"),
    "control character": text(x="a").replace('"a"', '"\n"'),
}
V = {
    "absent": ...,
    "1": 1,
    "3": 3,
    "0": 0,
    "-2": -2,
    "text": "2",
    "true": True,
    "null": None,
    "2.5": 2.5,
    "2.0": 2.0,
    "array": [2],
}
EPOCH = {
    "absent": ...,
    "text": "3",
    "null": None,
    "true": True,
    "1.5": 1.5,
    "array": [1],
    "object": {},
    "negative": -1,
    "beyond 2^53": 2**53,
    "3.0": 1.0,
}
CIPHER = {
    "absent": ...,
    "null": None,
    "number": 5,
    "array": [CT],
    "object": {},
    "empty": "",
    "outside base64": "AAA!",
    "padding missing": "AAA",
    "padding too long": "AA===",
    "padding inside": "AA==AAAA",
    "padding alone": "====",
    "inner space": "AA AA",
    "line break": "AAAA\nAAAA",
    "last line break": "AAAA\n",
    "url-safe": "AA-_",
    "stray bits": "AB==",
    "non-ASCII": "ÄAAA",
    "wide digits": "\uff11" * 4,
}
LENGTH = {"4097": 4097, "64 KiB": 65536, "1 MiB": 1024 * 1024}


def of_length(characters: int) -> str:
    """A bundle of exactly that many characters."""
    empty = text(ct="AAAA")
    room = characters - len(empty)
    return text(ct="AAAA" + "A" * (room // 4 * 4)) + " " * (room % 4)


DEFECTS = [
    *(pytest.param(value, id=f"envelope: {name}") for name, value in ENVELOPE.items()),
    *(pytest.param(value, id=f"text: {name}") for name, value in TEXT.items()),
    *(pytest.param(text(v=value), id=f"v: {name}") for name, value in V.items()),
    *(pytest.param(text(epoch=value), id=f"epoch: {name}") for name, value in EPOCH.items()),
    pytest.param(text().replace('"epoch": 1', '"epoch": ' + "9" * 3900), id="epoch: thousands of digits"),
    *(pytest.param(text(ct=value), id=f"ct: {name}") for name, value in CIPHER.items()),
    *(pytest.param(of_length(value), id=f"length: {name}") for name, value in LENGTH.items()),
]
VALID = {
    "plain": text(),
    "plus and slash": text(ct="+/+/"),
    "one =": text(ct="AAA="),
    "two =": text(ct="AA=="),
    "short": text(ct="AAAA"),
    "other order": f'{{"ct": "{CT}", "epoch": 1, "v": 2}}',
    "whitespace": f' {{\n"v"\t: 2 ,\r\n "epoch": 1, "ct": "{CT}" }} ',
    "escapes": f'{{"\\u0076": 2, "epoch": 1, "ct": "{CT[:-1]}\\u003d"}}' if CT.endswith("=") else text(),
    "escaped slash": '{"v": 2, "epoch": 1, "ct": "AA\\/A"}',
    "extra members": text(x=[1, {"y": None}]),
    "no whitespace": json.dumps(json.loads(text()), separators=(",", ":")),
    "4096": of_length(4096),
}


@pytest.mark.parametrize("content", DEFECTS)
def test_a_defect_is_refused(content: object) -> None:
    assert isinstance(BundleRules().validate_bundle(content), Refusal)


@pytest.mark.parametrize("content", VALID.values(), ids=VALID)
def test_a_valid_bundle_is_read(content: str) -> None:
    assert BundleRules().validate_bundle(content) == Bundle(1, json.loads(content)["ct"])


def test_the_limit_of_python_for_digits_is_no_accident() -> None:
    content = '{"v": 2, "epoch": ' + "9" * 5000 + "}"

    class Long(BundleRules):
        max_content_length = 10_000

    assert isinstance(Long().validate_bundle(content), Refusal)


@pytest.fixture
def sender(world: World) -> tuple[Actor, int]:
    actor = world.user()
    chat = world.chat()
    world.ready(chat, actor)
    world.control("PUT", f"/chats/{chat}/limit", {"messages": 1000, "window_s": 10})
    return actor, chat


def test_every_defect_is_answered_422_and_leaves_no_trace(sender: tuple[Actor, int]) -> None:
    actor, chat = sender
    for defect in DEFECTS:
        content = defect.values[0]
        raw = json.dumps({"content": content})
        answer = actor.post(
            f"/v1/portal/chats/{chat}/messages", content=raw, headers={"Content-Type": "application/json"}
        )
        assert (answer.status_code, answer.json()["code"]) == (422, "ERR_INVALID_BUNDLE"), defect.id
    actor.sent(chat)
    assert len(actor.messages(chat)) == 1


def test_content_may_not_be_absent(sender: tuple[Actor, int]) -> None:
    actor, chat = sender
    assert actor.post_chat(chat, "messages", {"contents": text()}).status_code == 422


@pytest.mark.parametrize("content", VALID.values(), ids=VALID)
def test_every_valid_form_is_accepted(sender: tuple[Actor, int], content: str) -> None:
    actor, chat = sender
    sent = actor.sent(chat, content)
    assert actor.socket.wait("message:new", id=sent)["content"] == content


@pytest.mark.parametrize(
    ("raw", "content_type", "status"),
    [
        pytest.param(b"", "application/json", 400, id="empty"),
        pytest.param(b"", None, 400, id="empty, no type"),
        pytest.param(b"hello", "application/json", 400, id="not JSON"),
        pytest.param(b'{"content": "x"', "application/json", 400, id="cut short"),
        pytest.param(b"\xff\xfe{}", "application/json", 400, id="not UTF-8"),
        pytest.param(b"[" * 100_000, "application/json", 400, id="deep"),
        pytest.param(b'{"content": ' + b"9" * 5000 + b"}", "application/json", 400, id="many digits"),
        pytest.param(b'{"content": NaN}', "application/json", 400, id="NaN"),
        pytest.param(b"[1]", "application/json", 422, id="array"),
        pytest.param(b"null", "application/json", 422, id="null"),
        pytest.param(b'"x"', "application/json", 422, id="string"),
        pytest.param(b"{}", "application/json", 422, id="no content"),
        pytest.param(b"content=x", "application/x-www-form-urlencoded", 415, id="form"),
        pytest.param(b"{}", "text/plain", 415, id="text"),
        pytest.param(b"x" * (2 * 1024 * 1024 + 1), "application/json", 413, id="above 2 MiB"),
    ],
)
def test_a_body_that_is_none(sender: tuple[Actor, int], raw: bytes, content_type: str | None, status: int) -> None:
    actor, chat = sender
    headers = {} if content_type is None else {"Content-Type": content_type}
    answer = actor.post(f"/v1/portal/chats/{chat}/messages", content=raw, headers=headers)
    assert answer.status_code == status
    assert answer.json()["error"]


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "Application/JSON", None])
def test_a_body_of_a_json_type(sender: tuple[Actor, int], content_type: str | None) -> None:
    actor, chat = sender
    headers = {} if content_type is None else {"Content-Type": content_type}
    raw = json.dumps({"content": text(), "more": 1})
    answer = actor.post(f"/v1/portal/chats/{chat}/messages", content=raw, headers=headers)
    assert answer.status_code == 200
