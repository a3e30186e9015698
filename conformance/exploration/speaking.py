"""Steps that send, read and delete messages."""

from conformance.client.actor import Actor, same_id
from conformance.client.answers import Answer
from conformance.client.inbox import Received
from conformance.dialect import MISSING, read
from conformance.envelope import ciphertext_of
from conformance.exploration.playing import Place, Play, Wrong
from conformance.exploration.steps import Step
from conformance.ledger import Accepted, Trace
from conformance.model import measures
from conformance.model.facts import Said
from conformance.model.outcomes import Cause, Right
from conformance.model.reading import left_over, missed
from conformance.model.sending import FUTURE, STALE, VALID, accepted, refused, right_overtaken, right_send
from conformance.strategies.bundles import Bundle, make_bundle, ordinary_bundle
from conformance.strategies.defects import Malformed, defect_named, spoil

Outcome = tuple[str, str]
"""What was right and what came, in words; what came is empty where the step meant nothing as things stood."""
NOTHING: Outcome = ("", "")


# --- sending ----------------------------------------------------------------------------------------------------------


def send(play: Play, place: Place, step: Step) -> Outcome:
    """A send of any kind, and who hears it."""
    made = _made(play, place, step.how)
    if made is None:
        return NOTHING
    bundle, what, malformed = made
    cause = None if malformed is None else _cause_of(malformed)
    right = right_send(play.world, place.facts, step.actor, what, cause)
    known = place.facts.epoch
    answer = _post(play.actor(step.actor), place, malformed or bundle)
    if not _explained(play, right, answer) and _overtaken(play, place, step.actor, answer):
        right_now = right_overtaken if place.facts.epoch > known else right_send
        right = right_now(play.world, place.facts, step.actor, what, cause)
    _judge(play, place, step.actor, right, (answer, bundle))
    return right.shown(), str(answer.status)


def _made(play: Play, place: Place, how: str) -> tuple[Bundle, str, Malformed | None] | None:
    facts = place.facts
    if how in (VALID, FUTURE):
        return _bundle(play, place, facts.epoch + (how == FUTURE)), how, None
    if how in ("stale", "oldest"):
        earlier = [*facts.earlier, *([] if facts.earlier or not facts.epoch else [facts.epoch - 1])]
        return (_bundle(play, place, earlier[-1 if how == STALE else 0]), STALE, None) if earlier else None
    twin = ordinary_bundle(place.key, facts.epoch)
    return twin, VALID, spoil(defect_named(how), twin)


def _bundle(play: Play, place: Place, epoch: int) -> Bundle:
    return make_bundle(f"{play.stage.marker} {place.chat.chat_id}".encode(), place.key, epoch)


def _cause_of(malformed: Malformed) -> Cause:
    defect = malformed.defect
    return Cause(defect.title, (defect.requirement,), defect.statuses)


def _post(actor: Actor, place: Place, message: Bundle | Malformed) -> Answer:
    if isinstance(message, Malformed):
        return actor.post(place.chat, message.body, message.content_type)
    return actor.post(place.chat, message.request_body())


def _explained(play: Play, right: Right, answer: Answer) -> bool:
    """Whether the answer is right, and says why where it has to."""
    cause = right.only
    if cause is None or not right.allows(answer.status):
        return right.allows(answer.status)
    named = not cause.code or _names(play, cause, answer)
    return named and (not cause.ttl or _ttl_of(play, answer) is not MISSING)


def _ttl_of(play: Play, answer: Answer) -> object:
    return read(answer.json, play.stage.link.profile.dialect.record["error"]["ttl"])


def _names(play: Play, cause: Cause, answer: Answer) -> bool:
    return play.stage.link.profile.dialect.codes[cause.code] in answer.said


def _overtaken(play: Play, place: Place, session: str, answer: Answer) -> bool:
    """Whether something that no page forbids came between: the epoch rose, or the sender's socket was dropped."""
    if answer.status < 400 or answer.status >= 500:  # noqa: PLR2004 - the class of statuses itself
        return False
    known = place.facts.epoch
    play.look(place, told=play.world.audience(place.facts))
    return place.facts.epoch > known or play.was_dropped(session)


def _judge(play: Play, place: Place, session: str, right: Right, sent: tuple[Answer, Bundle]) -> None:
    answer, bundle = sent
    title = f"{session} sends"
    if play.judge(right, answer, title):
        _heard(play, place, session, answer, bundle)
        return
    place.ledger.refuse(bundle.ct)
    refused(play.world, place.facts, session, right, answer.status)
    cause = right.only
    if cause is not None and cause.code:
        _code(play, cause, right, answer)
    if cause is not None and cause.ttl:
        _ttl(play, cause, answer)


def _code(play: Play, cause: Cause, right: Right, answer: Answer) -> None:
    code = play.stage.link.profile.dialect.codes[cause.code]
    # Whoever was to blame for a refusal without a cause may be to blame for one that does not name it.
    blame = () if right.blame == ("SEND-ACCEPT",) else right.blame
    ids = ("SEND-EPOCH-CODE" if cause.code == "epoch_mismatch" else "SEND-NOKEY-CODE",)
    if not _names(play, cause, answer):
        raise Wrong((*ids, *blame), "the refusal names its cause", code, answer.text, answer.exchange)
    play.hold(*ids, title="the refusal names its cause", right=code, came=answer.status)


def _ttl(play: Play, cause: Cause, answer: Answer) -> None:
    ttl = read(answer.json, play.stage.link.profile.dialect.record["error"]["ttl"])
    whole = not isinstance(ttl, bool) and isinstance(ttl, int | float) and ttl == int(ttl) and ttl >= 0
    came = "none" if ttl is MISSING else ttl
    title, least, most = "the refusal of a mute tells its ttl", min(cause.ttl), max(cause.ttl)
    play.expect(whole, "SEND-MUTED-TTL", title=title, right="a whole number", came=came, answer=answer)
    ids = ("SEND-MUTED-TTL", *_INDEFINITE) if most == 0 else ("SEND-MUTED-TTL",)
    play.expect(bool(ttl <= most), *ids, title=title, right=f"at most {most}", came=came, answer=answer)
    if least > 0:
        play.expect(bool(ttl > 0), *_INDEFINITE, title=title, right="more than 0", came=came, answer=answer)


_INDEFINITE = ("SEND-MUTED-TTL-INDEFINITE",)


def _heard(play: Play, place: Place, session: str, answer: Answer, bundle: Bundle) -> None:
    sent_id = read(answer.json, play.stage.link.profile.dialect.rest["send"].answer["id"])
    play.expect(
        isinstance(sent_id, str),
        "SEND-ID-SHAPE",
        title="the answer has an id",
        right="a string",
        came=sent_id,
        answer=answer,
    )
    said = Said(sent_id, play.world.user_of(session), bundle.ct)
    accepted(play.world, place.facts, session, said)
    audience = play.world.audience(place.facts)
    undecided = play.world.undecided(place.facts) - audience
    message = Accepted(sent_id, bundle.ct, session, frozenset(audience), frozenset(undecided))
    play.expect(
        place.ledger.accept(message),
        "SEND-ID-UNIQUE",
        title="ids are unique",
        right="a new id",
        came=sent_id,
        answer=answer,
    )
    for one in sorted(audience):
        _hears(play, place, one, sent_id, bundle)


def _hears(play: Play, place: Place, session: str, sent_id: str, bundle: Bundle) -> None:
    actor = play.stage.actors[session]
    heard = actor.link.profile.dialect.event["message_new"]

    def is_it(event: Received) -> bool:
        if event.name != heard.name:
            return False
        here = same_id(read(event.payload, heard.fields["chat_id"]), place.chat.chat_id)
        known = same_id(read(event.payload, heard.fields["id"]), sent_id)
        return (here and known) or ciphertext_of(read(event.payload, heard.fields["content"])) == bundle.ct

    event = actor.inbox.wait_for(is_it, actor.link.profile.target.event_timeout_s, play.since(session))
    if event is None and play.was_dropped(session):
        return
    title = f"{session} hears it"
    play.expect(event is not None, "SEND-BROADCAST", title=title, right=heard.name, came="it" if event else "nothing")
    assert event is not None
    trace = _trace(event.payload, dict(heard.fields))
    play.expect(trace.id == sent_id, "SEND-BROADCAST-ID", title=title, right=f"id {sent_id}", came=f"id {trace.id}")
    play.expect(trace.ct == bundle.ct, "SEND-BROADCAST-CT", title=title, right="the ciphertext", came=trace.ct)


def _trace(document: object, pointers: dict[str, str]) -> Trace:
    content = read(document, pointers["content"])
    return Trace(str(read(document, pointers["id"])), ciphertext_of(content), content)


# --- reading ----------------------------------------------------------------------------------------------------------


def read_history(play: Play, place: Place, step: Step) -> Outcome:
    """Somebody reads the history: an outsider in vain, the owner finds what is there."""
    facts, user = place.facts, play.world.user_of(step.actor)
    right = measures.right_read(facts, user, inside=step.actor in play.world.audience(facts))
    answer = play.actor(step.actor).call("history", chat_id=place.chat.chat_id)
    if play.judge(right, answer, f"{step.actor} reads the history") and user == "owner":
        _compare(play, place, answer)
    return right.shown(), str(answer.status)


def _compare(play: Play, place: Place, answer: Answer) -> None:
    dialect = play.stage.link.profile.dialect
    pointers = dict(dialect.record["entry"])
    entries = read(answer.json, dialect.rest["history"].answer["entries"])
    play.expect(
        isinstance(entries, list), "HIST-CONTAINS", title="the history is an array", right="one", came=answer.text
    )
    traces = [_trace(one, pointers) for one in entries if read(one, pointers["type"]) != "system"]
    shown = [one.id for one in traces]
    for one in missed(place.facts, shown):
        raise Wrong(one.blame, "an accepted message is in the history", one.id, "it is not there", answer.exchange)
    for one in left_over(place.facts, shown):
        raise Wrong(
            one.gone, "a deleted message is gone from the history", f"no {one.id}", "it is there", answer.exchange
        )
    strays = place.ledger.strays(traces)
    play.expect(
        not strays, "SEND-REFUSED-SILENT", title="what was refused is not kept", right="nothing of it", came=strays
    )
    known = {one.id: one.ct for one in place.facts.said}
    other = [one.id for one in traces if known.get(one.id, one.ct) != one.ct]
    play.expect(not other, "HIST-CONTAINS", title="ciphertexts are kept unchanged", right="none changed", came=other)


# --- deleting ---------------------------------------------------------------------------------------------------------


def delete(play: Play, place: Place, step: Step) -> Outcome:
    """Somebody deletes the newest message of somebody by its id."""
    user = play.world.user_of(step.target)
    message = next((one for one in reversed(place.facts.there()) if one.user == user), None)
    if message is None:
        return NOTHING
    right = measures.right_delete(play.world, place.facts, play.world.user_of(step.actor), message)
    answer = play.actor(step.actor).call("delete", chat_id=place.chat.chat_id, ids=[message.id])
    if not play.judge(right, answer, step.told()):
        message.blame = (*message.blame, *(one for cause in right.causes for one in cause.ids))[-1:]
        return right.shown(), str(answer.status)
    number = read(answer.json, play.stage.link.profile.dialect.rest["delete"].answer["deleted"])
    if not right.causes:
        play.expect(
            number == 1, "DEL-COUNT", title="deleted counts what was there", right=1, came=answer.text, answer=answer
        )
    if number == 1:
        measures.deleted([message], "DEL-COUNT")
        play.told_of(place, "bulk_deleted", play.world.audience(place.facts), "DEL-EVENT")
    return right.shown(), str(answer.status)


def delete_last(play: Play, place: Place, step: Step) -> Outcome:
    """The owner deletes the newest, as far back as there can be no system entry among them."""
    newest = [one for one in place.facts.fresh if not one.gone][-int(step.how) :]
    if not newest or step.actor != "owner":
        return NOTHING
    right = Right(blame=("DEL-LAST",), accepted=measures.DONE)
    answer = play.actor(step.actor).call("delete_last", chat_id=place.chat.chat_id, count=len(newest))
    play.judge(right, answer, step.told())
    number = read(answer.json, play.stage.link.profile.dialect.rest["delete_last"].answer["deleted"])
    play.expect(
        number == len(newest), "DEL-LAST", title=step.told(), right=len(newest), came=answer.text, answer=answer
    )
    measures.deleted(newest, "DEL-LAST")
    _blame_others(place, "DEL-LAST")
    return right.shown(), str(answer.status)


def delete_mine(play: Play, place: Place, step: Step) -> Outcome:
    """Somebody who is there deletes its own messages."""
    right = measures.right_delete_mine(play.world, place.facts, step.actor)
    if not right.blame:
        # Where the answer is left open, what it brought about is too.
        return NOTHING
    answer = play.actor(step.actor).call("delete_mine", chat_id=place.chat.chat_id)
    play.judge(right, answer, step.told())
    user = play.world.user_of(step.actor)
    measures.deleted([one for one in place.facts.there() if one.user == user], "DEL-MINE")
    _blame_others(place, "DEL-MINE")
    return right.shown(), str(answer.status)


def _blame_others(place: Place, *ids: str) -> None:
    for one in place.facts.there():
        one.blame = ids


# --- the end ----------------------------------------------------------------------------------------------------------


def reckon(play: Play, place: Place) -> None:
    """Behind a last word of the owner: nobody heard what was refused or not for its ears, and nothing came twice."""
    heard = dict(play.stage.link.profile.dialect.event["message_new"].fields)
    for session in play.on_stage():
        actor = play.stage.actors[session]
        traces = [_trace(event.payload, heard) for event in actor.messages(place.chat, play.began(session))]
        _none(play, place.ledger.strays(traces), "SEND-REFUSED-SILENT", f"{session} hears nothing of what was refused")
        _none(play, place.ledger.repeated(traces), "SEND-BROADCAST", f"{session} hears nothing twice")
        overheard = [one.id for one in place.ledger.overheard(session, traces)]
        _none(play, overheard, "SEND-BROADCAST-SCOPE", f"{session} hears nothing that it should not")


def _none(play: Play, found: list[str], requirement: str, title: str) -> None:
    play.expect(not found, requirement, title=title, right="none", came=", ".join(found) or "none")
