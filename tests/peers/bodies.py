"""Bodies that fit a JSON Schema, and bodies that do not: what a property-based test makes of the document by itself.

As much of JSON Schema as the requests of the document use; the libraries that know all of it do not get along with
today's Hypothesis.
"""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

from peers.contract import fits

Schema = Mapping[str, Any]
Known = Mapping[str, st.SearchStrategy[Any]]
"""What a member is made of where a schema cannot say what is there on the server, by its name."""

_ANYTHING: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20),
    st.lists(st.none() | st.integers(), max_size=3),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=2),
)
_MOST_ITEMS = 4
_MUCH = 10**6
_DEEPER = 4
"""How much more often what is inside is spoiled than what it is in."""


def fitting(schema: Schema, known: Known) -> st.SearchStrategy[Any]:
    """Values that fit."""
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    kinds = schema.get("type", "object")
    made = [_MAKERS[kind](schema, known) for kind in ([kinds] if isinstance(kinds, str) else kinds)]
    return st.one_of(made)


def _object(schema: Schema, known: Known) -> st.SearchStrategy[Any]:
    members = {name: known.get(name, fitting(one, known)) for name, one in schema.get("properties", {}).items()}
    required = {name: members[name] for name in schema.get("required", ())}
    optional = {name: one for name, one in members.items() if name not in required}
    return st.fixed_dictionaries(required, optional=optional)


def _array(schema: Schema, known: Known) -> st.SearchStrategy[Any]:
    least = schema.get("minItems", 0)
    return st.lists(fitting(schema.get("items", {}), known), min_size=least, max_size=least + _MOST_ITEMS)


def _integer(schema: Schema, _: Known) -> st.SearchStrategy[Any]:
    return st.integers(schema.get("minimum"), schema.get("maximum"))


def _string(schema: Schema, known: Known) -> st.SearchStrategy[Any]:
    if "contentSchema" in schema:
        texts = st.tuples(fitting(schema["contentSchema"], known), st.sampled_from([None, (",", ":")]))
        return texts.map(lambda one: json.dumps(one[0], separators=one[1])).filter(lambda text: fits(schema, text))
    if schema.get("contentEncoding") == "base64":
        sizes = st.just(32) if "{43}" in schema["pattern"] else st.integers(40, 400)
        return sizes.flatmap(lambda size: st.binary(min_size=size, max_size=size)).map(
            lambda raw: base64.b64encode(raw).decode()
        )
    return st.text(min_size=schema.get("minLength", 0), max_size=schema.get("maxLength"))


def _null(_schema: Schema, _: Known) -> st.SearchStrategy[Any]:
    return st.none()


_MAKERS: Mapping[str, Callable[[Schema, Known], st.SearchStrategy[Any]]] = {
    "object": _object,
    "array": _array,
    "integer": _integer,
    "string": _string,
    "null": _null,
}


def spoiled(schema: Schema, known: Known) -> st.SearchStrategy[Any]:
    """Values that do not fit: of another kind, or of the right one and wrong in one place."""
    ways: list[st.SearchStrategy[Any]] = [st.deferred(lambda: _ANYTHING)]
    kinds = schema.get("type", "object")
    if "const" in schema:
        ways.append(st.sampled_from([schema["const"] - 1, schema["const"] + 1]))
    else:
        for kind in [kinds] if isinstance(kinds, str) else kinds:
            ways += _SPOILERS[kind](schema, known) if kind in _SPOILERS else []
    return _one_of(ways).filter(lambda value: not fits(schema, value))


def _one_of(ways: Sequence[st.SearchStrategy[Any]]) -> st.SearchStrategy[Any]:
    """Each as often as any other: Hypothesis by itself would make one choice of all the choices inside."""
    return st.integers(0, len(ways) - 1).flatmap(lambda at: ways[at])


def _spoiled_object(schema: Schema, known: Known) -> list[st.SearchStrategy[Any]]:
    whole = fitting(schema, known)
    lacking = [_without(whole, name) for name in schema.get("required", ())]
    wrong = [_with(whole, name, spoiled(one, known)) for name, one in schema.get("properties", {}).items() if one]
    return [*lacking, *wrong * _DEEPER]


def _without(whole: st.SearchStrategy[Any], name: str) -> st.SearchStrategy[Any]:
    return whole.map(lambda value: {key: one for key, one in value.items() if key != name})


def _with(whole: st.SearchStrategy[Any], name: str, member: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.tuples(whole, member).map(lambda pair: {**pair[0], name: pair[1]})


def _spoiled_array(schema: Schema, known: Known) -> list[st.SearchStrategy[Any]]:
    item = fitting(schema.get("items", {}), known)
    many = schema.get("maxItems")
    too_many = [item.map(lambda one: [one] * (many + 1))] if many else []
    return [st.just([]), *too_many, spoiled(schema["items"], known).map(lambda one: [one])]


def _spoiled_integer(schema: Schema, _: Known) -> list[st.SearchStrategy[Any]]:
    edges = [schema[name] + by for name, by in (("minimum", -1), ("maximum", 1)) if name in schema]
    return [*([st.sampled_from(edges)] if edges else []), st.integers(0, _MUCH).map(lambda one: one + 0.5)]


def _spoiled_string(schema: Schema, known: Known) -> list[st.SearchStrategy[Any]]:
    whole = _string(schema, known)
    ways: list[st.SearchStrategy[Any]] = [st.text(max_size=30)]
    if "contentSchema" in schema:
        ways += [spoiled(schema["contentSchema"], known).map(json.dumps)] * _DEEPER
        ways += [whole.map(lambda text: text[:-1]), whole.map(lambda text: text + "x")]
    if "maxLength" in schema:
        ways.append(whole.map(lambda text: text + " " * (schema["maxLength"] + 1 - len(text))))
    if schema.get("contentEncoding") == "base64":
        ways += [whole.map(lambda text: text[1:]), whole.map(lambda text: f"{text[:4]}*{text[5:]}")]
    return ways


_SPOILERS: Mapping[str, Callable[[Schema, Known], list[st.SearchStrategy[Any]]]] = {
    "object": _spoiled_object,
    "array": _spoiled_array,
    "integer": _spoiled_integer,
    "string": _spoiled_string,
}
