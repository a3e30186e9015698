"""The page as text: what it says of each kind of document, and that nothing of a document gets to be markup.

What a browser makes of it: tests/pages.
"""

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from rooms.made import document, scenario

from conformance.redact import printable
from conformance.report import page
from conformance.verdict import Outcome

from .made import ATTACKS, CODE, MUTED, TTL, blocked, broken_document, failed, hostile_document

VOID = {"meta", "link", "br", "input", "img"}


class Outline(HTMLParser):
    """What is in a page: its elements with their attributes, its ids and links, and its text without our own code."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.open: list[str] = []
        self.unbalanced: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.unbalanced.append(tag)

    def handle_data(self, data: str) -> None:
        if not {"script", "style"} & set(self.open):
            self.text.append(data)

    @property
    def words(self) -> str:
        return re.sub(r"\s+", " ", "".join(self.text))

    def values(self, attribute: str) -> list[str]:
        return [str(attributes[attribute]) for _, attributes in self.elements if attribute in attributes]


def outline(found: dict[str, Any]) -> Outline:
    return Outline(page.render(found))


def article(html: str, id_: str) -> str:
    return html.partition(f'<article id="{id_}"')[2].partition("</article>")[0]


# --- what it says ---------------------------------------------------------------------------------------------


def test_green() -> None:
    words = outline(document()).words
    assert "✓ Conformant Portal staging" in words
    assert "every MUST requirement of the level holds" in words
    assert "Broken" not in words
    assert "Could not be judged" not in words
    for fact in ("https://portal.example", "Socket.IO: https://ws.portal.example", "staging.toml", "core", "2026.11"):
        assert fact in words
    for fact in ("sha256:" + "0" * 64, "7, 5 examples", "2026-01-02T03:04:05+00:00", "12.5 s, 28 requests"):
        assert fact in words
    assert "2 passed" in words


def test_red_has_the_failing_exchange_unfolded_at_its_requirement() -> None:
    html = page.render(broken_document())
    shown = article(html, "SEND-MUTED")
    assert '<details class="red" open>' in shown
    words = Outline(shown).words
    assert "What SEND-MUTED says." in words
    assert "Source: pages send-message, mute-user" in words
    assert "the muted send is refused in test_mutes::test_muted_sender" in words
    assert re.search(r"expected\s*403\s*observed\s*200 \{\"id\":\"2-0\"\}", words)
    assert "The exchange, entry 4 of the log" in words
    assert "Spoiled content.v (defect v-absent, family v), in entry 4: from 2 to nothing" in words
    assert "portal-conformance run --requirement SEND-MUTED --seed 7 --target https://portal.example" in words
    assert "curl -sS -i --globoff --path-as-is -X POST" in words
    assert "with the cookie of sender\u2019s session in PORTAL_SESSION" in words
    opened = [attributes for tag, attributes in Outline(shown).elements if tag == "details" and "open" in attributes]
    assert len(opened) == 4, "the requirement, its request with headers and body, and the body of its answer"


def test_broken_ones_are_first_and_each_is_linked_from_the_top() -> None:
    html = page.render(broken_document())
    top = html.partition('<section id="broken"')[2].partition("</section>")[0]
    assert re.findall(r'<a href="#([A-Z-]+)">', top) == ["SEND-MUTED", "SEND-NOKEY-CODE"]
    order = re.findall(r'<article id="([A-Z0-9-]+)"', html)
    assert order == ["SEND-MUTED", "SEND-NOKEY-CODE", "SEND-MUTED-TTL", "SEND-429-RETRY-AFTER"]


def test_every_link_leads_somewhere_and_no_id_is_twice() -> None:
    found = outline(broken_document())
    ids = found.values("id")
    assert len(ids) == len(set(ids))
    links = [one.removeprefix("#") for one in found.values("href") if one.startswith("#")]
    assert len(links) > 10
    assert set(links) <= set(ids)


def test_a_ciphertext_is_explained() -> None:
    words = Outline(article(page.render(broken_document()), "SEND-MUTED")).words
    assert "CiphertextV2 in content" in words
    assert "nonce24 bytes" in words
    assert "tag16 bytes" in words
    assert "sealed20 bytes, as many as the plaintext has" in words


def test_a_scenario_is_shown_once_however_many_requirements_it_broke() -> None:
    both = failed(MUTED, "SEND-MUTED", "SEND-MUTED-TTL", "SEND-NOKEY-CODE")
    found = document(both)
    html = page.render(found)
    assert html.count("Wire log, 6 entries") == 1
    link = re.search(r'<a href="#(s\d+)"><bdi>test_mutes::test_muted_sender', html)
    assert link is not None
    assert f'<article class="scenario bad" id="{link[1]}"' in html


def test_blocked_and_unjudged() -> None:
    html = page.render(broken_document())
    words = Outline(html).words
    assert "Not judged (1)" in words
    assert "the mute was not answered" in article(html, "SEND-MUTED-TTL")
    assert "test_mutes::test_ttl blocked" in words


def test_a_suite_error_shows_its_traceback() -> None:
    error = {**blocked(), "outcome": "suite error", "details": "Traceback: the suite's own"}
    assert "Traceback: the suite&#39;s own" in page.render(document(error))


def test_a_should_that_broke_is_a_warning() -> None:
    html = page.render(document(failed(CODE, "SEND-NOKEY-CODE")))
    assert '<article id="SEND-NOKEY-CODE" class="requirement odd"' in html
    assert "Conformant" in Outline(html).words


def test_a_gate_tells_what_it_lets_pass() -> None:
    words = outline(broken_document()).words
    assert "known: SEND-MUTED until 2026-12-31 (failed): ttl counts milliseconds, PORTAL-1" in words
    assert "A known failure until 2026-12-31: ttl counts milliseconds, PORTAL-1" in words


def test_what_was_left_narrowed_and_limited_is_told() -> None:
    found = broken_document()
    found["pace"] |= {"limits_met": 3, "rate": "120/min", "waited_s": 4.25}
    words = outline(found).words
    assert "left behind/users/4 is left" in words
    assert "The run was narrowed (--requirement), so it cannot certify." in words
    assert "limits met3" in words
    assert "kept below 120/min, 4.2 s of waiting" in words


def test_a_document_without_its_end_certifies_nothing_whatever_it_says() -> None:
    cut = {name: value for name, value in document().items() if name != "end"}
    found = outline(cut)
    assert page.NOT_ENDED in found.words
    assert "▲ Inconclusive" in found.words
    assert "✓ Conformant" not in found.words


def test_a_run_that_never_began() -> None:
    found = document(obstacle="nothing answers at http://127.0.0.1:1", scenarios=[], claims={})
    found["target"] |= {"name": "", "url": "", "ws_url": "", "profile": ""}
    words = outline(found).words
    assert "Inconclusive no target" in words
    assert "nothing answers at http://127.0.0.1:1" in words
    assert "None was played." in words


def test_an_unknown_outcome_is_shown_as_it_is() -> None:
    found = document()
    found["requirements"][0]["outcome"] = "<odd>"
    assert "&lt;odd&gt;" in page.render(found)


def test_what_is_observed_stands_at_its_requirement() -> None:
    assert "a 429 names when to come back: <code>1</code>" in article(page.render(document()), "SEND-429-RETRY-AFTER")


# --- how much it is -------------------------------------------------------------------------------------------


def test_the_log_of_what_passed_has_lines_and_neither_bodies_nor_diagrams() -> None:
    passed = {**failed(MUTED), "outcome": "passed", "checks": []}
    html = page.render(document(passed))
    assert "Wire log, 6 entries, in short" in html
    assert "sender: POST /v1/portal/chats/1/messages → 200" in html
    assert "<svg" not in html
    assert "request body" not in html


def test_more_logs_than_fit_are_told_in_short(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "in short (whole in the results file)" not in page.render(broken_document())
    monkeypatch.setattr(page, "_WHOLE", 8000)
    html = page.render(broken_document())
    assert html.count("in short (whole in the results file)") == 2
    assert html.count("<b>The exchange</b>") == 2, "what broke is shown all the same"


def test_checks_that_held_in_the_same_words_are_one() -> None:
    many = {**failed(), "checks": [failed()["checks"][0]] * 40 + failed()["checks"][1:]}
    html = page.render(document(many))
    assert html.count("a valid send is accepted") == 1
    assert "a valid send is accepted (40 times)" in html


# --- attacks --------------------------------------------------------------------------------------------------


def code_of(html: str, tag: str) -> str:
    [found] = re.findall(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
    return found


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_string_of_a_document_gets_to_be_markup(attack: str) -> None:
    calm, hostile = outline(hostile_document("calm")), outline(hostile_document(attack))
    assert [tag for tag, _ in hostile.elements] == [tag for tag, _ in calm.elements]
    assert [sorted(attributes) for _, attributes in hostile.elements] == [
        sorted(attributes) for _, attributes in calm.elements
    ]
    assert hostile.unbalanced == hostile.open == []


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_control_character_is_in_a_page(attack: str) -> None:
    html = page.render(hostile_document(attack))
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", html)


@pytest.mark.parametrize("attack", [one for one in ATTACKS if printable(one) == one])
def test_a_page_holds_an_attack_as_text(attack: str, tmp_path: Path) -> None:
    page.write(hostile_document(attack), tmp_path / "page.html")
    assert attack in Outline((tmp_path / "page.html").read_text("utf-8")).words


@pytest.mark.parametrize("found", [document(), broken_document(), hostile_document(ATTACKS[2])])
def test_the_policy_names_the_hashes_of_our_own_code_and_lets_nothing_else_in(found: dict[str, Any]) -> None:
    html = page.render(found)
    [policy] = [
        str(attributes["content"])
        for tag, attributes in Outline(html).elements
        if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    rules = dict(rule.split(maxsplit=1) for rule in policy.split("; "))
    for tag in ("style", "script"):
        digest = base64.b64encode(hashlib.sha256(code_of(html, tag).encode()).digest()).decode()
        assert rules[f"{tag}-src"] == f"'sha256-{digest}'"
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    assert rules["img-src"] == "data:"
    assert html.index("Content-Security-Policy") < html.index("<style>")


def test_nothing_is_fetched_and_no_attribute_is_code() -> None:
    found = outline(broken_document())
    assert {tag for tag, _ in found.elements}.isdisjoint({"img", "iframe", "object", "embed", "base", "form action"})
    names = {name for _, attributes in found.elements for name in attributes}
    assert not [name for name in names if name.startswith("on") or name in {"style", "src", "action", "srcdoc"}]
    assert {one for one in found.values("href") if not one.startswith("#")} == {"data:,"}


def test_the_page_of_a_real_shape_is_whole() -> None:
    found = outline(json.loads(json.dumps(document(failed(), blocked(), scenario(TTL, Outcome.PASSED)))))
    assert found.unbalanced == found.open == []
