"""The people: every verb goes the way Slack's own client goes, so that the app cannot tell the difference."""

from sandbox.people.acting import Acting
from sandbox.people.outcome import Outcome
from sandbox.people.rooms import Rooms

__all__ = ["Outcome", "Person"]


class Person(Acting, Rooms):
    """A human in the workspace. Verbs are synchronous, wait for the app where a client would, and work from any thread."""
