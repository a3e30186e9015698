"""The command: its line of readiness, its ports, its end."""

import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
import redis

from conformance.reference.__main__ import main
from conformance.reference.embedded import serving
from conformance.reference.settings import Settings, is_loopback

from .actors import BOT_KEY, CONTROL_TOKEN, Clock, World
from .conftest import REAL_REDIS

COMMAND = [sys.executable, "-m", "conformance.reference"]


@contextmanager
def started(*options: str, **variables: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """The command, once it is ready, and what it said."""
    process = subprocess.Popen(
        [*COMMAND, *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | variables,
    )
    try:
        assert process.stdout is not None
        assert select.select([process.stdout], [], [], 10)[0], "it never got ready"
        yield process, json.loads(process.stdout.readline())
    finally:
        process.kill()
        process.communicate()


def test_it_says_where_it_answers_and_ends_on_sigterm() -> None:
    with started(PORTAL_CONTROL_TOKEN=CONTROL_TOKEN) as (process, ready):
        assert ready["event"] == "ready"
        assert ready["url"] == ready["ws_url"]
        assert ready["url"].startswith("http://127.0.0.1:")
        world = World(ready["url"], ready["ws_url"], Clock())
        alice = world.user()
        chat = world.chat()
        world.ready(chat, alice)
        alice.sent(chat)
        process.send_signal(signal.SIGTERM)
        assert alice.socket.closed.wait(5)
        out, errors = process.communicate(timeout=10)
        world.close()
    assert (process.returncode, out, errors) == (0, "", "")


def test_it_ends_on_sigint_without_a_word() -> None:
    with started() as (process, _):
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=10) == ("", "")
    assert process.returncode == 0


def test_it_ends_with_its_standard_input() -> None:
    with started("--exit-with-stdin", "--ws-port", "0", "--control-token", CONTROL_TOKEN) as (process, ready):
        world = World(ready["url"], ready["ws_url"], Clock())
        alice = world.user()
        chat = world.chat()
        world.ready(chat, alice)
        assert process.communicate("ignored", timeout=10) == ("", "")
        world.close()
    assert process.returncode == 0


def test_without_a_token_there_is_no_control_api() -> None:
    with started(PORTAL_CONTROL_TOKEN="") as (_, ready):
        assert httpx.get(ready["url"] + "/_conformance/v1/").status_code == 404


def test_the_bots_key_comes_from_a_variable() -> None:
    who = {"platform": "tests", "platform_user_id": "one"}
    with started("--bot-api-key-env", "SOME_KEY", SOME_KEY=BOT_KEY) as (_, ready):
        path = f"{ready['url']}/v1/authentication/bot/send-code"
        assert httpx.post(path, json=who, headers={"X-API-Key": BOT_KEY}).status_code == 200
        assert httpx.post(path, json=who, headers={"X-API-Key": ""}).status_code == 401


def test_without_a_bots_key_none_is_right() -> None:
    who = {"platform": "tests", "platform_user_id": "one"}
    with serving() as ready:
        for key in ("", "None"):
            path = f"{ready.url}/v1/authentication/bot/send-code"
            assert httpx.post(path, json=who, headers={"X-API-Key": key}).status_code == 401


def test_two_ports_share_one_state_and_nothing_else() -> None:
    with serving(Settings(ws_port=0, control_token=CONTROL_TOKEN)) as ready:
        assert ready.url != ready.ws_url
        world = World(ready.url, ready.ws_url, Clock())
        alice = world.user()
        chat = world.chat()
        world.ready(chat, alice)
        alice.socket.wait("message:new", id=alice.sent(chat))
        handshake = "/socket.io/?EIO=4&transport=polling"
        assert httpx.get(ready.url + handshake).status_code == 404
        assert httpx.get(ready.ws_url + handshake).status_code == 200
        answer = httpx.post(f"{ready.ws_url}/v1/portal/chats/{chat}/messages")
        assert (answer.status_code, set(answer.json())) == (404, {"error", "correlation_id"})
        world.close()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "example.org", "", "127.0.0.1.example.org"])  # noqa: S104
def test_only_loopback_is_served(host: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert not is_loopback(host)
    assert main(["--host", host]) == 4
    out, errors = capsys.readouterr()
    assert out == ""
    assert errors == f"error: {host} is not a loopback address; this server lends out accounts\n"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.10", "::1", "localhost"])
def test_loopback_is(host: str) -> None:
    assert is_loopback(host)


def test_a_port_in_use_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert main(["--port", "0", "--ws-port", port]) == 4
    assert capsys.readouterr().err.startswith(f"error: port {port} of 127.0.0.1 cannot be used: ")
    assert main(["--port", "70000"]) == 4


@pytest.mark.parametrize("url", ["redis://:secret-word@127.0.0.1:1/0", "nonsense://secret-word"])
def test_a_redis_that_is_not_there_is_one_sentence(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--redis-url", url]) == 4
    errors = capsys.readouterr().err
    assert errors.startswith("error: the Redis ")
    assert errors.count("\n") == 1
    assert "secret-word" not in errors


def test_settings_keep_their_secrets() -> None:
    settings = Settings(control_token="first-secret", bot_api_key="second-secret", redis_url="redis://:third@x")
    for secret in ("first", "second", "third"):
        assert secret not in repr(settings)


@pytest.mark.redis
@pytest.mark.skipif(REAL_REDIS is None, reason="PORTAL_TEST_REDIS_URL names no Redis")
def test_servers_share_a_redis_and_leave_it_as_it_was() -> None:
    assert REAL_REDIS is not None
    settings = Settings(control_token=CONTROL_TOKEN, redis_url=REAL_REDIS)
    with redis.Redis.from_url(REAL_REDIS) as client:
        before = set(client.scan_iter())
        with serving(settings) as one, serving(settings) as other:
            worlds = [World(ready.url, ready.ws_url, Clock()) for ready in (one, other)]
            alice, _ = (world.user() for world in worlds)
            assert worlds[0].chat() == worlds[1].chat()
            assert alice.send(1001).status_code == 403
            assert set(client.scan_iter()) > before
            for world in worlds:
                world.close()
        assert set(client.scan_iter()) == before
