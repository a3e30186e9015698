"""The report page in a browser: what folds, filters and searches; on paper, on a phone, without script, for all."""

import itertools
import json
import re
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from report.made import ATTACKS, broken_document, failed, hostile_document
from rooms.made import document

from .conftest import Opened, Page, expect

PHONE = {"viewport": {"width": 360, "height": 740}}


def shown(page: Page, selector: str) -> list[str]:
    """The ids, or the texts, of what can be seen."""
    found = page.locator(selector).filter(visible=True)
    return [one.get_attribute("id") or one.inner_text() for one in found.all()]


# --- without any script -----------------------------------------------------------------------------------------


def test_without_script_all_is_there_to_be_read(opened: Opened) -> None:
    page = opened(broken_document(), java_script_enabled=False)
    assert shown(page, "article.requirement") == [
        "SEND-MUTED",
        "SEND-NOKEY-CODE",
        "SEND-MUTED-TTL",
        "SEND-429-RETRY-AFTER",
    ]
    red = page.locator("#SEND-MUTED")
    assert red.get_by_text('200 {"id":"2-0"}').first.is_visible()
    assert red.locator("pre", has_text="psession").is_visible()
    assert red.locator("svg").first.is_visible()
    assert not page.locator("#filter").is_visible()
    folded = page.locator("#SEND-429-RETRY-AFTER details")
    assert not folded.locator("pre").is_visible()
    folded.locator("summary").click()
    assert folded.locator("pre").is_visible()


def test_from_the_top_to_the_failing_exchange_it_is_one_click(opened: Opened) -> None:
    page = opened(broken_document(), java_script_enabled=False, viewport={"width": 1200, "height": 800})
    page.locator("#broken a").first.click()
    exchange = page.locator("#SEND-MUTED .exchange")
    expect(exchange).to_be_in_viewport()
    assert "2-0" in exchange.inner_text()


# --- filters, search, folding -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("choice", "left"),
    [
        (("#outcome", "failed"), ["SEND-MUTED", "SEND-NOKEY-CODE"]),
        (("#outcome", "blocked"), ["SEND-MUTED-TTL"]),
        (("#outcome", "passed"), []),
        (("#level", "SHOULD"), ["SEND-NOKEY-CODE"]),
        (("#chapter", "mutes"), ["SEND-MUTED", "SEND-NOKEY-CODE", "SEND-MUTED-TTL", "SEND-429-RETRY-AFTER"]),
    ],
)
def test_filters(choice: tuple[str, str], left: list[str], opened: Opened) -> None:
    page = opened(broken_document())
    page.select_option(*choice)
    assert shown(page, "article.requirement") == left
    assert page.locator("#shown").inner_text() == f"{len(left)} of 4 requirements shown"
    assert len(shown(page, ".tile")) == len(left)
    page.get_by_role("button", name="Show all").click()
    page.wait_for_function("document.querySelectorAll('article.requirement:not([hidden])').length === 4")
    assert page.wrong == []


def test_a_chapter_that_has_nothing_left_is_not_shown(opened: Opened) -> None:
    page = opened(broken_document())
    assert page.get_by_role("heading", name="Could not be judged").is_visible()
    page.select_option("#outcome", "failed")
    assert not page.get_by_role("heading", name="Could not be judged").is_visible()


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("muted-ttl", ["SEND-MUTED-TTL"]),
        ("milliseconds", ["SEND-MUTED"]),
        ("MUTED-TTL says", ["SEND-MUTED-TTL"]),
        ("test_code", ["SEND-NOKEY-CODE"]),
        ("muted blocked", ["SEND-MUTED-TTL"]),
        ("nothing of the kind", []),
        ("  ", ["SEND-MUTED", "SEND-NOKEY-CODE", "SEND-MUTED-TTL", "SEND-429-RETRY-AFTER"]),
    ],
)
def test_search(words: str, left: list[str], opened: Opened) -> None:
    page = opened(broken_document())
    page.get_by_label("Search").fill(words)
    assert shown(page, "article.requirement") == left


def test_filters_and_search_go_together(opened: Opened) -> None:
    page = opened(broken_document())
    page.get_by_label("Outcome").select_option("failed")
    page.get_by_label("Search").fill("code")
    assert shown(page, "article.requirement") == ["SEND-NOKEY-CODE"]
    assert shown(page, "article.scenario h3") == ["✗ test_keys::test_code failed"]


def test_unfold_and_fold(opened: Opened) -> None:
    page = opened(broken_document())
    page.get_by_role("button", name="Unfold").click()
    assert page.locator("article.requirement > details:not([open])").count() == 0
    assert page.locator(".scenario > details.log[open]").count() > 0
    page.get_by_role("button", name="Fold", exact=True).click()
    assert page.locator("article.requirement > details[open]").count() == 0


def test_what_broke_is_open_and_its_bodies_unfold(opened: Opened) -> None:
    page = opened(broken_document())
    part = page.locator("#SEND-MUTED .part", has_text="response headers")
    assert not part.locator("pre").is_visible() if part.count() else True
    body = page.locator("#SEND-MUTED .part", has_text="request body").first
    assert body.locator("pre").is_visible()
    assert body.get_by_text("24 bytes").is_visible()
    log = page.locator("article.scenario.bad .log", has_text="Wire log").first
    log.locator("summary").first.click()
    struck = log.locator("li.struck")
    assert "broken here" in struck.inner_text()
    struck.locator(".part summary", has_text="response body").click()
    assert struck.locator("pre", has_text="2-0").is_visible()


@pytest.mark.parametrize("anchor", ["#SEND-429-RETRY-AFTER", "#SEND-MUTED-TTL"])
def test_a_link_into_the_page_unfolds_what_it_names(anchor: str, opened: Opened) -> None:
    page = opened(broken_document(), anchor)
    expect(page.locator(f"{anchor} > details[open]")).to_have_count(1)
    expect(page.locator(anchor)).to_be_in_viewport()


def test_a_link_to_what_is_filtered_away_shows_it(opened: Opened) -> None:
    page = opened(broken_document())
    page.select_option("#outcome", "blocked")
    assert not page.locator("#SEND-MUTED").is_visible()
    page.locator("#broken a").first.click()
    expect(page.locator("#SEND-MUTED")).to_be_visible()


def test_a_scenario_that_passed_unfolds_when_a_requirement_links_to_it(opened: Opened) -> None:
    page = opened(document())
    page.locator("#SEND-MUTED summary").click()
    page.locator("#SEND-MUTED ul.scenarios a").click()
    expect(page.locator("details.scenario[open]")).to_have_count(1)


def test_a_scenario_that_broke_shows_its_diagram_when_a_requirement_links_to_it(opened: Opened) -> None:
    page = opened(broken_document())
    assert page.locator("article.scenario svg").first.is_hidden()
    page.locator("#SEND-MUTED .broken a").first.click()
    diagram = page.locator("article.scenario svg").filter(visible=True)
    expect(diagram).to_have_count(1)
    assert diagram.locator(".struck .number").text_content() == "✗ 4"


def test_a_hash_that_is_nobodys_does_no_harm(opened: Opened) -> None:
    page = opened(broken_document(), "#%E0%A4%A")
    assert page.locator("#filter").is_visible()
    assert page.wrong == []


# --- on paper, on a phone, for all ------------------------------------------------------------------------------


def test_on_paper_what_broke_is_open_and_nothing_is_cut_off(opened: Opened) -> None:
    page = opened(broken_document())
    page.get_by_role("button", name="Fold", exact=True).click()
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator("#SEND-MUTED .exchange").is_visible()
    assert page.locator("#SEND-MUTED .command").first.is_visible()
    assert not page.locator("#filter").is_visible()
    assert not page.locator("nav").is_visible()
    assert page.locator(".wide").first.evaluate("one => one.scrollWidth <= one.clientWidth + 1")
    assert page.pdf().startswith(b"%PDF-")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("attack", [None, *ATTACKS[:2]])
def test_on_a_phone_no_page_is_wider_than_the_phone(scheme: str, attack: str | None, opened: Opened) -> None:
    long = "x" * 400
    found = broken_document() if attack is None else hostile_document(attack + long)
    page = opened(found, color_scheme=scheme, **PHONE)
    page.get_by_role("button", name="Unfold").click()
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def axe_of(page: Page) -> list[dict[str, Any]]:
    """What axe finds that is serious or critical. The page's policy lets no script in, so it comes from outside."""
    page.evaluate(resources.files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8"))
    results = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [one for one in results["violations"] if one["impact"] in {"serious", "critical"}]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("found", [document(), broken_document()], ids=["green", "red"])
def test_axe_finds_nothing_serious(scheme: str, found: dict[str, Any], opened: Opened) -> None:
    page = opened(found, color_scheme=scheme)
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    assert json.dumps([(one["id"], one["nodes"][:3]) for one in axe_of(page)]) == "[]"


def test_axe_would_find_something(opened: Opened) -> None:
    page = opened(broken_document())
    page.evaluate("document.documentElement.removeAttribute('lang'); document.title = ''")
    assert {one["id"] for one in axe_of(page)} == {"document-title", "html-has-lang"}


def test_headings_are_in_order_and_landmarks_there(opened: Opened) -> None:
    page = opened(broken_document())
    levels = [int(one.evaluate("one => one.tagName[1]")) for one in page.get_by_role("heading").all()]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    for role in ("banner", "main", "navigation", "search", "contentinfo"):
        assert page.get_by_role(role).count() == 1, role


def test_the_keyboard_comes_first_to_the_way_past_and_sees_where_it_is(opened: Opened) -> None:
    page = opened(broken_document())
    page.keyboard.press("Tab")
    skip = page.locator(".skip")
    assert skip.evaluate("one => document.activeElement === one")
    box = skip.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    width = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    assert width == "3px"


# --- hostile documents ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_does_nothing(attack: str, opened: Opened) -> None:
    page = opened(hostile_document(attack))
    page.get_by_role("button", name="Unfold").click()
    page.locator(".tile").first.hover()
    page.get_by_label("Search").fill(attack.encode("ascii", "ignore").decode().replace("\x00", ""))
    page.wait_for_timeout(50)
    assert page.wrong == []
    assert page.locator("h1").count() == 1
    assert page.evaluate("document.querySelectorAll('script').length") == 1
    assert page.locator("main").is_visible()


def test_the_policy_would_stop_what_got_in(opened: Opened, tmp_path: Path) -> None:
    page = opened(broken_document())
    html = (tmp_path / "page-0.html").read_text("utf-8")
    spoiled = tmp_path / "spoiled.html"
    attack = "<main><img src=x onerror=alert(1)><script>alert(2)</script><p style='color:red'>"
    spoiled.write_text(re.sub("<main[^>]*>", attack, html), "utf-8")
    page.goto(spoiled.as_uri())
    page.wait_for_timeout(50)
    assert not [one for one in page.wrong if one.startswith("dialog")]
    assert [one for one in page.wrong if "Content Security Policy" in one]


def test_an_ordinary_page_says_nothing_and_asks_for_nothing(opened: Opened) -> None:
    page = opened({**broken_document(), "scenarios": [failed()]})
    assert page.wrong == []
