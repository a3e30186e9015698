"""The self-audit: what a run wrote is searched for every secret that it used; what shows one does not stay.

Entries are masked when they are made. This net is for what was forgotten there: a way into an artefact that nobody
thought of, or a form in which a target gave a secret back.
"""

import contextlib
import html
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from conformance.redact import Secrets, strings_of

_MARKUP = frozenset({".html", ".xml", ".svg"})
_JSON = frozenset({".json", ".jsonl", ".har"})


def audit(files: Iterable[Path], secrets: Secrets) -> list[str]:
    """Delete the files which show a secret, and give a sentence for each of them. Raises `OSError`."""
    found = []
    for path in dict.fromkeys(files):
        if path.is_file() and any(secrets.shown_in(view) for view in _views(path)):
            path.unlink()
            found.append(f"{path.name} showed a secret of this run and was deleted: suite; please report it")
    return found


def mask_anew(files: Iterable[Path], secrets: Secrets) -> None:
    """Mask in ``files`` what their writers could not know for a secret: another process had it. Raises `OSError`."""
    for path in dict.fromkeys(files):
        if path.is_file() and any(secrets.shown_in(view) for view in _views(path)):
            text = path.read_text("utf-8", "replace")
            path.write_text(_masked(path, text, secrets), "utf-8")


def _masked(path: Path, text: str, secrets: Secrets) -> str:
    if path.suffix not in _JSON:
        return secrets.mask(text)
    masked = [json.dumps(secrets.mask_json(value), ensure_ascii=False) for value in _values(path, text)]
    return "".join(f"{one}\n" for one in masked) or secrets.mask(text)


def _views(path: Path) -> Iterator[str]:
    """The text of a file as it stands, and as a reader of its format has it."""
    if path.suffix in _JSON:
        yield from _views_of_json(path)
        return
    text = path.read_text("utf-8", "replace")
    yield text
    if path.suffix in _MARKUP:
        yield html.unescape(text)


def _views_of_json(path: Path) -> Iterator[str]:
    """Line by line, as results are written: a text of megabytes and all of its values would take ten times as much."""
    whole = False
    with path.open(encoding="utf-8", errors="replace", newline="\n") as file:
        for line in file:
            yield line
            value = _value_on(line)
            whole = whole or value is None
            yield "\0".join(strings_of(value))
    if whole:
        for value in _values(path, path.read_text("utf-8", "replace")):
            yield "\0".join(strings_of(value))


def _value_on(line: str) -> Any:
    """The value or the member that is written on a line; None where there is a string on it that cannot be read so."""
    bare = line.strip().rstrip(",")
    if '"' not in bare:
        return ""
    for text in (bare, f"{{{bare}}}", f"{{{bare}]}}", f"{{{bare}}}}}"):
        with contextlib.suppress(ValueError, RecursionError):
            return json.loads(text)
    return None


def _values(path: Path, text: str) -> Iterator[Any]:
    for part in text.split("\n") if path.suffix == ".jsonl" else [text]:
        try:
            yield json.loads(part)
        except (ValueError, RecursionError):
            continue  # cut off or not JSON at all: its text was looked at
