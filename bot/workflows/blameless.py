"""Gentle hints for wording that looks for a culprit instead of a cause. They never stand in anybody's way.

After the field's practice: what a person did is the beginning of a question, not the end of one.
"""

import re
from collections.abc import Iterable

# What was written, and what to ask instead.
_HINTS = {
    r"human[- ]error|operator error|user error": "“{found}”: what made the mistake easy to make, and hard to notice?",
    r"should(?: not|n[’']t)? have|could have|ought to have": "“{found}”: what did things look like at that moment?",
    r"failed to|forgot to|neglected to": "“{found}”: what would have reminded them, or made it unnecessary?",
    r"careless(?:ly|ness)?|sloppy|negligen(?:t|ce)|incompeten(?:t|ce)|stupid(?:ly|ity)?|lazy": (
        "“{found}” judges a person: which condition would have led anybody there?"
    ),
    r"(?:his|her|their) fault|to blame|blame[sd]?|guilty": "“{found}”: a person is never a cause; what allowed it?",
    r"obvious(?:ly)?|simply|just had to": "“{found}”: it is obvious afterwards; was it then?",
}
_PATTERNS = tuple((re.compile(rf"\b(?:{words})\b", re.IGNORECASE), hint) for words, hint in _HINTS.items())
MOST = 5


def hints(texts: Iterable[str]) -> tuple[str, ...]:
    """A question for each wording of that sort, each once, at most five; empty when there is none."""
    found: dict[str, str] = {}
    for text in texts:
        for pattern, hint in _PATTERNS:
            for match in pattern.finditer(text):
                words = " ".join(match[0].lower().split())
                found.setdefault(words, hint.format(found=words))
    return tuple(found.values())[:MOST]
