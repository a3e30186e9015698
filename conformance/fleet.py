"""A fleet: targets that are judged side by side, each as a run of its own. TOML to frozen records."""

import json
import shlex
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance import schemas, toml
from conformance.errors import FleetFault


@dataclass(frozen=True, slots=True)
class Member:
    """One target of a fleet; ``profile`` is a path as the working folder has it. Empty is what the file leaves out."""

    name: str
    url: str = ""
    ws_url: str = ""
    profile: str = ""

    def options(self) -> list[str]:
        """The options of a run that judges it."""
        given = {"--target": self.url, "--ws-target": self.ws_url, "--profile": self.profile}
        return [f"{option}={value}" for option, value in given.items() if value]


def load(path: Path) -> tuple[Member, ...]:
    """The targets that the TOML file at ``path`` names, in its order; raises `FleetFault` with all that is wrong."""
    document = toml.read(path, FleetFault)
    faults = [*schemas.faults("fleet", document), *_doubled(document.get("target"))]
    if faults:
        raise FleetFault(str(path), faults)
    return tuple(_member(one, path.parent) for one in document["target"])


def _member(one: Mapping[str, str], folder: Path) -> Member:
    profile = str(folder / one["profile"]) if "profile" in one else ""
    return Member(one["name"], one.get("url", ""), one.get("ws_url", ""), profile)


def _doubled(targets: object) -> Iterator[str]:
    """Two of one name would write into one folder."""
    names = [one.get("name") for one in targets if isinstance(one, dict)] if isinstance(targets, list) else []
    for name, times in Counter(name for name in names if isinstance(name, str)).items():
        if times > 1:
            yield f"target: {times} are called {name!r}: give each a name of its own"


def github_matrix(members: Sequence[Member]) -> str:
    """The fleet as the value of a job's ``strategy.matrix``, through ``fromJSON``."""
    include = [
        {"name": one.name, "target": one.url, "ws-target": one.ws_url, "profile": one.profile} for one in members
    ]
    return json.dumps({"include": include}, ensure_ascii=False)


def gitlab_pipeline(members: Sequence[Member], options: Sequence[str]) -> str:
    """The fleet as a child pipeline, one job a target; JSON is YAML."""
    return json.dumps({f"portal-{one.name}": _gitlab_job(one, options) for one in members}, indent=1)


def _gitlab_job(one: Member, options: Sequence[str]) -> dict[str, Any]:
    command = ["portal-conformance", "run", *one.options(), *options, f"--report-dir=reports/{one.name}"]
    return {
        "image": "python:3.12",
        "script": ["pip install portal-conformance", shlex.join(command)],
        "artifacts": {
            "when": "always",
            "paths": [f"reports/{one.name}"],
            "reports": {"junit": f"reports/{one.name}/junit.xml"},
        },
    }
