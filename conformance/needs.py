"""What each scenario needs and costs: whom and what it is lent, its requests, and how long it takes.

The table is data, measured on the reference server by `python tests/needs/measure.py`; a test holds it against what
the scenarios do today. By it a run knows beforehand what it will cost, and a profile what it lacks.
"""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Need:
    """One scenario.

    ``lent`` is what it asks its lease for, in order. ``requests`` are those of each user, by the order in which they
    are lent, and ``messages`` those of them that are messages; ``provisioning`` is asked of whoever lends. ``seconds``
    is how long it takes on a target that answers at once; where it is played ``side_by_side`` with others, most of that
    is waiting. Those on the ``bench`` have its two users in common. A ``thorough`` one is left out by an economical
    run. ``effects`` is what it does to users and chats.
    """

    lent: tuple[str, ...]
    requests: tuple[int, ...]
    messages: tuple[int, ...]
    provisioning: int
    seconds: float
    bench: bool = False
    side_by_side: bool = False
    thorough: bool = False
    effects: tuple[str, ...] = ()

    def asks_for(self, absent: Collection[str]) -> bool:
        """Whether it asks its lease for what a profile declares absent, so that it is not applicable."""
        words = [call.split() for call in self.lent]
        staff = any(one[0] == "user" and one[1] != "0" for one in words)
        private = any(one[0] == "chat" and one[1] == "private" for one in words)
        hidden = any(one[0] == "chat" and one[2] == "hidden" for one in words)
        asked = {"moderators": staff, "private_chats": private, "hidden_history": hidden}
        return any(asks for feature, asks in asked.items() if feature in absent)

    @property
    def users(self) -> int:
        """How many users it is lent."""
        return sum(call.startswith("user ") for call in self.lent)

    @property
    def chats(self) -> int:
        """How many chats it is lent."""
        return sum(call.startswith("chat ") for call in self.lent)


@cache
def load() -> Mapping[str, Need]:
    """The needs of every scenario, by its name."""
    text = resources.files("conformance").joinpath("needs.toml").read_text("utf-8")
    return {name: _need(table) for name, table in tomllib.loads(text).items()}


def _need(table: Mapping[str, object]) -> Need:
    return Need(**{name: tuple(value) if isinstance(value, list) else value for name, value in table.items()})  # type: ignore[arg-type]
