"""The bot without its own pace: Slack's limits are off when it is measured. `python -m bench.unpaced`."""

import threading

from bot import policy, settings
from bot.app import Tocsin


def main() -> None:
    """Connect with the environment's settings, and serve until killed."""
    bot = Tocsin(settings.load(need_slack=True), policy.load(None))
    bot.start()
    threading.Event().wait()


if __name__ == "__main__":
    main()
