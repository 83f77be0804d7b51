"""The status page as the bot serves it: its own HTTP server on a database, without a Slack."""

from types import SimpleNamespace

import httpx
import pytest

from bot import policy, settings, web
from bot.app import Tocsin
from bot.settings import HttpAddress
from bot.workflows import customers, incidents
from db.enums import ComponentState, Stage

RULES = """
customers:
  organisation: Example Shop
  components:
    checkout: {label: Checkout}
    search: {label: Search}
    api: {label: Interface for programs}
  targets: {email: true}
  page: {address: "https://status.example.com", folder: FOLDER}
"""


@pytest.fixture
def served(tmp_path, sqlite_template, clock, post_office):
    """The page's address, and the bot behind it: nothing else of the bot runs."""
    database = tmp_path / "tocsin.db"
    database.write_bytes(sqlite_template.read_bytes())
    rules = tmp_path / "policy.yml"
    rules.write_text(RULES.replace("FOLDER", str(tmp_path / "site")))
    environment = {
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_APP_TOKEN": "xapp-1",
        "SLACK_API_URL": "http://127.0.0.1:1/",
        "DATABASE_URL": f"sqlite:///{database}",
        "TOCSIN_SMTP_URL": post_office.url,
        "TOCSIN_POLICY": str(rules),
    }
    bot = Tocsin(settings.load(need_slack=True, env=environment), policy.load(rules), clock)
    server = web.Server(
        web.application(bot.parts, connected=lambda: True, slack=None), HttpAddress(host="127.0.0.1", port=0)
    )
    address = f"http://127.0.0.1:{server.start()}"
    with httpx.Client(base_url=address, timeout=30) as client:
        yield SimpleNamespace(
            bot=bot, store=bot.parts.store, rules=bot.parts.policy, url=f"{address}/status/", client=client
        )
    server.stop()
    bot.parts.store.close()


@pytest.fixture
def publishes(served, clock):
    """Publish an update of an incident, which is declared with the first; gives its number."""

    def publish(
        stage, text, *, number=None, title="Checkout is down", targets=("page", "email"), carried=True, **components
    ):
        with served.store.begin() as work:
            if number is None:
                number = incidents.declare(work, policy=served.rules, by="U0ANA", title="Only we read this").id
            wanted = customers.Wording(
                stage=Stage(stage),
                title=title,
                text=text,
                components={key: ComponentState(state) for key, state in components.items()},
                targets=targets,
            )
            customers.draft(work, policy=served.rules, number=number, by="U0ANA", wanted=wanted)
            customers.publish(work, policy=served.rules, number=number, by="U0ANA")
        if carried:
            carries(served)
        return number

    return publish


NOT_SLACK = ("RefreshStatusPage", "MailSubscribers", "MailSubscriber", "AskSubscriber")


def carries(served):
    """What goes to customers is carried; there is no Slack for the rest."""
    while served.bot.delivery.carry_one(NOT_SLACK):
        pass
