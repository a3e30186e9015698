"""What a scenario may ask for: a stage of its own, its checks, and the bench on which malformed values are tried."""

from collections.abc import Iterator

import pytest

from conformance.bench import Bench, BenchHolder
from conformance.errors import SuiteFault
from conformance.expect import Expect
from conformance.exploration.playing import Troupe
from conformance.judge import RUN
from conformance.recording import BESIDE, PLAYED, Played
from conformance.run import Options
from conformance.stage import Stage, Theatre


@pytest.fixture(scope="session")
def theatre(pytestconfig: pytest.Config) -> Theatre:
    """The way to the target."""
    built = pytestconfig.stash[RUN].theatre
    if built is None:
        raise SuiteFault("a scenario runs, but no target was reached")
    return built


@pytest.fixture(scope="session")
def options(pytestconfig: pytest.Config) -> Options:
    """What the user asked for: the number of examples, the seed."""
    return pytestconfig.stash[RUN].options


@pytest.fixture
def stage(request: pytest.FixtureRequest, theatre: Theatre) -> Iterator[Stage]:
    """A stage of its own, given back when the scenario is over."""
    item = request.node
    if theatre.driver.scarce:
        # The bench keeps two users for itself, who may be needed here.
        request.getfixturevalue("benches").discard_for_a_while()
    stage = request.config.stash[BESIDE].stage_of(item) or theatre.stage()
    played = item.stash[PLAYED] = Played(stage.link.wire, stage.expect, reconcile=stage.reconcile)
    yield stage
    stage.close(clean=played.passed)
    played.leftovers = stage.leftovers


@pytest.fixture
def troupe(request: pytest.FixtureRequest, stage: Stage) -> Iterator[Troupe]:
    """Actors for many stories; of the wire log the last story is kept."""
    troupe = Troupe(stage)
    yield troupe
    request.node.stash[PLAYED].since = troupe.since


@pytest.fixture(scope="session")
def benches(theatre: Theatre, pytestconfig: pytest.Config) -> Iterator[BenchHolder]:
    """The bench of this process, replaced when a scenario left it other than it was."""
    holder = BenchHolder(theatre)
    yield holder
    pytestconfig.stash[RUN].leftovers += holder.discard()


@pytest.fixture
def bench(request: pytest.FixtureRequest, benches: BenchHolder, theatre: Theatre) -> Iterator[Bench]:
    """The bench, with the checks of this scenario alone."""
    benches.next_case()
    wire = benches.stage.link.wire
    expect = Expect(theatre.secrets)
    played = request.node.stash[PLAYED] = Played(wire, expect, since=len(wire.entries), before=wire.requests)
    room = benches.room()
    room.expect = expect
    bench = Bench(room, expect)
    yield bench
    played.spoiled = bench.spoiled
    if not played.passed:
        played.leftovers = benches.discard()


@pytest.fixture
def expect(request: pytest.FixtureRequest) -> Expect:
    """The checks of the scenario."""
    on: Bench | Stage = request.getfixturevalue("bench" if "bench" in request.fixturenames else "stage")
    return on.expect
