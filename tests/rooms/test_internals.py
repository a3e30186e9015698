"""What shows of a server's inside, and what only looks like it."""

import json

import pytest

from conformance.internals import found_in

PYTHON = 'Traceback (most recent call last):\n  File "/srv/portal/api/send.py", line 41, in send\nKeyError: 7'
JAVA = "java.lang.NullPointerException\n\tat org.portal.chat.Send.accept(Send.java:88)"
NODE = "TypeError: x is not a function\n    at Object.<anonymous> (/app/dist/send.js:10:5)"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (PYTHON, "a traceback"),
        (JAVA, "a traceback"),
        (NODE, "a traceback"),
        ("    at async Promise.all (index 0)\n    at async send (chat.ts:7)", "a traceback"),
        ("goroutine 17 [running]:\nmain.send()", "a traceback"),
        ("panic: runtime error: index out of range", "a traceback"),
        ("thread 'tokio' panicked at 'called unwrap on None', src/send.rs:7:3", "a traceback"),
        ("error in send.py, line 12", "a traceback"),
        ("Warning: Undefined index in chat.php on line 12", "a traceback"),
        ("redis.exceptions.ResponseError: oops", "a traceback"),
        ("System.NullReferenceException: Object reference not set", "a traceback"),
        ("no such file: /usr/lib/portal/schema.json", "a file path"),
        ("cannot read /home/deploy/portal", "a file path"),
        ("failed to open ../portal/chats/store.py", "a file path"),
        (r"C:\portal\api\send.cs", "a file path"),
        ("in node_modules/ioredis", "a file path"),
        ("/var/run/redis.sock is gone", "a file path"),
        ("SELECT id, name FROM chats WHERE id = 17", "SQL"),
        ("[SQL: SELECT chats.id AS chats_id \nFROM chats]", "SQL"),
        ("select * from chats", "SQL"),
        ("INSERT INTO messages (id, ct) VALUES", "SQL"),
        ("update chats set epoch = 4", "SQL"),
        ("DELETE FROM messages WHERE id IN (1, 2)", "SQL"),
        ('relation "chats" does not exist', "SQL"),
        ('syntax error at or near "OR"', "SQL"),
        ('invalid input syntax for type integer: "abc"', "SQL"),
        ('duplicate key value violates unique constraint "chats_pkey"', "SQL"),
        ("SQLSTATE[42S02]", "SQL"),
        ("XADD chat:17:messages failed", "a Redis command"),
        ("command was: HGETALL", "a Redis command"),
        ("GET session:abc", "a Redis command"),
        ("WRONGTYPE Operation against a key holding the wrong kind of value", "a Redis command"),
        ("ERR Invalid stream ID specified as stream command argument", "a Redis command"),
        ("redis://10.0.0.7:6379/0 is down", "a Redis command"),
    ],
)
def test_internals_are_found_in_any_text_of_the_body(text: str, kind: str) -> None:
    body = json.dumps({"error": "no", "details": [{"cause": text}]}).encode()
    assert found_in(body).startswith(kind)
    assert found_in(text.encode()).startswith(kind)


@pytest.mark.parametrize(
    "text",
    [
        "Please select a chat from the list",
        "SELECT A CHAT FROM THE LIST",
        "you may not delete from this chat",
        "YOU MAY NOT DELETE FROM THIS CHAT",
        "insert into the body a content",
        "update your key and set a new one",
        "where content is no string",
        "Your message violates the length constraint",
        "invalid input syntax for content",
        "GET /v1/portal/chats/17/history",
        "GET https://portal.example/errors",
        "see https://portal.example/app/errors.py#top",
        "https://portal.rs:8443/errors",
        "/v1/portal/chats/17/messages",
        "/static/js/app.js",
        "application/json, text/plain; and/or 24/7",
        "at least one id (up to 100)",
        "no such column or relation",
        "The key of the set has expired; get a new type of key",
        "ERR_EPOCH_MISMATCH",
        "ERR syntax",
        "line 3 column 7 (char 12)",
        "Traceback is off",
        "2026-11-24T14:20:01.123+02:00",
        "Ressource introuvable : chat n\u00b0 17",
        '<script src="/static/js/app.js"></script>',
        "6vXKDO9TiGGL1RpX8/usr/qCCYZOrVVpoqlcLQm5tmZWJTnE7kf2Ocl0eMN+3ucW/HA==",
        "body.content: field required (type=value_error.missing)",
        "the value at /content must be a string",
    ],
)
def test_innocent_words_are_no_internals(text: str) -> None:
    assert (
        found_in(json.dumps({"error": text, "correlation_id": "5e0c0b5a-7d0f-4b2e-9a53-6f1f0f6a8a11"}).encode()) == ""
    )
    assert found_in(text.encode()) == ""


def test_names_of_members_are_looked_at_too() -> None:
    assert found_in(b'{"Traceback (most recent call last)": []}') == (
        "a traceback ('Traceback (most recent call last)')"
    )


def test_each_kind_is_named_once() -> None:
    text = 'File "/srv/a.py", line 1\nSELECT * FROM chats\nSELECT * FROM users'
    kinds = [one.partition(" (")[0] for one in found_in(text.encode()).split("; ")]
    assert kinds == ["a traceback", "a file path", "SQL"]


def test_a_body_nested_too_deep_is_read_as_a_text() -> None:
    assert found_in(b"[" * 100_000 + b"XADD ") == "a Redis command ('XADD')"
    assert found_in(b"") == ""
