"""A world in which owner, alice and bob have joined a chat at epoch 3 and have its key."""

from conformance.model.facts import ChatFacts, Sure, World, world

CAST = {
    "owner": "owner",
    "alice": "alice",
    "alice2": "alice",
    "bob": "bob",
    "eve": "eve",
    "mod": "mod",
    "admin": "admin",
}
INSIDE = ("owner", "alice", "bob")


def chat(name: str = "here", *, private: bool = False, hidden: bool = False) -> ChatFacts:
    facts = ChatFacts(name, private=private, hidden=hidden, members={"alice", "bob"} if private else set(), epoch=3)
    for one in INSIDE:
        facts.joined[one] = Sure.YES
        facts.keys[one] = (3, Sure.YES)
        facts.ever.add(one)
    return facts


def world_of(*chats: ChatFacts) -> World:
    return world(CAST, {"mod": 1, "admin": 2}, chats)
