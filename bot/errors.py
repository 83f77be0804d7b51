"""Every error that tocsin raises on purpose. The text of each is a sentence for the person who reads it.

TocsinError
├── Refused          what was asked cannot be done now; nothing was changed
│   └── NotFound     there is no such incident, or not for this person (the same words for both)
├── BadSettings      an environment setting is missing or malformed
├── BadPolicy        the policy file says something that cannot be
├── NotYet           something else must be there first; nothing was tried
├── SlackError       a call of Slack's Web API did not succeed
│   ├── SlackRefused   Slack understood and said no; saying it again would not help
│   ├── SlackBusy      Slack asks to come back later
│   └── SlackUnclear   nobody knows whether the call was carried out
├── MailError        an e-mail was not taken by the mail server
│   ├── MailRefused    it said no for good; saying it again would not help
│   └── MailUnclear    not now, or nobody knows
└── TargetError      a place outside (where customers read, a tracker) did not take what it was told
    ├── TargetRefused  it said no for good
    ├── TargetBusy     it asks to come back later
    └── TargetUnclear  nobody knows
"""

from collections.abc import Mapping
from typing import Any


class TocsinError(Exception):
    """The root: `str(error)` is one sentence that says what to do."""


class Refused(TocsinError):
    """What the person asked for cannot be done; the sentence says why and what would work. Nothing was changed."""


class NotFound(Refused):
    """No such incident for this person. Missing and private incidents must be told apart by nobody."""

    def __init__(self, key: str) -> None:
        super().__init__(f"There is no incident {key} that you can see. `/incident list` shows the open ones.")


class BadSettings(TocsinError):
    """An environment setting is missing or malformed; one line that names it and never holds a secret."""


class BadPolicy(TocsinError):
    """The policy file cannot be used; the line names the file, the line and the key."""


class NotYet(TocsinError):
    """What must be there first (a room that is being opened) is not there yet. Nothing was tried; it comes in a moment."""


class SlackError(TocsinError):
    """A call to Slack did not succeed. Holds the method and Slack's error code, never a message's text."""

    def __init__(self, method: str, code: str, hint: str = "") -> None:
        self.method = method
        self.code = code
        super().__init__(f"Slack answered {code} to {method}" + (f" ({hint})" if hint else ""))


class SlackRefused(SlackError):
    """Slack said no (`ok: false`): repeating the same call gives the same answer. `answer` is the whole of it."""

    def __init__(self, method: str, code: str, hint: str = "", answer: Mapping[str, Any] | None = None) -> None:
        self.answer = answer or {}
        super().__init__(method, code, hint)


class SlackBusy(SlackError):
    """Slack said 429: nothing was done. `retry_after` is in seconds."""

    def __init__(self, method: str, retry_after: float) -> None:
        self.retry_after = retry_after
        super().__init__(method, "ratelimited", f"retry after {retry_after:g} s")


class SlackUnclear(SlackError):
    """Time-out, dropped connection or 5xx: the call may or may not have been carried out."""


class MailError(TocsinError):
    """The mail server did not take an e-mail. Says at what, never to whom nor what stood in it."""


class MailRefused(MailError):
    """No, for good: an answer from 500 on, or what we need it does not offer."""


class MailUnclear(MailError):
    """Not now (an answer from 400 on), or no answer: it may have been taken all the same."""


class TargetError(TocsinError):
    """A place outside did not take what it was told. Says which and what it answered, never a text that people wrote."""


class TargetRefused(TargetError):
    """No, for good; or it is not set up, and the sentence says what is missing."""


class TargetBusy(TargetError):
    """Too many calls: nothing was done. `retry_after` is in seconds."""

    def __init__(self, sentence: str, retry_after: float) -> None:
        self.retry_after = retry_after
        super().__init__(sentence)


class TargetUnclear(TargetError):
    """No answer, or one that does not say whether it was taken."""
