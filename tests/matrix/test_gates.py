from collections import Counter

import pytest

from conformance.catalogue import loader
from conformance.catalogue.records import Level
from conformance.reference.lies import Mutant, Variant, combined
from conformance.reference.mutants.index import mutants
from conformance.reference.variants.index import variants

CATALOGUE = loader.load()
GRADED = {one.id for one in CATALOGUE.requirements.values() if one.level is not Level.INFO}


def by_name(one: Mutant | Variant) -> str:
    return one.name


def test_there_are_as_many_as_the_issue_asks_for() -> None:
    assert len(mutants()) >= 250
    assert len(variants()) >= 60


@pytest.mark.parametrize("requirement", sorted(GRADED))
def test_every_graded_requirement_has_two_mutants(requirement: str) -> None:
    assert len([one.name for one in mutants() if requirement in one.breaks]) >= 2


@pytest.mark.parametrize("mutant", mutants(), ids=by_name)
def test_a_mutant_tells_a_lie_about_known_requirements(mutant: Mutant) -> None:
    assert mutant.lie
    assert mutant.breaks
    assert set(mutant.breaks) <= GRADED
    assert len(set(mutant.breaks)) == len(mutant.breaks)


@pytest.mark.parametrize("mutant", [one for one in mutants() if one.hidden_by], ids=by_name)
def test_what_hides_a_lie_is_a_known_variant_and_has_a_reason(mutant: Mutant) -> None:
    assert set(mutant.hidden_by) <= {one.name for one in variants()}
    assert all(reason.strip() for reason in mutant.hidden_by.values())


@pytest.mark.parametrize("mutant", [one for one in mutants() if one.collateral], ids=by_name)
def test_collateral_is_of_known_requirements_and_has_a_reason(mutant: Mutant) -> None:
    assert set(mutant.collateral) <= GRADED - set(mutant.breaks)
    assert all(reason.strip() for reason in mutant.collateral.values())


@pytest.mark.parametrize("variant", variants(), ids=by_name)
def test_a_variant_says_what_it_takes_the_freedom_to_do_and_with_whom_it_does_not_go(variant: Variant) -> None:
    assert variant.freedom
    assert variant.apart <= {one.name for one in variants()} - {variant.name}


def test_no_name_is_given_twice() -> None:
    names = Counter(one.name for one in (*mutants(), *variants()))
    assert [name for name, times in names.items() if times > 1] == []


@pytest.mark.parametrize("one", [*mutants(), *variants()], ids=by_name)
def test_it_makes_a_server(one: Mutant | Variant) -> None:
    assert combined([one.decisions])
