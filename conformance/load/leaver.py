"""Somebody who was in a chat and left it: from then on it hears of no message, in whatever chat."""

from typing import Any

from conformance.envelope import ChatKey
from conformance.load.member import Member
from conformance.load.tally import Tally


class Outside:
    """Where a leaver is. What it hears before its leave is acknowledged, it hears rightly."""

    def __init__(self, name: str, tally: Tally) -> None:
        self._name = name
        self._tally = tally
        self.left = False

    def message_came(self, member: Member, payload: Any) -> None:  # noqa: ARG002 - whatever it says, it is one too many
        """A message, to somebody who is in no chat."""
        if self.left:
            self._tally.fault("overheard", f"a message at somebody who left {self._name}")

    def key_came(self, member: Member, epoch: int, key: ChatKey | None, why: str) -> None:
        """Nobody hands a key to it, and what no message says is not judged here."""

    def epoch_came(self, member: Member, payload: Any) -> None:
        """The rotations of the chat are none of its business."""

    def member_alive(self, member: Member) -> None:
        """Nothing is expected over its line."""

    def member_gone(self, member: Member, why: str) -> None:
        """It lost its socket, so what it would have heard nobody knows."""
        self._tally.fault("dropped", f"{why} ({member.name})")
