"""A profile of accounts, as TOML, with what a test wants to leave out or add."""

from collections.abc import Mapping, Sequence
from pathlib import Path

BOT_KEY = "key-of-the-bot-in-the-tests"
_OTHER_CREW = ("ALICE_B", "BOB_B", "BOB_B_2", "CAROL_B", "DAVE_B")
_NAMES = (
    "ALICE",
    "ALICE_2",
    "DAVE",
    "DAVE_2",
    "DAVE_3",
    "MIA",
    "OSCAR",
    "ALICE_B",
    "BOB_B",
    "BOB_B_2",
    "CAROL_B",
    "DAVE_B",
)
SECRETS = {name: f"cookie-of-{name.lower()}-in-the-tests" for name in _NAMES}
ENVIRONMENT = {"PORTAL_BOT_KEY": BOT_KEY, **SECRETS}

# By a login, and by cookies; new in every run, and not.
CORE = (
    'name = "alice"\ncookie_env = "ALICE"\nmore_cookie_envs = ["ALICE_2"]\npremium = true',
    'name = "bob"\nlogin = { platform = "tests", user = "bob" }',
    'name = "carol"\nlogin = { platform = "tests", user = "carol-{run}" }',
    'name = "dave"\ncookie_env = "DAVE"\nmore_cookie_envs = ["DAVE_2", "DAVE_3"]',
    'name = "erin"\nlogin = { platform = "tests", user = "erin-{run}" }',
)
FULL = (
    'name = "alice"\nlogin = { platform = "tests", user = "alice" }\npremium = true',
    'name = "pat"\nlogin = { platform = "tests", user = "pat" }\npremium = true',
    *CORE[1:],
    *(f'name = "{name}"\nlogin = {{ platform = "tests", user = "{name}-{{run}}" }}' for name in ("frank", "grace")),
    'name = "mia"\ncookie_env = "MIA"\npermission_level = 1',
    'name = "moe"\nlogin = { platform = "tests", user = "moe" }\npermission_level = 1',
    'name = "ada"\nlogin = { platform = "tests", user = "ada" }\npermission_level = 2',
    'name = "amy"\nlogin = { platform = "tests", user = "amy" }\npermission_level = 2',
    'name = "oscar"\ncookie_env = "OSCAR"\npermission_level = 3',
    'name = "olga"\nlogin = { platform = "tests", user = "olga" }\npermission_level = 3',
)
PUBLIC = 'id = 9001\nowner = "alice"\nvisibility = "public"'
ALL_CHATS = (
    PUBLIC,
    'id = 9002\nowner = "alice"\nvisibility = "public"',
    'id = 9003\nowner = "pat"\nvisibility = "public"',
    'id = 9004\nowner = "alice"\nvisibility = "public"\nhistory_visible = false',
    'id = 9005\nowner = "alice"\nvisibility = "public"\nhistory_visible = false',
    'id = 9006\nowner = "alice"\nvisibility = "private"\nhistory_visible = false',
)
# Not those of a server that nobody configured: a run keeps below them, and they are met on purpose.
LIMITS = {"chat": (60, 4), "global": (100, 4)}


def write(
    path: Path,
    accounts: Sequence[str] = CORE,
    chats: Sequence[str] = (PUBLIC,),
    limits: Mapping[str, tuple[int, float]] = LIMITS,
    more: str = "",
) -> Path:
    """The profile in a file."""
    parts = ['[provision]\ndriver = "accounts"', more]
    if limits:
        told = [f"{name} = {{ messages = {one[0]}, window_s = {one[1]} }}" for name, one in limits.items()]
        parts.append("\n".join(["[limits]", *told]))
    parts += [f"[[accounts]]\n{one}" for one in accounts]
    parts += [f"[[chats]]\n{one}" for one in chats]
    path.write_text("\n\n".join(parts) + "\n", "utf-8")
    return path
