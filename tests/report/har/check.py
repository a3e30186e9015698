"""Have the schemas of HAR 1.2 validate the HAR of a run, and show that they would find a fault.

    python tests/report/har/check.py FOLDER       # where the schemas are, or are to be, installed

Needs npm. Without it, it says so and does nothing, but in CI, where it fails.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT6

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1]))

from report import made  # noqa: E402

from conformance.report import har  # noqa: E402

Archive = dict[str, Any]


def install(npm: str, folder: Path) -> Path:
    """The schemas, of the version that package.json names; where they are."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(HERE / "package.json", folder)
    quiet = ["--ignore-scripts", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run([npm, "install", *quiet], cwd=folder, check=True)
    return folder / "node_modules" / "har-schema" / "lib"


def validator(folder: Path) -> jsonschema.Draft6Validator:
    """The validator of a whole archive, with every format that there is."""
    documents = [json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))]
    resources = [(one["$id"], Resource(contents=one, specification=DRAFT6)) for one in documents]
    registry: Registry[Any] = Registry().with_resources(resources)
    return jsonschema.Draft6Validator(
        {"$ref": "har.json#"}, registry=registry, format_checker=jsonschema.FormatChecker()
    )


def without_a_version(archive: Archive) -> None:
    """A log that does not say which HAR it is."""
    del archive["log"]["version"]


def without_timings(archive: Archive) -> None:
    """An entry that does not say what took how long."""
    del archive["log"]["entries"][0]["timings"]


def with_a_word_for_a_status(archive: Archive) -> None:
    """A status that is none."""
    archive["log"]["entries"][0]["response"]["status"] = "OK"


def with_no_date(archive: Archive) -> None:
    """An entry that began at no time."""
    archive["log"]["entries"][0]["startedDateTime"] = "yesterday"


SPOILED: tuple[Callable[[Archive], None], ...] = (
    without_a_version,
    without_timings,
    with_a_word_for_a_status,
    with_no_date,
)


def faults(schemas: Path) -> list[str]:
    """What is wrong with the archives, or with their validation."""
    checker = validator(schemas)
    found = [
        f"{name}: {error.json_path}: {error.message}"
        for name, document in (("a run", made.broken_document()), ("a hostile run", made.hostile_document("\x00<a>")))
        for error in checker.iter_errors(har.archive(document))
    ]
    for spoil in SPOILED:
        archive = json.loads(json.dumps(har.archive(made.broken_document())))
        spoil(archive)
        found += [f"not found by the schemas: {spoil.__doc__}"] if checker.is_valid(archive) else []
    return found


def main(folder: str) -> int:
    npm = shutil.which("npm")
    if npm is None:
        print("NOT VALIDATED: the HAR of a run needs npm, and it is not installed")
        return 1 if os.environ.get("CI") else 0
    found = faults(install(npm, Path(folder).resolve()))
    print("\n".join(found) or f"the HAR of a run is valid, and {len(SPOILED)} spoiled ones are not")
    return len(found)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
