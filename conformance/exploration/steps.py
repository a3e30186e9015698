"""Steps and stories as plain data: made by chance, shrunk, written down, read back.

A step speaks of people and of relations ("a stale epoch", "the newest message of"), never of ids, so it means the
same on every target, and still means something when a step in front of it is taken away.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from conformance.errors import UsageFault

FORMAT = "portal-conformance-story/1"

CAST: Mapping[str, str] = {
    "owner": "owner", "alice": "alice", "alice2": "alice", "bob": "bob", "eve": "eve", "mod": "mod", "admin": "admin",
}  # fmt: skip
"""Sessions, and whose they are. Owner, alice and bob are in each chat from the beginning."""
LEVELS: Mapping[str, int] = {"mod": 1, "admin": 2}
PLAIN = ("alice", "bob", "eve")
INSIDE = ("owner", "alice", "bob")
HERE, THERE = "here", "there"
Setting = Literal["public", "private", "hidden"]
SETTINGS: Mapping[Setting, str] = {"public": "", "private": "private_chats", "hidden": "hidden_history"}
"""What kind of chat a story plays in, and what a target has to have for it."""
SENDS = ("valid", "stale", "oldest", "future", "text-cut-short", "v-1", "content-object", "epoch-null", "ct-empty")
HOWS = (*SENDS, "", "for good", "for ten minutes", "a new", "the same", "1", "2", "3")
VERBS: Mapping[str, str] = {
    "send": "{actor} sends {how}",
    "join": "{actor} joins",
    "leave": "{actor} leaves",
    "reconnect": "{actor} loses its connection and connects again",
    "share": "owner hands {target} the key",
    "register": "{actor} registers {how} public key",
    "mute": "{actor} mutes {target} {how}",
    "unmute": "{actor} unmutes {target}",
    "ban": "{actor} bans {target} {how}",
    "unban": "{actor} unbans {target}",
    "kick": "{actor} kicks {target}",
    "hard_mute": "{actor} mutes {target} everywhere",
    "clear": "{actor} clears the chat, and the new key goes to all but {target}",
    "delete": "{actor} deletes the newest message of {target}",
    "delete_last": "{actor} deletes the newest {how}",
    "delete_mine": "{actor} deletes its own messages",
    "read": "{actor} reads the history",
    "give": "{target} is made a member",
    "take": "{target} loses its membership",
}
FEATURES: Mapping[str, str] = {
    "clear": "clear", "kick": "kick", "delete": "deletion", "delete_last": "deletion", "delete_mine": "deletion",
    "read": "history", "hard_mute": "hard_mute",
}  # fmt: skip
"""What a target has to have for a verb."""


@dataclass(frozen=True, slots=True)
class Step:
    """One action: who does what, in which of the two chats, to whom, and how."""

    actor: str
    verb: str
    target: str = ""
    how: str = ""
    chat: str = HERE

    def told(self) -> str:
        """The step in words."""
        said = VERBS[self.verb].format(actor=self.actor, target=self.target or "nobody", how=self.how).rstrip()
        return said if self.chat == HERE else f"{said}, in the other chat"


@dataclass(frozen=True, slots=True)
class Story:
    """Steps in a setting: an ordinary public chat, a private one, or one whose history is hidden."""

    setting: Setting
    steps: tuple[Step, ...]

    def written(self, **more: object) -> str:
        """The story as JSON, with whatever else is to be said of it."""
        steps = [{name: value for name, value in asdict(step).items() if value} for step in self.steps]
        return json.dumps({"format": FORMAT, "setting": self.setting, "steps": steps, **more}, indent=1) + "\n"


def read_story(path: Path) -> Story:
    """The story written at ``path``; raises `UsageFault` where there is none."""
    try:
        document = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise UsageFault(f"--replay {path}: cannot be read ({error.strerror})") from None
    except ValueError:
        raise UsageFault(f"--replay {path}: expected a story as JSON") from None
    return _story(document, f"--replay {path}")


def _story(document: Any, where: str) -> Story:
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise UsageFault(f"{where}: expected a story of the format {FORMAT!r}")
    if document.get("setting") not in SETTINGS:
        raise UsageFault(f"{where}: setting: expected public, private or hidden, got {document.get('setting')!r}")
    steps = document.get("steps")
    if not isinstance(steps, list):
        raise UsageFault(f"{where}: steps: expected an array")
    return Story(document["setting"], tuple(_step(step, f"{where}: steps[{at}]") for at, step in enumerate(steps)))


def _step(written: Any, where: str) -> Step:
    names = {"actor": CAST, "verb": VERBS, "target": {**CAST, "": ""}, "how": HOWS, "chat": (HERE, THERE)}
    if not isinstance(written, dict) or not set(written) <= set(names):
        raise UsageFault(f"{where}: expected an object of actor, verb, target, how and chat")
    step = Step(**{"actor": "", "verb": "", **{name: str(value) for name, value in written.items()}})
    for name, known in names.items():
        if getattr(step, name) not in known:
            raise UsageFault(f"{where}.{name}: there is no {getattr(step, name)!r}")
    return step
