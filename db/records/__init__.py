"""Frozen pictures of what the database holds, a topic a file, for whoever draws or decides. No SQLAlchemy: made by hand as well.

Times are aware UTC; people, rooms and messages are named by Slack's ids.
"""

from db.records.clocks import AnchorRecord, ClockRecord, DecisionRecord, Duties, FactRecord, FilingRecord
from db.records.customers import CustomerUpdateRecord, NoticeRecord, PublicIncident, PublicUpdate
from db.records.delivery import DeliveryRecord
from db.records.escalation import EscalationRecord, ReaderRecord
from db.records.figures import (
    Cell,
    ChartRecord,
    Handling,
    Learning,
    LeftOut,
    Month,
    MonthFigures,
    Report,
    Share,
    Spread,
    Tally,
    discreet,
)
from db.records.incidents import Brief, DeploymentRecord, EntryRecord, IncidentRecord
from db.records.people import PersonRecord, named, users_in
from db.records.reviews import ActionRecord, FactorRecord, ReviewRecord, SignatureRecord, SimilarRecord, VersionRecord
from db.records.risks import LinkRecord, RiskAnswerRecord, RiskEntryRecord, RiskRecord, RiskSheet
from db.records.trackers import IssueRecord
from db.records.waiting import HeldRecord, SignatureOwed, Waiting
from db.records.whole import Record, Unread

__all__ = [
    "ActionRecord",
    "AnchorRecord",
    "Brief",
    "Cell",
    "ChartRecord",
    "ClockRecord",
    "CustomerUpdateRecord",
    "DecisionRecord",
    "DeliveryRecord",
    "DeploymentRecord",
    "Duties",
    "EntryRecord",
    "EscalationRecord",
    "FactRecord",
    "FactorRecord",
    "FilingRecord",
    "Handling",
    "HeldRecord",
    "IncidentRecord",
    "IssueRecord",
    "Learning",
    "LeftOut",
    "LinkRecord",
    "Month",
    "MonthFigures",
    "NoticeRecord",
    "PersonRecord",
    "PublicIncident",
    "PublicUpdate",
    "ReaderRecord",
    "Record",
    "Report",
    "ReviewRecord",
    "RiskAnswerRecord",
    "RiskEntryRecord",
    "RiskRecord",
    "RiskSheet",
    "Share",
    "SignatureOwed",
    "SignatureRecord",
    "SimilarRecord",
    "Spread",
    "Tally",
    "Unread",
    "VersionRecord",
    "Waiting",
    "discreet",
    "named",
    "users_in",
]
