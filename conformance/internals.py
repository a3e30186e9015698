"""What of a server's inside an error body shows: tracebacks, file paths, SQL, Redis commands. Pure.

The patterns look for what only a program writes. "Please select a chat from the list", "GET /v1/portal/chats" and
"https://portal.example/app/errors" are no internals.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

# Of a script or a settings file a web page may have a path too, so those count with a line number alone.
_SOURCES = "py|pyc|go|rb|java|kt|cs|rs|ex|sql|lua|log|sock|env"
_SUFFIXES = f"{_SOURCES}|js|mjs|cjs|ts|php|conf|ini|ya?ml|toml"
# Nothing that continues a URL, a word or a base64 text.
_APART = r"(?<![\w.:/+=~%-])"
_NAME = r"[\w.\"`]+"
_DISTINCT_COMMANDS = (
    "X(?:ADD|RANGE|REVRANGE|DEL|TRIM|LEN|READ|INFO)|H(?:GET|SET|GETALL|DEL|INCRBY|MGET|MSET|KEYS)"
    "|Z(?:ADD|RANGE|RANGEBYSCORE|REM|CARD|SCORE)|S(?:MEMBERS|ISMEMBER|ADD|REM)|EVALSHA|SETEX|SETNX|GETDEL|INCRBY"
    "|PEXPIRE|EXPIREAT|LPUSH|RPUSH|BRPOP|LRANGE"
)
_PLAIN_COMMANDS = "GET|SET|DEL|INCR|DECR|EXISTS|EXPIRE|TTL|TYPE|KEYS|SCAN|MGET|MULTI|EVAL|WATCH"
_TYPES = "integer|bigint|smallint|uuid|json|numeric|timestamp"
_CONSTRAINTS = "unique|foreign key|check|not-null|exclusion"

_PATTERNS = {
    "a traceback": (
        r"Traceback \(most recent call last\)",
        r"\bFile \"[^\"\n]+\", line \d+",
        rf"(?<![\w:/.])[\w$/\\.-]+\.(?:{_SUFFIXES}):\d+\b",
        rf"\b[\w$/\\.-]+\.(?:{_SUFFIXES})(?:\(\d+\)|, line \d+| on line \d+|:line \d+)",
        r"^\s*at (?:new |async )?[\w$.<>\[\]]+(?: \[[^\]\n]+\])? ?\([^()\n]+[:.]\w+\)",
        r"\bgoroutine \d+ \[",
        r"\bpanic: runtime error\b",
        r"\bthread '[^']+' panicked at\b",
        r"\b(?:java|javax|kotlin|org\.springframework|org\.hibernate)(?:\.\w+)*\.\w*(?:Exception|Error)\b",
        r"\b(?:redis|ioredis|psycopg2?|asyncpg|sqlalchemy|sqlite3|pymongo|starlette|django)(?:\.\w+)*\.\w*Error\b",
        r"\bSystem(?:\.\w+)*\.\w+Exception\b",
    ),
    "a file path": (
        rf"{_APART}/(?:usr|var|opt|srv|etc|root|proc|tmp|mnt)/[\w.@-]+",
        rf"{_APART}/home/[\w.@-]+/[\w.@-]+",
        rf"{_APART}\.{{0,2}}/(?:[\w.@-]+/)+[\w.@-]+\.(?:{_SOURCES})\b",
        r"(?<!\w)[A-Za-z]:\\[\w .-]+\\[\w .-]+",
        r"\b(?:site-packages|dist-packages|node_modules)[/\\]",
        r"\bfile:///",
    ),
    "SQL": (
        rf"\bSELECT\s+(?:\*|DISTINCT\b|COUNT\(|{_NAME}(?:\s*,\s*{_NAME})+|\w+\.\w+)[\s\S]{{0,999}}?\sFROM\s",
        rf"\bSELECT\s+{_NAME}\s+FROM\s+{_NAME}\s*(?:WHERE|ORDER|LIMIT|;)",
        rf"\bINSERT\s+INTO\s+{_NAME}\s*(?:\(|VALUES|SELECT)",
        rf"\bDELETE\s+FROM\s+{_NAME}\s*(?:WHERE|;)",
        rf"\bUPDATE\s+{_NAME}\s+SET\s+{_NAME}\s*=",
        rf"\bWHERE\s+{_NAME}\s*(?:=|IN\b|<|>|LIKE\b)",
        rf"(?i:\bselect (?:\*|{_NAME}(?:, ?{_NAME})+) from \w)",
        r"(?i:\binsert into \w+ ?\()",
        rf"(?i:\b(?:delete from|update) \w+ (?:where|set) {_NAME} ?=)",
        rf"(?i:\bfrom \w+ where {_NAME} ?(?:=|in ?\(|<|>))",
        r"\bSQLSTATE\b",
        r"\bORA-\d{5}\b",
        r"(?i:\bsyntax error at or near\b)",
        r"(?i:\berror in your SQL syntax\b)",
        r"(?i:\bnear \"[^\"\n]*\": syntax error\b)",
        r"(?i:\b(?:relation|column) \"[^\"\n]+\" does not exist\b)",
        rf"(?i:\binvalid input syntax for (?:type )?(?:{_TYPES}))",
        rf"(?i:\bviolates (?:{_CONSTRAINTS}) constraint\b)",
        r"(?i:\b(?:postgres(?:ql)?|mysql|mongodb)(?:\+\w+)?://)",
    ),
    "a Redis command": (
        rf"\b(?:{_DISTINCT_COMMANDS})\b",
        rf"\b(?:{_PLAIN_COMMANDS}) [\w{{}}*-]+:[\w{{}}*-]",
        r"\b(?:WRONGTYPE Operation|NOSCRIPT No matching|CROSSSLOT Keys|NOAUTH Auth|MISCONF Redis|BUSYKEY Target)\b",
        r"\bERR (?:unknown command|wrong number of arg|value is not|Invalid stream|The ID specified|syntax error)",
        r"\bReplyError\b",
        r"(?i:\brediss?://)",
    ),
}
_COMPILED = {kind: [re.compile(one, re.MULTILINE) for one in patterns] for kind, patterns in _PATTERNS.items()}


def found_in(body: bytes) -> str:
    """Which internals a body shows, and the place where the first of each kind does; empty where it shows none."""
    said = list(_texts_of(body))
    found = (_first(kind, patterns, said) for kind, patterns in _COMPILED.items())
    return "; ".join(one for one in found if one)


def _first(kind: str, patterns: list[re.Pattern[str]], texts: list[str]) -> str:
    for pattern in patterns:
        for text in texts:
            if match := pattern.search(text):
                return f"{kind} ({match.group()[:60]!r})"
    return ""


def _texts_of(body: bytes) -> Iterator[str]:
    """Every text in a JSON body, the names of members too; the whole body where it is no JSON."""
    text = body.decode("utf-8", "replace")
    try:
        yield from _strings(json.loads(text))
    except (ValueError, RecursionError):
        yield text


def _strings(value: Any) -> Iterator[str]:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, list):
            waiting += one
        elif isinstance(one, dict):
            waiting += [*one, *one.values()]
