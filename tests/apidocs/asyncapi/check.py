"""Have the AsyncAPI initiative's parser validate schemas/asyncapi.json, and show that it would find a fault.

    python tests/apidocs/asyncapi/check.py FOLDER       # where the parser is, or is to be, installed

Needs node and npm. Without them it says so and does nothing, but in CI, where it fails.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from conformance import schemas

HERE = Path(__file__).parent
Document = dict[str, Any]


def install(npm: str, folder: Path) -> None:
    """The parser, of the version that package.json names; its packages run no scripts of theirs."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "check.mjs"):
        shutil.copy(HERE / name, folder)
    quiet = ["--ignore-scripts", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run([npm, "install", *quiet], cwd=folder, check=True)


def validate(node: str, folder: Path, document: Path) -> tuple[bool, str]:
    """Whether the document is valid, and what the parser said."""
    command = [node, str(folder / "check.mjs"), str(document)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    return ran.returncode == 0, ran.stdout + ran.stderr


def without_action(document: Document) -> None:
    """An operation that is neither sent nor received."""
    del document["operations"]["join"]["action"]


def dangling(document: Document) -> None:
    """A payload that is not there."""
    document["components"]["messages"]["join"]["payload"] = {"$ref": "room-jion.json"}


def foreign_message(document: Document) -> None:
    """An operation with a message that its channel does not have."""
    document["operations"]["join"]["messages"] = [{"$ref": "#/components/messages/join"}]


SPOILED: tuple[Callable[[Document], None], ...] = (without_action, dangling, foreign_message)


def faults(node: str, folder: Path) -> list[str]:
    """What is wrong with the document, or with its validation."""
    valid, said = validate(node, folder, schemas.folder() / "asyncapi.json")
    found = [] if valid else [f"schemas/asyncapi.json is not valid:\n{said}"]
    with tempfile.TemporaryDirectory() as name:
        copied = Path(shutil.copytree(schemas.folder(), Path(name) / "schemas")) / "asyncapi.json"
        for spoil in SPOILED:
            document = json.loads((schemas.folder() / "asyncapi.json").read_text("utf-8"))
            spoil(document)
            copied.write_text(json.dumps(document), "utf-8")
            valid, said = validate(node, folder, copied)
            found += [f"not found by the parser: {spoil.__doc__}\n{said}"] if valid else []
    return found


def main(folder: str) -> int:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        print("NOT VALIDATED: schemas/asyncapi.json needs node and npm, and they are not installed")
        return 1 if os.environ.get("CI") else 0
    install(npm, Path(folder).resolve())
    found = faults(node, Path(folder).resolve())
    print("\n".join(found) or f"schemas/asyncapi.json is valid, and {len(SPOILED)} spoiled ones are not")
    return len(found)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
