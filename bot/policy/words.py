"""What sections are made of: the words that people write in a policy, and how a section says that one is wrong."""

from collections.abc import Mapping
from email.errors import HeaderParseError
from email.headerregistry import Address
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, PlainSerializer, PlainValidator, PrivateAttr
from pydantic_core import PydanticCustomError

LOWER = frozenset("abcdefghijklmnopqrstuvwxyz")
UPPER = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
DIGITS = frozenset("0123456789")
SLUG = LOWER | DIGITS | frozenset("-_")
ANYBODY, INSIDERS = "anybody", "insiders"
LONGEST_KEY, LONGEST_PREFIX, LONGEST_EMAIL = 32, 20, 254


def _line(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise ValueError("expected one line of text")
    return text.strip()


def _key(text: str) -> str:
    if text[:1] in LOWER and SLUG.issuperset(text) and len(text) <= LONGEST_KEY:
        return text
    raise ValueError(f"expected a key of lower-case letters, digits, - and _, at most {LONGEST_KEY}")


def _slack_user(text: str) -> str:
    # https://docs.slack.dev/reference/objects/user-object: ids begin with U or W; their length is not promised.
    if text[:1] in {"U", "W"} and (UPPER | DIGITS).issuperset(text) and 2 <= len(text) <= LONGEST_KEY:
        return text
    raise ValueError("expected a Slack user id such as U0123ABCD (profile, three dots, Copy member ID)")


def _person_or_group(text: str) -> str:
    if text[:1] not in {"U", "W", "S"} or not (UPPER | DIGITS).issuperset(text) or not 2 <= len(text) <= LONGEST_KEY:
        raise ValueError("expected a Slack user id such as U0MIA, or a user group's such as S0ONCALL")
    return text


def _permitted(value: object) -> str | tuple[str, ...]:
    if value in (ANYBODY, INSIDERS):
        return str(value)
    if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
        raise ValueError("expected anybody, insiders, or a list of Slack ids such as [U0MIA, S0ONCALL]")
    return tuple(_person_or_group(one) for one in value)


def _as_listed(permitted: str | tuple[str, ...]) -> str | list[str]:
    return permitted if isinstance(permitted, str) else list(permitted)


def _auto(value: object) -> bool:
    if value is True or value == "auto":
        return True
    if value is False or value == "off":  # YAML reads a bare `off` as false.
        return False
    raise ValueError("expected auto or off")


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError("expected a whole number of at least 1")
    return value


def _folder(value: object) -> Path | None:
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise ValueError("expected the path of a folder")
    return Path(value)


def _email(text: str) -> str:
    try:
        address = Address(addr_spec=text)
    except (HeaderParseError, ValueError, IndexError):  # each of them, depending on what is wrong
        address = Address()
    if address.username and address.domain and text.isprintable() and " " not in text and len(text) <= LONGEST_EMAIL:
        return text
    raise ValueError("expected an e-mail address such as mia@example.com")


def _emoji(text: str) -> str:
    name = text.removeprefix(":").removesuffix(":")
    if text == f":{name}:" and name and (SLUG | frozenset("+'")).issuperset(name):
        return text
    raise ValueError('expected an emoji by its name, such as ":red_circle:"')


def _prefix(text: str) -> str:
    if text[:1] in LOWER | DIGITS and SLUG.issuperset(text) and len(text) <= LONGEST_PREFIX:
        return text
    raise ValueError(
        f"expected the beginning of a channel name: lower-case letters, digits, - and _, at most {LONGEST_PREFIX}"
    )


Line = Annotated[str, AfterValidator(_line)]
Key = Annotated[str, AfterValidator(_key)]
SlackUser = Annotated[str, AfterValidator(_slack_user)]
PersonOrGroup = Annotated[str, AfterValidator(_person_or_group)]
# Written by ourselves: Pydantic writes the union of both with a warning.
Permitted = Annotated[str | tuple[str, ...], PlainValidator(_permitted), PlainSerializer(_as_listed)]
Email = Annotated[str, AfterValidator(_email)]
Emoji = Annotated[str, AfterValidator(_emoji)]
Prefix = Annotated[str, AfterValidator(_prefix)]
Auto = Annotated[bool, PlainValidator(_auto)]
Count = Annotated[int, PlainValidator(_count)]
Folder = Annotated[Path | None, PlainValidator(_folder)]


def inconsistent(problem: str, *path: str | int) -> PydanticCustomError:
    """Keys that are fine by themselves but not together; `path` says where that is mended, if not at the section."""
    return PydanticCustomError("whole", "{problem}", {"problem": problem, **({"path": path} if path else {})})


class Section(BaseModel):
    """Keys under one heading: frozen, and what it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Entry(Section):
    """A section that people add under a key of their own."""

    _key: str = PrivateAttr(default="")

    @property
    def key(self) -> str:
        """What it is called in commands and in the record."""
        return self._key


E = TypeVar("E", bound=Entry)


def knowing_their_keys(entries: Mapping[str, E]) -> Mapping[str, E]:
    """The entries, each told the key that it stands under."""
    for key, entry in entries.items():
        entry._key = key  # noqa: SLF001 -- the key stands outside the entry in the file; this is where they meet
    return entries


def by_key(entries: Mapping[str, E]) -> Mapping[str, E]:
    """The entries in the order of their keys."""
    return dict(sorted(entries.items()))
