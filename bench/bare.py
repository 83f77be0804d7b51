"""A bare Bolt app that acknowledges everything and does nothing: what tocsin is compared with. `python -m bench.bare`."""

import os
import threading

from slack_bolt import Ack, App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from bot.receiver import WORKERS


def main() -> None:
    """Connect with the environment's settings, and serve until killed."""
    client = WebClient(os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"])
    app = App(client=client, process_before_response=True)

    @app.command("/incident")
    def nothing(ack: Ack) -> None:
        ack()

    SocketModeHandler(app, os.environ["SLACK_APP_TOKEN"], concurrency=WORKERS).connect()
    threading.Event().wait()


if __name__ == "__main__":
    main()
