"""What a target lent and has not got back yet, and the file that remembers it when a run is killed.

A line a thing made and a line a thing given back: ids, never a secret. Each line is one write to a file that is only
ever appended to, so the lines of several processes lie beside one another, and what was written outlives its writer.
"""

import json
import os
import re
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

FILE = "borrowed.jsonl"
# What is deleted by what a file says has to be of the kinds that are made.
_PATH = re.compile(r"/(?:users|chats)/[^/?#\s]+")


class Borrowed:
    """What the target at ``url`` lent, noted in ``file`` where there is one. Safe to share among threads."""

    def __init__(self, url: str = "", file: Path | None = None) -> None:
        self._target = _without_credentials(url)
        self._file = file
        self._lock = threading.Lock()
        self._lent: set[str] = set()
        self._handle: int | None = None

    def made(self, path: str) -> bool:
        """Note what was made; False where the target lent it already."""
        with self._lock:
            fresh = path not in self._lent
            self._lent.add(path)
        if fresh:
            self._write("made", path)
        return fresh

    def returning(self, path: str) -> None:
        """It is about to be given back: as soon as it is, the target may give its id to something new."""
        with self._lock:
            self._lent.discard(path)

    def gone(self, path: str) -> None:
        """Note that it was given back."""
        self._write("gone", path)

    def _write(self, what: str, path: str) -> None:
        if self._file is None:
            return
        line = json.dumps({"target": self._target, what: path}) + "\n"
        with self._lock:
            if self._handle is None:
                self._file.parent.mkdir(parents=True, exist_ok=True)
                self._handle = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            os.write(self._handle, line.encode())

    # --- before and after a run ---------------------------------------------------------------------------------

    def left_behind(self) -> Sequence[str]:
        """What earlier runs noted of this target and did not give back, the oldest first."""
        return [path for target, path in self._noted() if target == self._target]

    def tidy(self) -> None:
        """Keep of the file what is still lent, and no file where that is nothing. Nobody may be writing to it."""
        self.close()
        if self._file is None or not self._file.exists():
            return
        kept = [json.dumps({"target": target, "made": path}) + "\n" for target, path in self._noted()]
        if kept:
            part = self._file.with_name(f".{self._file.name}-{os.getpid()}")
            part.write_text("".join(kept), "utf-8")
            part.replace(self._file)
        else:
            self._file.unlink()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._handle is not None:
                os.close(self._handle)
                self._handle = None

    def _noted(self) -> list[tuple[str, str]]:
        noted: Counter[tuple[str, str]] = Counter()
        for line in self._lines():
            for what, number in (("made", 1), ("gone", -1)):
                if isinstance(path := line.get(what), str) and _PATH.fullmatch(path):
                    noted[str(line.get("target")), path] += number
        return [one for one, number in noted.items() if number > 0]

    def _lines(self) -> Iterator[dict[str, Any]]:
        try:
            text = self._file.read_text("utf-8", "replace") if self._file is not None else ""
        except OSError:
            return
        for line in text.splitlines():
            try:
                value = json.loads(line)
            except (ValueError, RecursionError):
                # Cut by whatever ended the run that wrote it.
                continue
            if isinstance(value, dict):
                yield value


def _without_credentials(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl().rstrip("/")
