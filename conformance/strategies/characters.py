"""Characters to be drawn, without Hypothesis' own table of them.

Where a text is drawn of a class of characters, or of a list of them, Hypothesis makes a table of all of Unicode: that
takes a second and 200 MB in every folder where it was not done before, and leaves a folder of its own there. Characters
that are drawn by number need none.
"""

from hypothesis import strategies as st


def among(characters: str) -> st.SearchStrategy[str]:
    """Draw one of these characters, the first being the simplest."""
    return st.integers(0, len(characters) - 1).map(characters.__getitem__)


def any_character() -> st.SearchStrategy[str]:
    """Draw any character of Unicode, half a surrogate never; every third is printable ASCII."""
    return (st.integers(0x20, 0x7E) | st.integers(0, 0xD7FF) | st.integers(0xE000, 0x10FFFF)).map(chr)
