"""From files to records: what a fault says, that all are said at once, and what the digest is a digest of."""

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from conformance.catalogue.loader import load
from conformance.catalogue.records import Chapter, Level, Requirement, Tier
from conformance.errors import CatalogueFault

EDITION = """
edition = "2026.11"
chapters = ["sending", "clear"]
[pages]
send-message = "Sending a message"
clear-messages = "Clearing a chat"
"""
SENDING = """
chapter = "sending"
title = "Accepted messages"
tier = "core"

[[requirement]]
id = "SEND-ACCEPT"
level = "MUST"
pages = ["send-message"]
text = "A valid bundle is answered 200."

[[requirement]]
id = "SEND-ID-ORDER"
level = "SHOULD"
pages = ["send-message"]
text = "Ids grow."
"""
CLEAR = '''
chapter = "clear"
title = "Clearing a chat"
tier = "full"

[[requirement]]
id = "CLEAR-OK"
level = "MUST"
pages = ["clear-messages", "send-message"]
text = """
The chat owner who clears
the chat is answered 200."""
conditions = ["Where the chat\\n is public."]
feature = "clear"
unjudged = "Not yet."
'''
FILES = {"edition": EDITION, "sending": SENDING, "clear": CLEAR}

Put = Callable[..., Path]


@pytest.fixture
def put(tmp_path: Path) -> Put:
    """Write the files of a small catalogue, with those that a test changes; None leaves one out."""

    def write(**changed: str | None) -> Path:
        files: Mapping[str, str | None] = FILES | changed
        for name, text in files.items():
            if text is not None:
                (tmp_path / f"{name}.toml").write_text(text, "utf-8")
        return tmp_path

    return write


def faults(folder: Path) -> list[str]:
    with pytest.raises(CatalogueFault) as caught:
        load(folder)
    return str(caught.value).splitlines()


# --- what is read -------------------------------------------------------------------------------------------


def test_chapters_and_requirements_in_the_order_of_the_manifest(put: Put) -> None:
    catalogue = load(put())
    assert catalogue.edition == "2026.11"
    assert catalogue.chapters == (
        Chapter("sending", "Accepted messages", Tier.CORE),
        Chapter("clear", "Clearing a chat", Tier.FULL),
    )
    assert list(catalogue.requirements) == ["SEND-ACCEPT", "SEND-ID-ORDER", "CLEAR-OK"]
    assert catalogue.pages == {"send-message": "Sending a message", "clear-messages": "Clearing a chat"}


def test_a_record_has_all_that_its_file_says_unwrapped(put: Put) -> None:
    catalogue = load(put())
    assert catalogue.requirements["SEND-ACCEPT"] == Requirement(
        id="SEND-ACCEPT",
        level=Level.MUST,
        tier=Tier.CORE,
        chapter="sending",
        pages=("send-message",),
        text="A valid bundle is answered 200.",
        conditions=(),
        feature="",
        unjudged="",
    )
    assert catalogue.requirements["CLEAR-OK"] == Requirement(
        id="CLEAR-OK",
        level=Level.MUST,
        tier=Tier.FULL,
        chapter="clear",
        pages=("clear-messages", "send-message"),
        text="The chat owner who clears the chat is answered 200.",
        conditions=("Where the chat is public.",),
        feature="clear",
        unjudged="Not yet.",
    )


def test_the_packaged_catalogue_is_read_once() -> None:
    assert load() is load()
    assert "SEND-ACCEPT" in load().requirements


def test_nobody_changes_a_catalogue(put: Put) -> None:
    catalogue = load(put())
    with pytest.raises(TypeError):
        del catalogue.requirements["CLEAR-OK"]  # type: ignore[attr-defined]
    with pytest.raises(AttributeError):
        catalogue.edition = "1970.01"  # type: ignore[misc]


# --- what is wrong with a chapter ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("was", "becomes", "fault"),
    [
        ('title = "Accepted messages"', "", "title: missing"),
        ('tier = "core"', 'tier = "extra"', 'tier: expected one of "core", "full", got the string "extra"'),
        (
            'tier = "core"',
            'tier = "core"\ntiel = 1',
            "tiel: unknown member (did you mean 'tier'?)",
        ),
        ('id = "SEND-ACCEPT"', "", "requirement[0].id: missing"),
        (
            '"SEND-ACCEPT"',
            '"send-accept"',
            (
                "requirement[0].id: expected a string that matches ^[A-Z0-9]+(-[A-Z0-9]+)*$, "
                'got the string "send-accept"'
            ),
        ),
        (
            'level = "SHOULD"',
            'level = "MAY"',
            'requirement[1].level: expected one of "MUST", "SHOULD", "INFO", got the string "MAY"',
        ),
        (
            'text = "Ids grow."',
            'text = "Ids grow."\nfeature = "reactions"',
            (
                'requirement[1].feature: expected one of "history", "deletion", "clear", "kick", "keys", '
                '"hard_mute", "private_chats", "hidden_history", "moderators", got the string "reactions"'
            ),
        ),
        (
            'text = "Ids grow."',
            'text = "Ids grow."\nseverity = "high"',
            (
                "requirement[1].severity: unknown member "
                "(there are: conditions, feature, id, level, pages, text, unjudged)"
            ),
        ),
        (
            'text = "Ids grow."',
            'text = ""',
            'requirement[1].text: expected a text that is not blank, got the string ""',
        ),
        (
            'text = "Ids grow."',
            'text = " \\n"',
            'requirement[1].text: expected a text that is not blank, got the string " \\n"',
        ),
        (
            'text = "Ids grow."',
            'text = "Ids grow."\nunjudged = ""',
            'requirement[1].unjudged: expected a text that is not blank, got the string ""',
        ),
        ('text = "Ids grow."', "", "requirement[1].text: missing"),
        (
            'text = "Ids grow."',
            'text = "Ids grow."\nconditions = "When they do."',
            'requirement[1].conditions: expected an array, got the string "When they do."',
        ),
        ('pages = ["send-message"]', "pages = []", "requirement[0].pages: expected at least 1 item, got 0"),
        (
            '["send-message"]',
            '["send-mesage"]',
            ("requirement[0].pages[0]: edition.toml knows no page 'send-mesage' (did you mean 'send-message'?)"),
        ),
        ('["send-message"]', '["x"]', "requirement[0].pages[0]: edition.toml knows no page 'x'"),
        (
            'chapter = "sending"',
            'chapter = "sent"',
            "chapter: expected 'sending', as the file is called, got 'sent'",
        ),
        (
            "SEND-ID-ORDER",
            "SEND-ACCEPT",
            "requirement[1].id: SEND-ACCEPT is already the id of sending.toml: requirement[0]",
        ),
        (
            "SEND-ID-ORDER",
            "CLEAR-OK",
            "requirement[1].id: CLEAR-OK is already the id of clear.toml: requirement[0]",
        ),
        (
            'title = "Accepted messages"',
            "title = Accepted",
            "is not valid TOML (Invalid value (at line 3, column 9))",
        ),
    ],
)
def test_a_fault_of_a_chapter_is_a_sentence_with_its_path(put: Put, was: str, becomes: str, fault: str) -> None:
    assert was in SENDING
    assert faults(put(sending=SENDING.replace(was, becomes, 1))) == [f"sending.toml: {fault}"]


def test_a_file_that_is_not_utf_8(put: Put) -> None:
    folder = put()
    (folder / "sending.toml").write_bytes(b'chapter = "\xff"')
    (fault,) = faults(folder)
    assert fault.startswith("sending.toml: is not valid TOML ('utf-8' codec can't decode byte 0xff")


# --- what is wrong with the manifest ------------------------------------------------------------------------


def test_a_listed_chapter_without_a_file(put: Put) -> None:
    assert faults(put(clear=None)) == ["edition.toml: chapters[1]: there is no file clear.toml"]


def test_a_file_that_is_not_listed(put: Put) -> None:
    (fault,) = faults(put(mutes=CLEAR.replace('"clear"', '"mutes"', 1).replace("CLEAR-OK", "MUTE-OK")))
    assert fault == "edition.toml: chapters: mutes.toml is not listed"


def test_a_chapter_listed_twice(put: Put) -> None:
    (fault,) = faults(put(edition=EDITION.replace('["sending", "clear"]', '["clear", "clear"]')))
    assert fault == 'edition.toml: chapters: expected items that all differ, got the array ["clear", "clear"]'


def test_no_manifest(put: Put) -> None:
    assert faults(put(edition=None)) == ["edition.toml: cannot be read (No such file or directory)"]


def test_an_empty_manifest(put: Put) -> None:
    assert faults(put(edition="")) == [
        "edition.toml: chapters: missing",
        "edition.toml: edition: missing",
        "edition.toml: pages: missing",
    ]


def test_a_page_without_a_title(put: Put) -> None:
    assert faults(put(edition=EDITION.replace('"Clearing a chat"', '""'))) == [
        'edition.toml: pages.clear-messages: expected a text that is not blank, got the string ""'
    ]


def test_all_faults_of_all_files_are_said_at_once(put: Put) -> None:
    folder = put(
        edition=EDITION.replace('"clear"]', '"clear", "kick"]'),
        sending=SENDING.replace("MUST", "MAY").replace('title = "Accepted messages"', ""),
        clear=CLEAR.replace("clear-messages", "clear-message").replace('chapter = "clear"', 'chapter = "clean"'),
        mutes="?",
    )
    assert faults(folder) == [
        "mutes.toml: is not valid TOML (Invalid statement (at line 1, column 1))",
        'sending.toml: requirement[0].level: expected one of "MUST", "SHOULD", "INFO", got the string "MAY"',
        "sending.toml: title: missing",
        "edition.toml: chapters[2]: there is no file kick.toml",
        "edition.toml: chapters: mutes.toml is not listed",
        (
            "clear.toml: requirement[0].pages[0]: edition.toml knows no page 'clear-message' "
            "(did you mean 'clear-messages'?)"
        ),
        "clear.toml: chapter: expected 'clear', as the file is called, got 'clean'",
    ]


# --- the digest ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "same",
    [
        {"sending": "# A comment.\n" + SENDING.replace("\n\n", "\n\n\n")},
        {"sending": SENDING.replace('"A valid bundle is answered 200."', '"""\nA valid bundle\n  is answered 200."""')},
        {"sending": SENDING.replace('id = "SEND-ACCEPT"\nlevel = "MUST"', 'level = "MUST"\nid = "SEND-ACCEPT"')},
        {"edition": EDITION.replace('["sending", "clear"]', '["clear", "sending"]')},
        {
            "sending": "[[requirement]]".join(
                [(parts := SENDING.split("[[requirement]]"))[0], parts[2], "\n" + parts[1]]
            )
        },
    ],
    ids=[
        "comments and empty lines",
        "wrapping",
        "order of keys",
        "order of chapters",
        "order of requirements",
    ],
)
def test_the_digest_does_not_see_how_a_file_is_laid_out(put: Put, same: dict[str, str]) -> None:
    before = load(put())
    after = load(put(**same))
    assert dict(after.requirements) == dict(before.requirements)
    assert after.digest == before.digest


@pytest.mark.parametrize(
    ("name", "was", "becomes"),
    [
        ("sending", "answered 200", "answered 201"),
        ("sending", "SEND-ACCEPT", "SEND-TAKEN"),
        ("sending", '"SHOULD"', '"MUST"'),
        ("sending", 'tier = "core"', 'tier = "full"'),
        ("clear", '"clear-messages", ', ""),
        ("clear", "is public", "is private"),
        ("clear", 'feature = "clear"', ""),
        ("clear", "Not yet.", "Never."),
    ],
)
def test_the_digest_sees_every_word_of_a_record(put: Put, name: str, was: str, becomes: str) -> None:
    before = load(put())
    assert was in FILES[name]
    assert load(put(**{name: FILES[name].replace(was, becomes)})).digest != before.digest


def test_the_digest_is_over_canonical_json_of_the_records_by_id(put: Put) -> None:
    records = (
        '[{"chapter":"clear","conditions":["Where the chat is public."],"feature":"clear","id":"CLEAR-OK",'
        '"level":"MUST","pages":["clear-messages","send-message"],'
        '"text":"The chat owner who clears the chat is answered 200.","tier":"full","unjudged":"Not yet."},'
        '{"chapter":"sending","conditions":[],"feature":"","id":"SEND-ACCEPT","level":"MUST",'
        '"pages":["send-message"],"text":"A valid bundle is answered 200.","tier":"core","unjudged":""},'
        '{"chapter":"sending","conditions":[],"feature":"","id":"SEND-ID-ORDER","level":"SHOULD",'
        '"pages":["send-message"],"text":"Ids \\u2265 before.","tier":"core","unjudged":""}]'
    )
    digest = load(put(sending=SENDING.replace("Ids grow.", "Ids \u2265 before."))).digest
    assert digest == "sha256:" + hashlib.sha256(records.encode("ascii")).hexdigest()
