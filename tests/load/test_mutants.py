"""Servers that break a clause: each is found under load, for the right reason; servers that only differ stay green."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from conformance.reference.chosen import chosen
from conformance.reference.decisions import Decisions
from conformance.reference.hub import Socket
from conformance.reference.mutants.rare import OneEventInTenThousandIsLost
from conformance.reference.records import Message, Room

from .made import load, server

BROKEN = {
    # lost, doubled, told to others
    "fifth-message-is-not-told": {"SEND-BROADCAST"},
    "sender-is-told-twice": {"SEND-BROADCAST"},
    "everybody-connected-is-told": {"SEND-BROADCAST-SCOPE"},
    "leavers-still-hear": {"SEND-BROADCAST-SCOPE"},
    # ids and contents
    "event-has-an-id-of-its-own": {"SEND-BROADCAST-ID"},
    "last-byte-is-not-told": {"SEND-BROADCAST-CT"},
    "id-is-hexadecimal": {"SEND-ID-SHAPE"},
    "id-is-the-second": {"SEND-ID-UNIQUE"},
    # refused, and heard all the same
    "refused-is-told": {"SEND-REFUSED-SILENT"},
    "future-is-heard-though-refused": {"SEND-REFUSED-SILENT"},
    # accepted though wrong
    "newer-epochs-accepted": {"SEND-EPOCH-FUTURE"},
    "last-epoch-tolerated": {"SEND-EPOCH-STALE", "RACE-CLEAR"},
    # limits
    "chat-limit-not-kept": {"SEND-429-CHAT"},
    "chat-limit-one-less": {"SEND-429-CHAT"},
    "global-limit-never-opens-again": {"SEND-429-GLOBAL"},
    "chat-closed-by-one-senders-limit": {"SEND-429-SCOPE"},
    # rotations
    "clear-keeps-the-epoch": {"CLEAR-ROTATES"},
    "clear-tells-the-others-the-epoch": {"CLEAR-ROTATES", "EPOCH-MONOTONE"},
}


@pytest.mark.parametrize("mutant", BROKEN)
def test_a_broken_clause_is_found(tmp_path: Path, mutant: str) -> None:
    with server(chosen(mutant)) as url:
        # A limit has to be met, waited out, and met again.
        loaded = load(tmp_path, target=url, duration=6 if "limit" in mutant else 3)
    assert (loaded.status, loaded.red) == (1, BROKEN[mutant])


def test_ids_that_fall_are_a_warning(tmp_path: Path) -> None:
    with server(chosen("ids-fall")) as url:
        loaded = load(tmp_path, target=url)
    assert (loaded.status, loaded.red, loaded.results["verdict"]) == (0, {"SEND-ID-ORDER"}, "conformant")


def test_one_event_lost_in_ten_thousand_is_found(tmp_path: Path) -> None:
    """With the one member who missed it, of more than ten thousand events."""
    mutant = OneEventInTenThousandIsLost()
    with server(mutant) as url:
        loaded = load(tmp_path, target=url, users=80, chats=2, duration=6, rate=1, rotate=0)
    assert (loaded.status, loaded.red) == (1, {"SEND-BROADCAST"})
    assert loaded.results["counts"]["heard"] >= 10_000 - 1
    assert loaded.results["counts"]["lost"] == mutant.events // mutant.one_in


class FirstAfterASilenceIsLost(Decisions):
    """What is said after the first silence of a second is not told to the last one who listens."""

    def __init__(self) -> None:
        super().__init__()
        self._said_at = float("inf")
        self._lost = False

    def receivers_of(self, message: Message, room: Room, listeners: Sequence[Socket], now: float) -> list[str]:
        loses = now - self._said_at > 1 and not self._lost
        self._said_at, self._lost = now, self._lost or loses
        told = super().receivers_of(message, room, listeners, now)
        return told[:-1] if loses else told


def test_the_last_word_is_missed_by_whoever_hears_one_more(tmp_path: Path) -> None:
    """Nobody speaks for a while but the owner at the very end: to a line that stands, that may be lost as well."""
    with server(FirstAfterASilenceIsLost()) as url:
        loaded = load(tmp_path, target=url, users=2, chats=1, duration=2, rate=0.001, rotate=0)
    assert (loaded.status, loaded.red, loaded.results["counts"]["lost"]) == (1, {"SEND-BROADCAST"}, 1)


@pytest.mark.parametrize(
    "variants",
    [
        ["late-events", "refilling-buckets", "bare-ciphertexts-in-events"],
        ["messages-in-any-order", "every-attempt-counts", "clear-rotates-twice"],
        ["first-join-rotates", "text-ids", "retry-after-as-a-date", "bundle-objects-in-events"],
        ["leaving-rotates", "windows-by-the-clock", "connections-closed", "epochs-from-zero"],
    ],
    ids=lambda names: names[0],
)
def test_a_server_that_only_differs_is_conformant(tmp_path: Path, variants: list[str]) -> None:
    with server(chosen(None, variants)) as url:
        loaded = load(tmp_path, target=url, duration=6, rate=1.5)
    assert (loaded.status, loaded.red, loaded.with_outcome("blocked")) == (0, set(), set())
