"""`portal-conformance load`: many virtual members at once, held to the same clauses, by Locust."""

import importlib.util
import json
import sys
from typing import Any

import click

from conformance import run as runs
from conformance.commands.judging import obey
from conformance.errors import UsageFault
from conformance.limits import USUAL_CHAT, USUAL_EVERYWHERE
from conformance.load.plan import Plan
from conformance.profile import Profile
from conformance.run import DEFAULT_SEED

# A sender without the control API keeps well below the limits that it has.
_OF_LIMIT = 0.5


@click.command(context_settings={"show_default": True})
@click.option("--users", metavar="N", type=click.IntRange(2), default=20, help="So many members.")
@click.option("--chats", metavar="M", type=click.IntRange(1), default=2, help="They are spread over so many chats.")
@click.option("--duration", metavar="S", type=click.FloatRange(1), default=60.0, help="Seconds, once all are there.")
@click.option(
    "--spawn-rate", metavar="N", type=click.FloatRange(0.1), default=20.0, help="Members a second who come in."
)
@click.option("--rate", metavar="N", type=click.FloatRange(0.001), default=0.5, help="Messages a second of a member.")
@click.option(
    "--rotate", metavar="S", type=click.FloatRange(0), default=60.0, help="Each chat rotates so often; 0 never."
)
@click.option("--target", metavar="URL", help="Base URL of the server; default: the embedded reference server.")
@click.option("--ws-target", metavar="URL", help="Base URL of its Socket.IO, where that is another.")
@click.option("--profile", metavar="FILE", help="Target profile (TOML).")
@click.option("--seed", metavar="N", type=int, default=DEFAULT_SEED, help="Seed of who says what, and when.")
@click.option("--report-dir", metavar="DIR", default="reports", help="Where load.json is written.")
@click.option("--allow-production", is_flag=True, help="Load the public production service, as its owner agreed.")
@click.option("--master", is_flag=True, help="Spread the members over workers, and judge by all of them.")
@click.option(
    "--workers", metavar="N", type=click.IntRange(1), default=1, help="Of a master: wait for so many workers."
)
@click.option("--master-bind-host", metavar="HOST", default="127.0.0.1", help="Of a master: where it listens.")
@click.option("--worker", is_flag=True, help="Carry members for a master, which says how many.")
@click.option("--master-host", metavar="HOST", default="127.0.0.1", help="Of a worker: where its master is.")
@click.option("--master-port", metavar="PORT", type=click.IntRange(1, 65535), default=5557, help="Of both.")
def command(
    *,
    users: int,
    chats: int,
    duration: float,
    spawn_rate: float,
    rate: float,
    rotate: float,
    seed: int,
    master: bool,
    workers: int,
    master_bind_host: str,
    worker: bool,
    master_host: str,
    master_port: int,
    **target: Any,
) -> int:
    """Load a server with members who send, hear and share keys, and judge what has to hold meanwhile."""
    if importlib.util.find_spec("locust") is None:
        raise UsageFault("load needs Locust: pip install 'portal-conformance[load]'")
    options = runs.options(**target)
    plan = Plan(users, chats, duration, spawn_rate, rate, seed, rotate, workers=workers if master else 1)
    _check(plan, options.profile, embedded=options.embedded, master=master, worker=worker)
    wishes = {
        "options": target,
        "plan": plan.as_json(),
        "master": {"host": master_bind_host, "port": master_port} if master else None,
        "worker": {"host": master_host, "port": master_port} if worker else None,
    }
    return obey([sys.executable, "-P", "-m", "conformance.load", json.dumps(wishes)])


def _check(plan: Plan, profile: Profile, *, embedded: bool, master: bool, worker: bool) -> None:
    """Raise `UsageFault` where these wishes make no sense together."""
    if master and worker:
        raise UsageFault("--master and --worker contradict each other: each is a process of its own")
    if worker:
        return
    plan.check()
    if master and embedded:
        raise UsageFault("--master: needs --target; the embedded server lends its members to one process alone")
    if "websocket" not in profile.dialect.transports:
        raise UsageFault("--profile: its transports leave out websocket, and a load goes by that alone")
    if profile.provision.driver == "accounts":
        _check_rate(plan, profile)


def _check_rate(plan: Plan, profile: Profile) -> None:
    """The limits of accounts that exist cannot be lifted, so everybody keeps below them."""
    limits = (profile.limits.chat or USUAL_CHAT, profile.limits.everywhere or USUAL_EVERYWHERE)
    most = _OF_LIMIT * min(limit.messages / limit.window_s for limit in limits)
    if plan.rate > most:
        raise UsageFault(f"--rate {plan.rate:g}: these accounts have message limits: ask for at most {most:g}")
