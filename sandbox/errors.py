"""Every error of the sandbox.

SandboxError            what a person who drives the sandbox did wrong; its text says what to do
├── BadManifest         the app manifest breaks a rule of Slack
├── NothingThere        no such button, input, person, channel … on what the person sees
├── NotAMember          a person looks into a private channel they are not in
└── WrongThread         a blocking verb was called where it would wait for itself

SlackError              what the Web API answers with `ok: false`: not an accident but an answer
"""

from typing import Any


class SandboxError(Exception):
    """Something the caller asked of the sandbox cannot be done; the text says what to do instead."""


class BadManifest(SandboxError):
    """The app manifest breaks one of Slack's rules; one line for each broken rule."""


class NothingThere(SandboxError, LookupError):
    """The person cannot see what they were told to click, fill in or look at."""


class NotAMember(SandboxError):
    """Only members see a private channel."""


class WrongThread(SandboxError):
    """A person's verb waits for the app; on the server's own event loop it would wait for ever."""


class SlackError(Exception):
    """A refusal, as Slack gives it.

    `error` is Slack's code, `body` what stands beside it in the answer (`needed`, `errors`, `response_metadata`, …),
    `status` the HTTP status (200 for all but rate limits and outages), `headers` extra response headers. `injected` says
    that a fault asked for it, and not a rule.
    """

    injected = False

    def __init__(self, error: str, *, status: int = 200, headers: dict[str, str] | None = None, **body: Any) -> None:
        super().__init__(error)
        self.error = error
        self.status = status
        self.headers = headers or {}
        self.body = body

    def answer(self) -> dict[str, Any]:
        """The JSON body of the refusal."""
        return {"ok": False, "error": self.error, **self.body}


def invalid_arguments(*messages: str) -> SlackError:
    """Slack's general refusal of an argument, with its `[ERROR] …` lines."""
    return SlackError("invalid_arguments", response_metadata={"messages": [f"[ERROR] {text}" for text in messages]})
