"""The tables, a topic a file. Times are aware UTC, user and channel ids are Slack's, every text is as the person wrote it.

Relations are not mapped: a question that needs two tables says so in `db.queries`.
"""

from db.models.base import Base, BigId, SlackId, SlackTs, Utc, word
from db.models.clocks import AnchorTime, ClockFact, Decision, Filing, RunningClock
from db.models.customers import CustomerUpdate, Notice, Subscriber, SubscriberToken
from db.models.delivery import DEAD, UNSETTLED, Effect, Outage, SeenEvent
from db.models.escalation import Escalation, Nudge, Reader
from db.models.figures import Chart
from db.models.incidents import Counter, Deployment, Entry, Incident, Member, Pin, Role
from db.models.people import Absence, Audit, Home, Person
from db.models.policies import PolicyVersion
from db.models.reviews import OPEN_ACTION, OPEN_REVIEW, Action, Factor, Review, ReviewVersion, Signature
from db.models.risks import OPEN_RISK, Risk, RiskAction, RiskAnswered, RiskEntry, RiskLink
from db.models.seals import Seal
from db.models.trackers import Issue, Polled

__all__ = [
    "DEAD",
    "OPEN_ACTION",
    "OPEN_REVIEW",
    "OPEN_RISK",
    "UNSETTLED",
    "Absence",
    "Action",
    "AnchorTime",
    "Audit",
    "Base",
    "BigId",
    "Chart",
    "ClockFact",
    "Counter",
    "CustomerUpdate",
    "Decision",
    "Deployment",
    "Effect",
    "Entry",
    "Escalation",
    "Factor",
    "Filing",
    "Home",
    "Incident",
    "Issue",
    "Member",
    "Notice",
    "Nudge",
    "Outage",
    "Person",
    "Pin",
    "PolicyVersion",
    "Polled",
    "Reader",
    "Review",
    "ReviewVersion",
    "Risk",
    "RiskAction",
    "RiskAnswered",
    "RiskEntry",
    "RiskLink",
    "Role",
    "RunningClock",
    "Seal",
    "SeenEvent",
    "Signature",
    "SlackId",
    "SlackTs",
    "Subscriber",
    "SubscriberToken",
    "Utc",
    "word",
]
