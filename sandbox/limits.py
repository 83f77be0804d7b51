"""Rate limits: per method in windows of a minute, and one message a second in each channel.

https://docs.slack.dev/apis/web-api/rate-limits. Slack tolerates bursts of unpublished size; the sandbox does not, so
that whoever stays within its limits stays within Slack's.
"""

import math

from sandbox.errors import SlackError
from sandbox.ids import Clock
from sandbox.methods import Method

WINDOW_SECONDS = 60.0
CALLS_A_WINDOW = {"tier1": 1, "tier2": 20, "tier3": 50, "tier4": 100, "special": 600, "none": 600}
POSTING = frozenset({"chat.postMessage", "chat.meMessage"})
SECONDS_BETWEEN_POSTS = 1.0


def ratelimited(retry_after: float) -> SlackError:
    """HTTP 429, with the seconds to wait."""
    wait = str(max(1, math.ceil(retry_after)))
    return SlackError("ratelimited", status=429, headers={"Retry-After": wait})


class Limits:
    """Counts the calls when switched on (`on`); refused calls do not count."""

    def __init__(self, clock: Clock, *, on: bool) -> None:
        self.on = on
        self._clock = clock
        self._windows: dict[str, tuple[float, int]] = {}  # method -> when its window began, calls in it
        self._posted: dict[str, float] = {}  # channel -> when the last message was posted

    def check(self, method: Method) -> None:
        """Count one call; raises SlackError (429) when the method's window is full."""
        if not self.on:
            return
        now = self._clock.now()
        began, calls = self._windows.get(method.name, (now, 0))
        if now - began >= WINDOW_SECONDS:
            began, calls = now, 0
        if calls >= CALLS_A_WINDOW[method.tier]:
            raise ratelimited(began + WINDOW_SECONDS - now)
        self._windows[method.name] = (began, calls + 1)

    def check_post(self, channel_id: str) -> None:
        """Count one message of the app in a channel; raises SlackError (429) when the last one is too young."""
        if not self.on:
            return
        now = self._clock.now()
        since = now - self._posted.get(channel_id, -SECONDS_BETWEEN_POSTS)
        if since < SECONDS_BETWEEN_POSTS:
            raise ratelimited(SECONDS_BETWEEN_POSTS - since)
        self._posted[channel_id] = now
