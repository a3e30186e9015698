"""The self-audit: a file that shows a secret, in any form and any format, does not stay."""

import base64
import html
import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from conformance.redact import Secrets
from conformance.report.audit import audit, mask_anew

SECRET = 'S3cret-of "quotes" & <angles>/+?'
RAW = SECRET.encode()

SHOWING: dict[str, tuple[str, Callable[[], str]]] = {
    "as it is": ("junit.xml", lambda: f"<a>{SECRET}</a>"),
    "escaped for XML": ("junit.xml", lambda: f'<a b="{html.escape(SECRET)}"/>'),
    "escaped for HTML by numbers": ("report.html", lambda: "".join(f"&#{ord(one)};" for one in SECRET)),
    "a string of JSON": ("results.json", lambda: json.dumps({"a": [SECRET]})),
    "a name of JSON": ("results.json", lambda: json.dumps({"a": {SECRET: 1}})),
    "letters of JSON by numbers": (
        "results.json",
        lambda: '["' + "".join(f"\\u{ord(one):04x}" for one in SECRET) + '"]',
    ),
    "JSON within JSON": ("results.json", lambda: json.dumps(json.dumps({"a": SECRET}))),
    "indented JSON": ("results.json", lambda: json.dumps({"a": {"b": [1, {"c": SECRET}]}}, indent=1)),
    "JSON whose lines are no values": (
        "results.json",
        lambda: '{"a":\n"' + "".join(f"\\u{ord(one):04x}" for one in SECRET) + '"}',
    ),
    "a line of a journal": ("results.jsonl", lambda: "{}\n" + json.dumps({"a": SECRET}) + "\n"),
    "a journal that was cut off": ("results.jsonl", lambda: json.dumps({"a": SECRET})[:-2]),
    "base64": ("x.txt", lambda: base64.b64encode(RAW).decode()),
    "base64 behind one letter": ("x.txt", lambda: base64.b64encode(b":" + RAW + b":").decode()),
    "base64 behind two letters": ("x.txt", lambda: base64.urlsafe_b64encode(b"u:" + RAW + b"::").decode()),
    "hexadecimal": ("x.txt", lambda: f"0x{RAW.hex()}0a"),
    "HEXADECIMAL": ("x.txt", lambda: RAW.hex().upper()),
}


@pytest.mark.parametrize("name", SHOWING)
def test_what_shows_a_secret_is_deleted_and_said(tmp_path: Path, name: str) -> None:
    file, text = SHOWING[name]
    path = tmp_path / file
    path.write_text(text(), "utf-8")
    assert audit([path, path], Secrets([SECRET])) == [
        f"{file} showed a secret of this run and was deleted: suite; please report it"
    ]
    assert not path.exists()


# Where markup hides a secret from the mask, or JSON is cut off, the audit that follows has the last word.
@pytest.mark.parametrize("name", [name for name, (file, _) in SHOWING.items() if file.endswith(("son", "txt"))])
def test_what_another_process_knew_is_masked(tmp_path: Path, name: str) -> None:
    file, text = SHOWING[name]
    path = tmp_path / file
    path.write_text(text(), "utf-8")
    mask_anew([path], Secrets([SECRET]))
    assert "[masked]" in path.read_text("utf-8")
    assert audit([path], Secrets([SECRET])) == []


def test_the_lines_of_a_journal_stay_lines(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    path.write_text('{"a": 1}\n' + json.dumps({"b": SECRET}) + "\n", "utf-8")
    mask_anew([path], Secrets([SECRET]))
    assert [json.loads(line) for line in path.read_text("utf-8").splitlines()] == [{"a": 1}, {"b": "[masked]"}]


def test_what_shows_none_stays_as_it_is(tmp_path: Path) -> None:
    texts = {"a.json": '{"a": "[masked]"}', "b.html": "&lt;b&gt;", "c.jsonl": "{cut", "d.txt": SECRET[:-1]}
    for name, text in texts.items():
        tmp_path.joinpath(name).write_text(text, "utf-8")
    files = [*tmp_path.iterdir(), tmp_path / "missing.json"]
    assert audit(files, Secrets([SECRET])) == []
    mask_anew(files, Secrets([SECRET]))
    assert {path.name: path.read_text("utf-8") for path in tmp_path.iterdir()} == texts


def test_many_secrets_are_looked_for_at_once(tmp_path: Path) -> None:
    sessions = [f"session-of-{sha256(bytes([number % 256, number // 256])).hexdigest()}" for number in range(3000)]
    path = tmp_path / "results.json"
    path.write_text(json.dumps(["nothing in here"] * 200_000 + sessions[-1:]), "utf-8")
    assert len(audit([path], Secrets(sessions))) == 1
