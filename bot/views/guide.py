"""What can be typed: one table, for `/incident help` and for the documentation."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Command:
    """A form of `/incident`: what is typed after it, and what that does, as people read both."""

    typed: str
    does: str

    @property
    def whole(self) -> str:
        """`/incident declare`."""
        return f"/incident {self.typed}".rstrip()


COMMANDS = (
    Command("", "what can be done now; outside a room: declare, open incidents, what waits for you"),
    Command("declare", "opens the form"),
    Command("declare sev1 Checkout is down", "declares at once; without a severity it is sev3"),
    Command("list", "the open incidents that you may see"),
    Command("status", "the card, for you alone"),
    Command("assign commander @ana", "gives a role"),
    Command("take comms", "takes a role"),
    Command("handover commander @bo", "hands a role over, with a note for the successor"),
    Command("away until friday", "gives your roles to your deputies in new incidents until then; `back` ends it"),
    Command("phase containment", "moves to another phase"),
    Command("severity sev2 only EU is affected", "changes the severity, with the reason"),
    Command("note We restarted the pods", "adds to the timeline"),
    Command("update Payments work again", "posts an update: to the room and the announcement's thread"),
    Command("customers", "drafts what customers are told; a stage such as `resolved` may follow"),
    Command("customers publish", "publishes the draft; `customers nothing-new` says that nothing has changed"),
    Command("deploy checkout 2.41", "names the deployment that it came after, and asks: roll back or fix forward?"),
    Command("rollback", "decides to roll it back"),
    Command("fixforward the migration cannot be undone", "decides to fix forward, with the reason"),
    Command("timeline", "the timeline, oldest first; it comes as a picture, too"),
    Command("action @bo by friday Add an alert", "adds a follow-up action with owner and due date"),
    Command("actions", "lists the follow-up actions, with what can be done with each"),
    Command("clocks", "regulatory clocks: what is due, with buttons to record times, draft, and say that it was filed"),
    Command("similar", "past incidents that resemble this one"),
    Command("review", "opens the post-incident review"),
    Command("review done", "finishes the review, or signs it"),
    Command("review factors", "lists what contributed, to change one by one"),
    Command("review changes", "what changed since the review was signed before"),
    Command("review share", "posts the review to the announcement's thread"),
    Command("risk", "says which risk of the register this was, or that it was a new one, or none"),
    Command("risks", "the risk register, the highest first; a key such as R-3 opens one, words look for some"),
    Command("risks add Nobody renews certificates", "adds a risk"),
    Command("close", "closes, or says what is still missing"),
    Command("dismiss a test alert", "ends it as a false alarm"),
    Command("merge INC-7", "ends it: it is the same as INC-7"),
    Command("reopen the errors are back", "opens it again"),
    Command("repair", "tries again what could not be delivered"),
    Command("help", "all of this"),
)
ELSEWHERE = "These work in the incident's room. Elsewhere name the incident first: `/incident status INC-7`."
