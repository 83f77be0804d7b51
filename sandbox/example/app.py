"""A small Bolt app that knows nothing of the sandbox: it reads the SLACK_* settings, as any app does."""

import os
from typing import Any

from slack_bolt import Ack, App, Say
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

app = App(client=WebClient(token=os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"]))


@app.command("/hello")
def hello(ack: Ack, command: dict[str, Any]) -> None:
    """Greet whoever typed it."""
    ack(f"Hello <@{command['user_id']}>!")


@app.event("app_mention")
def mentioned(event: dict[str, Any], say: Say) -> None:
    """Answer in a thread."""
    say(text="You called?", thread_ts=event["ts"])


if __name__ == "__main__":
    SocketModeHandler(app, os.environ["SLACK_APP_TOKEN"]).start()
