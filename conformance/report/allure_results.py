"""Allure results, where `--alluredir` asks for them: labels by requirement, level and chapter, and the wire log.

Loaded only then. Each scenario is labelled before it is torn down, while Allure still has it open.
"""

import json
from dataclasses import asdict

import allure
import pytest

from conformance.catalogue.records import Catalogue, Level
from conformance.judge import RUN, claimed
from conformance.recording import PLAYED, RECORD, Played
from conformance.wire import plain


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Label the scenario, and attach its checks and its wire log."""
    record = item.stash[RECORD]
    allure.dynamic.title(record.name)
    allure.dynamic.feature(record.chapter)
    _label(item.config.stash[RUN].options.catalogue, claimed(item))
    played = item.stash.get(PLAYED, None)
    if played is not None:
        _attach(played)


def _label(catalogue: Catalogue, ids: tuple[str, ...]) -> None:
    levels = {catalogue.requirements[one].level for one in ids}
    for one in ids:
        allure.dynamic.label("requirement", one)
        allure.dynamic.tag(one)
    for level in sorted(levels):
        allure.dynamic.label("level", level.value)
    must = allure.severity_level.CRITICAL if Level.MUST in levels else allure.severity_level.NORMAL
    allure.dynamic.severity(must)


def _attach(played: Played) -> None:
    # Entries and checks were masked when they were made.
    wire = [plain(entry) for entry in played.wire.entries[played.since :]]
    checks = [asdict(check) for check in played.expect.checks]
    for name, content in (("checks", checks), ("wire log", wire)):
        text = json.dumps(content, ensure_ascii=False, indent=1)
        allure.attach(text, name=name, attachment_type=allure.attachment_type.JSON)
