"""Conditions as a policy writes them: `severity in [sev1, sev2] and not drill`, `age >= 4h`.

    condition  = all { "or" all }
    all        = one { "and" one }
    one        = "not" one | "(" condition ")" | fact | comparison
    comparison = fact ("==" | "!=") word | fact ["not"] "in" "[" word { "," word } "]" | word ["not"] "in" fact
               | term ("==" | "!=" | "<" | "<=" | ">" | ">=") term
    term       = number | duration | fact [ ("+" | "-") duration ]

A word is bare or in quotes: `yes`, `"yes"`. Durations are elapsed time (`30m`, `24h`, `3d` of 24 hours each).

Nobody may know a fact yet. So a condition holds, does not hold, or is *unknown*, and the three go together as one
expects: `false and unknown` is false, `true and unknown` is unknown. The word `unknown` is what one may ask for all the
same: `customer_data == unknown` holds as long as nobody knows.
"""

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from difflib import get_close_matches
from enum import Enum
from functools import cached_property
from itertools import product
from typing import Any, NoReturn, Self

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from bot.policy.durations import LONGEST_DAYS

UNKNOWN = "unknown"
EXAMPLE = "severity in [sev1, sev2] and not drill"
# So many combinations of facts are tried when a condition is searched for one in which it holds.
TRIED_MOST = 50_000
LONGEST = 500
DEEPEST = 50  # Python's own stack would be the limit otherwise


class Sort(Enum):
    """What a fact can be, when it is none of a few words. The value is what people call it."""

    FLAG = "true or false"
    NUMBER = "a number"
    TAGS = "a set of words"
    SPAN = "a duration"
    INSTANT = "a time"


@dataclass(frozen=True)
class Word:
    """A fact that is one of these words. `unknown` is among them where nobody may know yet."""

    words: tuple[str, ...]


Vocabulary = Mapping[str, Sort | Word]
"""The facts that conditions may name, and what each can be."""
Facts = Mapping[str, Any]
"""What is known: words as text, flags, numbers, sets of words, timedelta, aware datetime. None, or nothing, is unknown."""


class BadCondition(ValueError):
    """The condition cannot be read, or says what cannot be. `at` is the place in its text, from 1."""

    def __init__(self, at: int, problem: str) -> None:
        self.at = at
        super().__init__(f"at character {at}: {problem}")


# ── what a condition consists of ────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Flag:
    """`drill`."""

    name: str
    at: int = field(compare=False)


@dataclass(frozen=True)
class OneOf:
    """`severity in [sev1, sev2]`, and `==` as a list of one. Each word with its place."""

    name: str
    words: tuple[str, ...]
    at: int = field(compare=False)
    places: tuple[int, ...] = field(compare=False)


@dataclass(frozen=True)
class Has:
    """`gdpr in tags`."""

    name: str
    word: str
    at: int = field(compare=False)


@dataclass(frozen=True)
class Term:
    """A number, a duration, or a fact with a duration added to it."""

    at: int = field(compare=False)
    name: str | None = None
    value: float | timedelta | None = None
    shift: timedelta = timedelta()


@dataclass(frozen=True)
class Compared:
    """`age >= 4h`."""

    left: Term
    sign: str
    right: Term


@dataclass(frozen=True)
class Always:
    """`true` and `false`."""

    value: bool


@dataclass(frozen=True)
class Not:
    """The opposite."""

    part: "Node"


@dataclass(frozen=True)
class All:
    """`and`."""

    parts: tuple["Node", ...]


@dataclass(frozen=True)
class Some:
    """`or`."""

    parts: tuple["Node", ...]


Atom = Flag | OneOf | Has | Compared | Always
Node = Atom | Not | All | Some

_SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True)
class Condition:
    """A condition, read once. Equal when written alike."""

    text: str
    tree: Node = field(compare=False, repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read it; `BadCondition` says where it cannot be read, and what was expected there."""
        if len(text) > LONGEST:
            raise BadCondition(LONGEST + 1, f"at most {LONGEST} characters; make two rules of it")
        return cls(text, _Parser(text).condition())

    def __str__(self) -> str:
        """As it was written."""
        return self.text

    @cached_property
    def names(self) -> frozenset[str]:
        """The facts that it names."""
        return frozenset(name for atom in _atoms(self.tree) for name in _names(atom))

    def check(self, vocabulary: Vocabulary) -> None:
        """`BadCondition` unless every fact is known to the vocabulary, and asked for what it can be."""
        for atom in _atoms(self.tree):
            _check(atom, vocabulary)

    def holds(self, facts: Facts) -> bool | None:
        """Whether it holds; None when that depends on what is unknown. The condition has been checked."""
        return _value(self.tree, lambda atom: _known(atom, facts))

    def waits_for(self, facts: Facts) -> frozenset[str]:
        """The facts it names that are unknown, when it is unknown whether it holds; none otherwise."""
        if self.holds(facts) is not None:
            return frozenset()
        return frozenset(name for name in self.names if facts.get(name) in (None, UNKNOWN))

    def can_never_match(self, vocabulary: Vocabulary) -> bool:
        """Whether no facts make it hold: `severity == sev1 and severity == sev2`, `age > 4h and age < 1h`.

        Exact for words, flags, tags, and numbers and durations that are compared with values; two facts that are
        compared with each other are taken for free, and a condition with very many facts is given the benefit of doubt.
        """
        free = list(dict.fromkeys(atom for atom in _atoms(self.tree) if _is_free(atom)))
        names = sorted({name for atom in _atoms(self.tree) if not _is_free(atom) for name in _names(atom)})
        choices = [list(_candidates(name, self.tree, vocabulary)) for name in names]
        tried = 0
        for facts in product(*choices):
            for guesses in product((True, False), repeat=len(free)):
                tried += 1
                if tried > TRIED_MOST:
                    return False
                if self._would_hold(dict(zip(names, facts, strict=True)), dict(zip(free, guesses, strict=True))):
                    return False
        return True

    def _would_hold(self, facts: Facts, guesses: Mapping[Atom, bool]) -> bool:
        return bool(_value(self.tree, lambda atom: guesses[atom] if atom in guesses else _known(atom, facts)))

    @classmethod
    def __get_pydantic_core_schema__(cls, source: type[Any], handler: GetCoreSchemaHandler) -> CoreSchema:
        """In a Pydantic model: read from its text, written as its text."""
        return core_schema.no_info_plain_validator_function(
            cls._validated, serialization=core_schema.to_string_ser_schema()
        )

    @classmethod
    def _validated(cls, value: object) -> Self:
        if isinstance(value, cls):
            return value
        if not isinstance(value, str):
            raise ValueError(f"expected a condition such as {EXAMPLE!r}, in quotes")  # noqa: TRY004 -- Pydantic's word for it
        return cls.parse(value)


# ── whether it holds ────────────────────────────────────────────────────────────────────────────────────────────────


def _value(node: Node, decide: Callable[[Atom], bool | None]) -> bool | None:
    match node:
        case Not():
            inner = _value(node.part, decide)
            return None if inner is None else not inner
        case All():
            values = [_value(part, decide) for part in node.parts]
            return False if False in values else None if None in values else True
        case Some():
            values = [_value(part, decide) for part in node.parts]
            return True if True in values else None if None in values else False
    return decide(node)


def _known(atom: Atom, facts: Facts) -> bool | None:
    match atom:
        case Always():
            return atom.value
        case Flag():
            flag: bool | None = facts.get(atom.name)
            return flag
        case OneOf():
            word = facts.get(atom.name)
            if word in (None, UNKNOWN):
                return True if UNKNOWN in atom.words else None if set(atom.words) - {UNKNOWN} else False
            return word in atom.words
        case Has():
            tags = facts.get(atom.name)
            return None if tags is None else atom.word in tags
    left, right = _quantity(atom.left, facts), _quantity(atom.right, facts)
    return None if left is None or right is None else _SIGNS[atom.sign](left, right)


def _quantity(term: Term, facts: Facts) -> float | timedelta | datetime | None:
    if term.name is None:
        return term.value
    value: float | timedelta | datetime | None = facts.get(term.name)
    if value is None or not term.shift:
        return value
    assert not isinstance(value, float | int)
    return value + term.shift


def _atoms(node: Node) -> Iterator[Atom]:
    match node:
        case Not():
            yield from _atoms(node.part)
        case All() | Some():
            for part in node.parts:
                yield from _atoms(part)
        case _:
            yield node


def _names(atom: Atom) -> tuple[str, ...]:
    match atom:
        case Always():
            return ()
        case Compared():
            return tuple(term.name for term in (atom.left, atom.right) if term.name is not None)
    return (atom.name,)


# ── whether it can hold at all ──────────────────────────────────────────────────────────────────────────────────────


def _is_free(atom: Atom) -> bool:
    """Whether it is taken for true or false by itself: tags are independent, and so are two facts side by side."""
    return isinstance(atom, Has) or (isinstance(atom, Compared) and len(_names(atom)) == 2)


def _candidates(name: str, tree: Node, vocabulary: Vocabulary) -> Iterator[Any]:
    """Values of the fact, one of each sort that the condition can tell apart."""
    sort = vocabulary[name]
    atoms = [atom for atom in _atoms(tree) if name in _names(atom)]
    if isinstance(sort, Word):
        named = {word for atom in atoms if isinstance(atom, OneOf) for word in atom.words}
        yield from (word for word in sort.words if word in named)
        yield from [word for word in sort.words if word not in named and word != UNKNOWN][:1]
    elif sort is Sort.FLAG:
        yield from (True, False)
    else:
        nudge: Any = timedelta(microseconds=1) if sort is Sort.SPAN else 0.5
        for atom in atoms:
            if isinstance(atom, Compared):
                edge: Any = atom.right.value if atom.left.name else atom.left.value
                shift: Any = atom.left.shift if atom.left.name else atom.right.shift
                edge = edge - shift if sort is Sort.SPAN else edge
                yield from (edge - nudge, edge, edge + nudge)


# ── whether it says what can be ─────────────────────────────────────────────────────────────────────────────────────


def _check(atom: Atom, vocabulary: Vocabulary) -> None:
    match atom:
        case Flag():
            sort = _sort(atom.name, atom.at, vocabulary)
            if sort is not Sort.FLAG:
                raise BadCondition(atom.at, f"{atom.name!r} is {_spelled(sort)}: compare it with something")
        case OneOf():
            sort = _sort(atom.name, atom.at, vocabulary)
            if not isinstance(sort, Word):
                raise BadCondition(atom.at, f"{atom.name!r} is {_spelled(sort)}, not a word")
            for word, at in zip(atom.words, atom.places, strict=True):
                if word not in sort.words:
                    raise BadCondition(at, f"{atom.name!r} is never {word!r}; {_meant(word, sort.words, 'it can be')}")
        case Has():
            sort = _sort(atom.name, atom.at, vocabulary)
            if sort is not Sort.TAGS:
                raise BadCondition(atom.at, f"{atom.name!r} is {_spelled(sort)}; `in` needs a list such as [a, b]")
        case Compared():
            _check_compared(atom, vocabulary)


def _check_compared(atom: Compared, vocabulary: Vocabulary) -> None:
    left, right = _sort_of(atom.left, vocabulary), _sort_of(atom.right, vocabulary)
    if left is not right:
        raise BadCondition(atom.right.at, f"{_spelled(left)} cannot be compared with {_spelled(right)}")


def _sort_of(term: Term, vocabulary: Vocabulary) -> Sort:
    if term.name is None:
        return Sort.SPAN if isinstance(term.value, timedelta) else Sort.NUMBER
    sort = _sort(term.name, term.at, vocabulary)
    if isinstance(sort, Word) or sort in (Sort.FLAG, Sort.TAGS):
        raise BadCondition(term.at, f"{term.name!r} is {_spelled(sort)}; compare it with ==, != or in, and a word")
    if term.shift and sort is Sort.NUMBER:
        raise BadCondition(term.at, f"{term.name!r} is a number: no duration can be added to it")
    return sort


def _sort(name: str, at: int, vocabulary: Vocabulary) -> Sort | Word:
    if name not in vocabulary:
        raise BadCondition(at, f"there is no fact {name!r}; {_meant(name, vocabulary, 'there are')}")
    return vocabulary[name]


def _spelled(sort: Sort | Word) -> str:
    return f"one of {', '.join(sort.words)}" if isinstance(sort, Word) else sort.value


def _meant(word: str, known: Mapping[str, Any] | tuple[str, ...], intro: str) -> str:
    close = get_close_matches(word, known, n=1)
    guess = f"did you mean {close[0]!r}? " if close else ""
    return f"{guess}{intro[0].upper() + intro[1:] if guess else intro} {', '.join(known)}"


# ── reading ─────────────────────────────────────────────────────────────────────────────────────────────────────────

_TOKEN = re.compile(
    r"""\s*(?:(?P<span>[0-9]{1,9}(?:bd|mo|[smhd])\b)|(?P<number>[0-9]{1,12}(?:\.[0-9]{1,6})?\b)
    |"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<name>[A-Za-z_][\w.-]*)|(?P<sign>==|!=|<=|>=|[<>()\[\],+-]))""",
    re.VERBOSE | re.ASCII,
)
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_KEYWORDS = frozenset({"and", "or", "not", "in"})
_INSTEAD = {"=": "write == for “is”", "&": "write `and`", "|": "write `or`", "!": "write `not`"}


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    at: int

    def is_(self, *texts: str) -> bool:
        return self.kind in ("sign", "keyword") and self.text in texts


class _Parser:
    """Reads a condition from its tokens, one after the other."""

    def __init__(self, text: str) -> None:
        self._tokens = list(_tokens(text))
        self._place = 0
        self._depth = 0

    def condition(self) -> Node:
        """The whole text."""
        node = self._some()
        if self._next.kind != "end":
            self._stop("expected `and`, `or` or the end")
        return node

    def _some(self) -> Node:
        parts = [self._all()]
        while self._took("or"):
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else Some(tuple(parts))

    def _all(self) -> Node:
        parts = [self._one()]
        while self._took("and"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _one(self) -> Node:
        self._depth += 1
        if self._depth > DEEPEST:
            self._stop("too deep")
        try:
            if self._took("not"):
                return Not(self._one())
            if self._took("("):
                node = self._some()
                self._expect(")")
                return node
            return self._comparison()
        finally:
            self._depth -= 1

    def _comparison(self) -> Node:
        first = self._next
        if first.kind in ("span", "number"):
            left = self._term()
            sign = self._sign(first)
            return Compared(left, sign, self._term())
        if first.kind not in ("name", "quoted"):
            self._stop("expected a fact such as severity")
        self._place += 1
        if (negated := self._took("not")) and not self._next.is_("in"):
            self._stop("expected `in` after `not`")
        if self._took("in"):
            return _maybe_not(self._in(first), negated=negated)
        if first.kind == "quoted":
            self._stop("expected `in` and a fact after a word in quotes")
        if self._next.is_("==", "!=") and self._after.kind in ("name", "quoted"):
            return self._equals(first)
        if not self._next.is_(*_SIGNS, "+", "-"):
            return Always(first.text == "true") if first.text in ("true", "false") else Flag(first.text, first.at)
        self._place -= 1
        left = self._term()
        sign = self._sign(first)
        return Compared(left, sign, self._term())

    def _equals(self, first: _Token) -> Node:
        negated = self._take().text == "!="
        word = self._take()
        if word.kind == "name" and word.text in ("true", "false"):
            return _maybe_not(Flag(first.text, first.at), negated=negated ^ (word.text == "false"))
        return _maybe_not(OneOf(first.text, (word.text,), first.at, (word.at,)), negated=negated)

    def _in(self, first: _Token) -> Node:
        if not self._next.is_("["):
            if self._next.kind != "name":
                self._stop("expected a list such as [sev1, sev2], or a fact that is a set of words")
            return Has(self._take().text, first.text, first.at)
        if first.kind == "quoted":
            raise BadCondition(first.at, "a fact stands before `in` and a list, without quotes")
        self._take()
        words = [self._word()]
        while self._took(","):
            words.append(self._word())
        self._expect("]")
        return OneOf(first.text, tuple(w.text for w in words), first.at, tuple(w.at for w in words))

    def _word(self) -> _Token:
        if self._next.kind not in ("name", "quoted"):
            self._stop("expected a word")
        return self._take()

    def _sign(self, first: _Token) -> str:
        if not self._next.is_(*_SIGNS):
            self._stop(f"expected a comparison such as >= after {first.text!r}")
        return self._take().text

    def _term(self) -> Term:
        token = self._next
        if token.kind not in ("name", "span", "number"):
            self._stop("expected a fact, a number or a duration such as 24h")
        self._place += 1
        if token.kind == "number":
            return Term(token.at, value=float(token.text) if "." in token.text else int(token.text))
        if token.kind == "span":
            return Term(token.at, value=_span(token))
        if not self._next.is_("+", "-"):
            return Term(token.at, name=token.text)
        sign = -1 if self._take().text == "-" else 1
        if self._next.kind != "span":
            self._stop("expected a duration such as 24h")
        return Term(token.at, name=token.text, shift=sign * _span(self._take()))

    @property
    def _next(self) -> _Token:
        return self._tokens[self._place]

    @property
    def _after(self) -> _Token:
        return self._tokens[min(self._place + 1, len(self._tokens) - 1)]

    def _take(self) -> _Token:
        token = self._next
        self._place += 1
        return token

    def _took(self, text: str) -> bool:
        if not self._next.is_(text):
            return False
        self._place += 1
        return True

    def _expect(self, text: str) -> None:
        if not self._took(text):
            self._stop(f"expected {text!r}")

    def _stop(self, problem: str) -> NoReturn:
        found = "the end" if self._next.kind == "end" else repr(self._next.text)
        raise BadCondition(self._next.at, f"{problem}, found {found}")


def _tokens(text: str) -> Iterator[_Token]:
    place = 0
    end = len(text.rstrip())
    while place < end:
        found = _TOKEN.match(text, place)
        if found is None:
            at = place + len(text[place:]) - len(text[place:].lstrip())
            hint = _INSTEAD.get(text[at])
            raise BadCondition(at + 1, f"cannot read {text[at]!r}" + (f"; {hint}" if hint else ""))
        kind = str(found.lastgroup)
        at = found.start(kind) + 1 - (kind in ("double", "single"))
        word = found[kind]
        if kind in ("double", "single"):
            kind = "quoted"
        elif kind == "name" and word in _KEYWORDS:
            kind = "keyword"
        yield _Token(kind, word, at)
        place = found.end()
    yield _Token("end", "", len(text) + 1)


def _span(token: _Token) -> timedelta:
    amount, unit = re.fullmatch(r"([0-9]+)([a-z]+)", token.text).groups()  # type: ignore[union-attr] # as _TOKEN has it
    if unit not in _SECONDS:
        raise BadCondition(token.at, f"{token.text!r} is no elapsed time; write hours or days, such as 24h or 3d")
    seconds = int(amount) * _SECONDS[unit]
    if seconds > LONGEST_DAYS * _SECONDS["d"]:
        raise BadCondition(token.at, f"{token.text!r} is longer than ten years")
    return timedelta(seconds=seconds)


def _maybe_not(node: Node, *, negated: bool) -> Node:
    return Not(node) if negated else node
