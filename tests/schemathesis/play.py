"""Let Schemathesis ask the reference server all that schemas/openapi.json speaks of, and judge the answers by it.

Schemathesis lives in an environment of its own: beside the suite it would change how Hypothesis prints. So this script
runs where the suite is installed, and is told where Schemathesis is:

    python tests/schemathesis/play.py PATH-OF-SCHEMATHESIS [its options…]
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from reference import actors  # noqa: E402

from conformance import schemas  # noqa: E402

PLENTY = {"messages": 1_000_000, "window_s": 1}


@contextlib.contextmanager
def server(environment: dict[str, str]) -> Iterator[str]:
    """A reference server of its own, once it answers; it ends with its standard input."""
    command = [sys.executable, "-m", "conformance.reference", "--port", "0", "--exit-with-stdin"]
    command += ["--bot-api-key-env", "PORTAL_BOT_KEY"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield str(json.loads(process.stdout.readline())["url"])
    finally:
        process.stdin.close()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            raise


def stage(world: actors.World) -> tuple[str, dict[str, Any]]:
    """The session that asks, and what is there for it to ask about."""
    owner, plain = world.user(3), world.user()
    quiet = world.chat(owner)
    world.ready(quiet, owner, plain)
    for path in (f"/chats/{quiet}/limit", f"/users/{owner.user_id}/limit"):
        assert world.control("PUT", path, PLENTY).status_code == 204
    assert owner.post_chat(quiet, "mute", {"user_id": plain.user_id, "duration": 600}).status_code == 200
    chats = [world.chat(owner, visibility=kind) for kind in ("public", "private", "official")]
    bot = {"X-API-Key": actors.BOT_KEY}
    steps = [{"platform": "telegram", "platform_user_id": f"{number}"} for number in range(60)]
    codes = [world.http.post("/v1/authentication/bot/send-code", headers=bot, json=step) for step in steps]
    return owner.secret, {
        "plain_session": plain.secret,
        "quiet_chat": quiet,
        "chats": chats,
        "short_lived_chats": [world.chat(owner) for _ in range(60)],
        "targets": [world.user().user_id for _ in range(5)],
        "bundle": actors.bundle(),
        "invitation": owner.post_chat(chats[0], "invites").json()["code"],
        "login_codes": [answer.json()["code"] for answer in codes],
    }


def document(folder: Path) -> Path:
    """The document with its schemas, where the opaque ids are what they are on this target: integers."""
    copied = Path(shutil.copytree(schemas.folder(), folder / "schemas"))
    parts = copied / "parts.json"
    read = json.loads(parts.read_text("utf-8"))
    read["$defs"]["opaque-id"] = {"type": "integer", "minimum": 1, "maximum": 10**12}
    parts.write_text(json.dumps(read), "utf-8")
    return copied / "openapi.json"


def unreached(described: Path, answers: dict[str, dict[str, int]]) -> list[str]:
    """What a clean run did not show: operations that were never carried out, or never without a session."""
    named = [each["operationId"] for path in operations(described) for each in path.values() if "responses" in each]
    statuses = {name: {int(status) for status in answers.get(name, {})} for name in named}
    return [name for name, seen in statuses.items() if not ({401} <= seen and any(one < 300 for one in seen))]


def operations(described: Path) -> list[dict[str, Any]]:
    paths = json.loads(described.read_text("utf-8"))["paths"].values()
    return [{key: each for key, each in path.items() if isinstance(each, dict)} for path in paths]


def main(schemathesis: str, *options: str) -> int:
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder, environment = Path(name), {**os.environ, "PORTAL_CONTROL_TOKEN": actors.CONTROL_TOKEN}
        environment["PORTAL_BOT_KEY"] = actors.BOT_KEY
        url = stack.enter_context(server(environment))
        world = stack.enter_context(contextlib.closing(actors.World(url, url, actors.Clock())))
        session, there = stage(world)
        (folder / "stage.json").write_text(json.dumps(there), "utf-8")
        environment |= {"PORTAL_SESSION": session, "PORTAL_STAGE": str(folder / "stage.json")}
        environment |= {"PORTAL_ANSWERS": str(folder / "answers.json"), "PORTAL_HOOKS": str(HERE / "hooks.py")}
        described = document(folder)
        command = [
            str(Path(schemathesis).absolute()),
            "--config-file",
            str(HERE / "schemathesis.toml"),
            "run",
            str(described),
        ]
        status = subprocess.run([*command, "--url", url, *options], env=environment, cwd=folder, check=False).returncode
        answers = json.loads((folder / "answers.json").read_text("utf-8"))
        for operation, seen in sorted(answers.items()):
            print(f"{operation:14}", ", ".join(f"{code}: {count}" for code, count in sorted(seen.items())))
        missed = unreached(described, answers)
        print(f"unreached: {missed}" if missed else "every operation was carried out, and refused without a session")
        return status or bool(missed)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
