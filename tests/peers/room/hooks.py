"""What Schemathesis cannot make up: sessions, chats and bundles that are there. Loaded by Schemathesis alone.

Generous on purpose: every request that is valid by the document becomes one that the server can carry out, from a
sender who stands in one of all ways that there are; and what is malformed goes where it would be let in, if it were.
"""

import base64
import json
import os
import random
from collections import Counter
from pathlib import Path
from typing import Any

import schemathesis
from schemathesis import GenerationMode
from schemathesis.generation.meta import TestPhase

STAGE: dict[str, Any] = json.loads(Path(os.environ["PORTAL_STAGE"]).read_text("utf-8"))
SESSION = STAGE["session"]
READY = STAGE["ready"]
STANDINGS = STAGE["standings"]
# What is asked of chats whose state nobody changes: all else goes to chats of its own.
QUIETLY = frozenset({"send", "history"})
PROTECTED = frozenset(str(one["chat"]) for one in STANDINGS)
KNOWN = PROTECTED | {str(one) for one in STAGE["chats"]}
_BYTES = (40, 41, 42, 60, 120, 400)

_turns: Counter[str] = Counter()


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    name = str(case.operation.definition.raw.get("operationId"))
    if name not in QUIETLY and str(case.path_parameters.get("chat_id")) in PROTECTED:
        case.path_parameters["chat_id"] = STAGE["chats"][0]  # ids of answers come back as what is asked for
    if case.meta is None:
        return
    _turns[name] += 1
    if case.meta.generation.mode is GenerationMode.POSITIVE:
        _use_what_is_there(name, case, _turns[name])
    else:
        _aim(name, case)


def _aim(name: str, case: Any) -> None:
    """Let what is malformed be so in the one way that was meant: all the rest of the request is right."""
    wrong = {str(part.value) for part, one in case.meta.components.items() if one.mode is GenerationMode.NEGATIVE}
    if "chat_id" in case.path_parameters and not wrong & {"path", "path_parameters"}:
        case.path_parameters["chat_id"] = READY["chat"] if name in QUIETLY else STAGE["chats"][0]
    if "body" not in wrong:
        _fill(name, case, READY["epoch"], turn=0)


def _use_what_is_there(name: str, case: Any, turn: int) -> None:
    standing = STANDINGS[turn // 2 % len(STANDINGS)] if name in QUIETLY else {"epoch": READY["epoch"]}
    chat_id = str(case.path_parameters.get("chat_id"))
    if case.meta.phase.name is TestPhase.STATEFUL and chat_id in KNOWN:
        # It follows on an answer: where that led is where it goes.
        _fill(name, case, READY["epoch"], turn)
        return
    # Each second one is asked by whom it is granted, or what an answer looks like would be seen too seldom.
    if turn % 2:
        standing = {**READY, "session": SESSION}
    if "chat_id" in case.path_parameters:
        case.path_parameters["chat_id"] = standing["chat"] if name in QUIETLY else _chat(turn)
    if name in QUIETLY and case.cookies.get("psession") == SESSION:
        case.cookies["psession"] = standing["session"]
    elif turn % 5 == 0 and case.cookies.get("psession") == SESSION:
        case.cookies["psession"] = STAGE["plain_session"]
    _fill(name, case, standing["epoch"], turn)


def _fill(name: str, case: Any, epoch: int, turn: int) -> None:
    if not isinstance(case.body, dict):
        return
    if name == "send":
        case.body["content"] = _bundle(epoch, len(str(case.body.get("content", ""))), turn)
    if "user_id" in case.body:
        case.body["user_id"] = STAGE["targets"][turn % len(STAGE["targets"])]
    if name == "delete" and turn % 2 and STAGE["messages"]:
        case.body["ids"] = [STAGE["messages"].pop()]


def _bundle(epoch: int, length: int, turn: int) -> str:
    """A valid bundle: as long as what was generated, where that is possible, and spelled in several ways."""
    chance = random.Random(turn)
    number = _BYTES[turn % len(_BYTES)]
    empty = len(json.dumps({"v": 2, "epoch": epoch, "ct": ""}))
    if length - empty >= 4 * number:
        number = (length - empty) // 4 * 3
    members = [("v", 2), ("epoch", epoch), ("ct", base64.b64encode(chance.randbytes(number)).decode())]
    chance.shuffle(members)
    text = json.dumps(dict(members), separators=(",", ":") if turn % 3 == 1 else None)
    return text[:-1] + " " * max(0, length - len(text)) + "}"


def _chat(turn: int) -> int:
    return int(STAGE["chats"][turn % len(STAGE["chats"])])
