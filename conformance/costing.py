"""A run's plan, from its options: which scenarios, at what cost, on whose chats."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from conformance import needs
from conformance.limits import USUAL_CHAT, USUAL_EVERYWHERE
from conformance.needs import Need
from conformance.planning import Plan, Terms, plan
from conformance.provision.crew import Company
from conformance.run import Options
from conformance.scenarios.index import functions_judging

_MINUTE_S = 60
_LASTING = frozenset({"ban", "mute", "kick", "clear", "hard-mute", "delete", "delete-last", "delete-mine"})


def needed(options: Options) -> Mapping[str, Need]:
    """The needs of the scenarios that a run of these options plays, by their names."""
    functions = set(functions_judging(options.selected))
    return {
        name: need
        for name, need in needs.load().items()
        if name.partition("[")[0] in functions
        and not (need.thorough and options.economy)
        and not need.asks_for(options.profile.absent)
    }


def terms_of(options: Options, workers: int = 1) -> Terms:
    """The terms of a run of these options."""
    profile, limits = options.profile, options.profile.limits
    if profile.provision.driver == "control":
        gives_back = profile.provision.give_back and not options.embedded
        return Terms(
            options.rate_of_each(workers),
            limits.by == "address",
            gives_back=gives_back,
            keeps_users=options.economy,
            workers=workers,
        )
    crew = profile.roster.crews[0]
    names: dict[int, list[str]] = defaultdict(list)
    for member in Company(profile, crew).in_order():
        names[member.account.permission_level].append(member.account.name)
    return Terms(
        options.rate_of_each(workers),
        limits.by == "address",
        chat=limits.chat or USUAL_CHAT,
        everywhere=limits.everywhere or USUAL_EVERYWHERE,
        names=names,
        workers=workers,
    )


def plan_of(options: Options, workers: int = 1) -> Plan:
    """The plan of a run of these options."""
    return plan(needed(options), terms_of(options, workers))


def line(options: Options, planned: Plan) -> str:
    """The plan on a line."""
    pace = f" at {options.rate} {'altogether' if options.profile.limits.by == 'address' else 'a client'}"
    return f"{planned.requests} requests, about {told(planned.seconds)}{pace if options.rate else ''}"


def told(seconds: float) -> str:
    """So many seconds in words."""
    whole = max(1, round(seconds))
    minutes, rest = divmod(whole, _MINUTE_S)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def effects(options: Options, planned: Plan) -> Iterator[str]:
    """What the run does to users and chats, a line each."""
    where = {
        "control": "in chats and to users that the target makes for the run, and deletes",
        "accounts": "in private chats that the run makes and destroys, and in those that the profile lists",
    }
    yield f"side effects, {where[options.profile.provision.driver]}:"
    by_effect: dict[str, list[str]] = defaultdict(list)
    for name, does in planned.effects.items():
        for effect in _LASTING.intersection(does):
            by_effect[effect].append(name.partition("[")[0])
    for effect, names in sorted(by_effect.items()):
        yield f"  {effect:<12} {', '.join(dict.fromkeys(names))}"
    chats = options.profile.roster.chats
    if chats:
        listed = ", ".join(f"{chat.id} ({chat.visibility}, of {chat.owner})" for chat in chats)
        yield f"chats of the profile that are cleared, and in which messages stay: {listed}"
    new = [account.name for account in options.profile.roster.accounts if account.is_new]
    if new:
        yield f"accounts that come to be by their login, and stay: {', '.join(new)}"
