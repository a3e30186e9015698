"""Which mutants REST can show, and what of the document has to do with them."""

from matrix import made

from conformance.catalogue import loader
from conformance.catalogue.records import Level, Tier
from conformance.reference.decisions import Decisions
from conformance.reference.lies import Mutant
from conformance.reference.mutants.index import mutants
from peers import clauses, contract
from peers.clauses import Clause, Shows

TABLE = clauses.read()


def test_every_graded_requirement_is_in_the_table_and_nothing_else() -> None:
    graded = [one.id for one in loader.load().requirements.values() if one.level is not Level.INFO]
    assert sorted(TABLE) == sorted(graded)


def test_every_operation_is_one_of_the_document_and_only_an_event_takes_none() -> None:
    named = {operation for one in TABLE.values() for operation in one.asks}
    assert named <= contract.operations().keys()
    assert {name for name, one in TABLE.items() if not one.asks} == {
        name for name, one in TABLE.items() if one.shows is Shows.EVENT
    }


def test_every_operation_that_some_clause_is_about_is_asked() -> None:
    provisioning = {"create_chat", "destroy_chat", "invite", "resolve", "bot_code", "verify"}
    assert {
        operation for one in TABLE.values() for operation in one.asks
    } == contract.operations().keys() - provisioning


def test_a_mutant_takes_the_least_that_any_of_what_it_breaks_takes() -> None:
    table = {
        "SEND-BROADCAST": Clause(Shows.EVENT),
        "SEND-MUTED": Clause(Shows.KNOWLEDGE, ("send", "mute")),
        "SEND-MUTED-TTL": Clause(Shows.DOCUMENT, ("send",)),
        "SEND-DISTINCT": Clause(Shows.STORY, ("history",)),
    }
    liars = [
        made.mutant("deaf", "SEND-BROADCAST"),
        made.mutant("teller", "SEND-BROADCAST", "SEND-DISTINCT"),
        made.mutant("mixed", "SEND-DISTINCT", "SEND-MUTED-TTL", "SEND-MUTED"),
    ]
    assert [(one.mutant.name, one.shows, one.asks) for one in clauses.visible(liars, table)] == [
        ("teller", Shows.STORY, ("history",)),
        ("mixed", Shows.DOCUMENT, ("history", "mute", "send")),
    ]


def test_a_mutant_of_the_stories_is_left_to_the_exploration() -> None:
    told = Mutant("told", "It lies.", Decisions, ("SEND-MUTED",), told=True)
    core, full = made.mutant("core", "SEND-MUTED"), made.mutant("full", "BAN-OK")
    assert clauses.of_tier([told, core, full], loader.load(), Tier.FULL) == [core, full]
    assert clauses.of_tier([told, core, full], loader.load(), Tier.CORE) == [core]


def test_most_of_the_mutants_can_be_seen_and_some_cannot() -> None:
    core = clauses.of_tier(mutants(), loader.load(), Tier.CORE)
    assert len(core) // 2 < len(clauses.visible(core, TABLE)) < len(core)
