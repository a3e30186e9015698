"""The dialect: what a profile may override, and the sentences in which it says what is wrong."""

from typing import Any

import pytest

from conformance import dialect as dialects
from conformance.dialect import MISSING, Call, fill, read


def faults(overrides: dict[str, Any]) -> tuple[str, ...]:
    return dialects.build(overrides)[1]


# --- the default ----------------------------------------------------------------------------------------------


def test_the_default_has_no_fault() -> None:
    dialect, found = dialects.build()
    assert found == ()
    assert (dialect.cookie, dialect.socket_path, dialect.namespace) == ("psession", "/socket.io", "/")
    assert dialect.transports == ("websocket",)
    assert dialect.rest["send"] == Call("POST", "/v1/portal/chats/{chat_id}/messages", None, {"id": "/id"})
    assert dialect.emit["join"].event == "room:join"
    assert dialect.event["message_new"].name == "message:new"
    assert dialect.codes == {"epoch_mismatch": "ERR_EPOCH_MISMATCH", "no_room_key": "ERR_NO_ROOM_KEY"}


def test_a_path_is_filled_with_encoded_values() -> None:
    call = dialects.build()[0].rest["send"]
    assert call.path_for(chat_id=17) == "/v1/portal/chats/17/messages"
    assert call.path_for(chat_id="../a b?c#üX") == "/v1/portal/chats/..%2Fa%20b%3Fc%23%C3%BCX/messages"


# --- overriding -----------------------------------------------------------------------------------------------


def test_overrides_merge_key_by_key() -> None:
    dialect, found = dialects.build(
        {
            "cookie": {"name": "sid"},
            "rest": {"send": {"path": "/chats/{chat_id}/send"}, "history": {"answer": {"entries": "/messages"}}},
            "emit": {"join": {"payload": {"client": "conformance"}}},
            "event": {"message_new": {"fields": {"content": "/body/content"}}},
            "record": {"error": {"ttl": "/error/ttl"}},
        }
    )
    assert found == ()
    assert dialect.cookie == "sid"
    assert dialect.rest["send"] == Call("POST", "/chats/{chat_id}/send", None, {"id": "/id"})
    assert dialect.rest["history"].answer == {"entries": "/messages"}
    assert dialect.rest["history"].path == "/v1/portal/chats/{chat_id}/history"
    assert dialect.emit["join"].payload == {"chat_id": "{chat_id}", "client": "conformance"}
    assert dialect.event["message_new"].fields["content"] == "/body/content"
    assert dialect.event["message_new"].fields["id"] == "/id"
    assert dialect.record["error"]["ttl"] == "/error/ttl"
    assert dialect.record["error"]["correlation_id"] == "/correlation_id"


def test_overrides_leave_the_default_as_it_was() -> None:
    dialects.build({"rest": {"kick": {"body": {"why": "x"}}}, "cookie": {"name": "sid"}})
    dialect, _ = dialects.build()
    assert dialect.cookie == "psession"
    assert dialect.rest["kick"].body == {"user_id": "{user_id}"}


def test_a_member_of_a_body_or_a_payload_is_left_out_or_replaced() -> None:
    dialect, found = dialects.build(
        {
            "rest": {"kick": {"body": {"user_id": False, "whom": {"number": "{user_id}"}, "path": 5}}},
            "emit": {"join": {"payload": {"chat_id": False, "room": "{chat_id}", "quiet": False}}},
        }
    )
    assert found == ()
    assert fill(dialect.rest["kick"].body, {"user_id": 4}) == {"whom": {"number": 4}, "path": 5}
    assert fill(dialect.emit["join"].payload, {"chat_id": 17}) == {"room": 17, "quiet": False}


def test_nothing_else_is_left_out_by_false() -> None:
    assert faults({"cookie": {"name": False}, "rest": {"send": {"answer": {"id": False}}}}) == (
        "dialect.cookie.name: expected a string, got a boolean",
        "dialect.rest.send.answer.id: expected a string, got a boolean",
    )


def test_an_event_is_called_what_the_target_calls_it() -> None:
    dialect, _ = dialects.build({"emit": {"join": {"event": "enter"}}, "event": {"muted": {"name": "hushed"}}})
    assert [dialect.called(one) for one in ("join", "muted", "kick", "kicked")] == [
        "enter",
        "hushed",
        "room:kick",
        "room:kicked",
    ]


# --- faults ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("overrides", "sentence"),
    [
        ({"cookies": {}}, "dialect.cookies: no such setting (did you mean 'cookie'?)"),
        (
            {"zzz": {}},
            "dialect.zzz: no such setting (there are: codes, cookie, emit, event, login, record, rest, socket)",
        ),
        ({"emit": {"jion": {}}}, "dialect.emit.jion: no such setting (did you mean 'join'?)"),
        ({"socket": {"port": 1}}, "dialect.socket.port: no such setting (there are: namespace, path, transports)"),
        (
            {"rest": {"send": {"timeout": 1}}},
            "dialect.rest.send.timeout: no such setting (there are: answer, method, path)",
        ),
        ({"cookie": "sid"}, "dialect.cookie: expected a table, got a string"),
        ({"cookie": {"name": 5}}, "dialect.cookie.name: expected a string, got an integer"),
        ({"cookie": {"name": 0.5}}, "dialect.cookie.name: expected a string, got a number"),
        ({"cookie": {"name": True}}, "dialect.cookie.name: expected a string, got a boolean"),
        ({"cookie": {"name": ["a"]}}, "dialect.cookie.name: expected a string, got an array"),
        ({"cookie": {"name": {}}}, "dialect.cookie.name: expected a string, got a table"),
        ({"cookie": {"name": None}}, "dialect.cookie.name: expected a string, got a date or a time"),
        ({"socket": {"transports": "polling"}}, "dialect.socket.transports: expected an array, got a string"),
        (
            {"emit": {"join": {"payload": {"chat_id": 5}}}},
            "dialect.emit.join.payload.chat_id: expected a string, got an integer",
        ),
    ],
)
def test_a_fault_is_a_sentence_with_its_path(overrides: dict[str, Any], sentence: str) -> None:
    assert faults(overrides) == (sentence,)


def test_every_fault_at_once_and_the_default_where_there_is_one() -> None:
    dialect, found = dialects.build(
        {"cookie": {"name": 5}, "socket": {"path": "/ws", "namespace": 1}, "emit": {"jion": {}}}
    )
    assert found == (
        "dialect.cookie.name: expected a string, got an integer",
        "dialect.socket.namespace: expected a string, got an integer",
        "dialect.emit.jion: no such setting (did you mean 'join'?)",
    )
    assert (dialect.cookie, dialect.socket_path, dialect.namespace) == ("psession", "/ws", "/")


# --- templates and pointers -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("template", "filled"),
    [
        ("{chat_id}", 17),
        ("{ids}", ["1-0"]),
        ("chat {chat_id}", "chat 17"),
        ("{chat_id}/{user_id}", "17/u-4"),
        ("{chat_id}-{nobody}", "17-{nobody}"),
        ("{nobody}", MISSING),
        ("plain", "plain"),
        ({"a": "{chat_id}", "b": "{nobody}", "c": {"d": "{user_id}"}}, {"a": 17, "c": {"d": "u-4"}}),
        (["{chat_id}", "{nobody}", 5, None], [17, 5, None]),
        ({"v": 2, "on": True}, {"v": 2, "on": True}),
    ],
)
def test_a_template_is_filled(template: object, filled: object) -> None:
    assert fill(template, {"chat_id": 17, "user_id": "u-4", "ids": ["1-0"]}) == filled


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("", {"a": {"b": [1, None]}, "": 3, "a/b": 4}),
        ("/a/b/0", 1),
        ("/a/b/1", None),
        ("/", 3),
        ("/a~1b", 4),
        ("/a/b/2", MISSING),
        ("/a/x", MISSING),
        ("/x", MISSING),
        ("/a/b/x", MISSING),
        ("a", MISSING),
    ],
)
def test_a_pointer_reads(pointer: str, value: object) -> None:
    assert read({"a": {"b": [1, None]}, "": 3, "a/b": 4}, pointer) == value


@pytest.mark.parametrize("document", [None, 5, "text", True, [], MISSING, "ok"])
def test_a_pointer_into_what_has_no_members(document: object) -> None:
    assert read(document, "/ok") is MISSING


@pytest.mark.parametrize(
    ("overrides", "sentence"),
    [
        (
            {"rest": {"send": {"answer": {"id": "id"}}}},
            "dialect.rest.send.answer.id: expected a JSON pointer such as /id, got 'id'",
        ),
        (
            {"record": {"error": {"ttl": "ttl"}}},
            "dialect.record.error.ttl: expected a JSON pointer such as /ttl, got 'ttl'",
        ),
        (
            {"rest": {"ban": {"path": "/rooms/{room}/ban"}}},
            "dialect.rest.ban.path: expected a path with no name but {chat_id}, {user_id} and {code}, got {room}",
        ),
        (
            {"emit": {"join": {"ack": {"ok": "ok"}}}},
            "dialect.emit.join.ack.ok: expected a JSON pointer such as /ok, got 'ok'",
        ),
        (
            {"event": {"message_new": {"fields": {"id": "id"}}}},
            "dialect.event.message_new.fields.id: expected a JSON pointer such as /id, got 'id'",
        ),
        (
            {"rest": {"ban": {"path": "/{room}/{chat_id}/{user_id}/{a}"}}},
            "dialect.rest.ban.path: expected a path with no name but {chat_id}, {user_id} and {code}, got {a}, {room}",
        ),
        ({"rest": {"ban": {"method": "post"}}}, "dialect.rest.ban.method: expected a method such as POST, got 'post'"),
        ({"rest": {"ban": {"path": "ban"}}}, "dialect.rest.ban.path: expected a path that begins with /, got 'ban'"),
        ({"rest": {"ban": {"path": "/a?b"}}}, "dialect.rest.ban.path: expected a path that begins with /, got '/a?b'"),
        ({"socket": {"path": "ws"}}, "dialect.socket.path: expected a path that begins with /, got 'ws'"),
        (
            {"socket": {"namespace": "chat"}},
            "dialect.socket.namespace: expected a namespace that begins with /, got 'chat'",
        ),
        ({"cookie": {"name": "a b"}}, "dialect.cookie.name: expected the name of a cookie, got 'a b'"),
        ({"cookie": {"name": ""}}, "dialect.cookie.name: expected the name of a cookie, got ''"),
        ({"emit": {"join": {"event": ""}}}, "dialect.emit.join.event: expected the name of an event, got ''"),
        ({"event": {"muted": {"name": ""}}}, "dialect.event.muted.name: expected the name of an event, got ''"),
        (
            {"socket": {"transports": []}},
            "dialect.socket.transports: expected some of polling, websocket, got []",
        ),
        (
            {"socket": {"transports": ["carrier-pigeon"]}},
            "dialect.socket.transports: expected some of polling, websocket, got ['carrier-pigeon']",
        ),
    ],
)
def test_value_that_could_not_work(overrides: dict[str, object], sentence: str) -> None:
    assert faults(overrides) == (sentence,)


def test_a_path_may_name_what_a_call_is_about() -> None:
    assert faults({"rest": {"resolve": {"path": "/codes/{code}"}, "ban": {"path": "/{chat_id}/{user_id}"}}}) == ()


def test_a_body_may_have_members_of_its_own_and_transports_be_both() -> None:
    dialect, found = dialects.build(
        {"rest": {"kick": {"body": {"why": "x"}}}, "socket": {"transports": ["websocket", "polling"]}}
    )
    assert found == ()
    assert dialect.rest["kick"].body == {"user_id": "{user_id}", "why": "x"}
    assert dialect.transports == ("websocket", "polling")


def test_whole_answer_is_a_pointer_too() -> None:
    assert faults({"rest": {"history": {"answer": {"entries": ""}}}}) == ()
