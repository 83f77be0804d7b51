"""The built-in policy: what holds for every key that a team's own file does not name.

It is written as a policy file and read like one. The same text stands in docs/policy.md.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from bot.policy.document import parse

BUILT_IN = """\
leadership: []                  # {name, slack, email, private}; private: true hears of private incidents, too

escalation:                     # who else must know; further rules may be added under keys of their own
  high:
    when: high                  # a condition on what is known of the incident
    why: it is of a high severity   # what people are told as the reason
    then:                       # what follows, once an incident; what is not wanted may be left out
      leadership: true          # tell leadership by e-mail and in Slack, and again when it changes
      customers: false          # ask the Communication Lead for an update to customers
      invite: []                # Slack ids of people (U…) and user groups (S…) to bring into the room
      roles: {}                 # roles that somebody must have, and how soon after this
    enabled: true               # false switches a rule off
  customer-data:
    when: kind == security and customer_data in [yes, unknown]
    why: it is a security incident and customer data is involved, as far as is known
    then: {leadership: true}
  personal-data:
    when: personal_data == yes
    why: personal data is involved, which may have to be notified
    then: {leadership: true}
  customers:
    when: service_affecting == yes
    why: customers notice
    then: {customers: true, roles: {comms: 10m}}

roles:                          # who does what in an incident; further roles may be added under keys of their own
  commander:
    label: Incident Commander   # what people read
    duty: Leads the response; decides, delegates and keeps everybody on the same plan.
    default: null               # Slack user id of who has the role when nobody is named
    deputies: []                # Slack user ids of who has it, in this order, when that one is away or has left
  primary:
    label: Primary On-Call
    duty: Works on the problem first; investigates, contains and repairs.
    default: null
  secondary:
    label: Secondary On-Call
    duty: Helps the Primary On-Call and takes over when they need a break.
    default: null
  comms:
    label: Communication Lead
    duty: Tells those who are not in the room; writes updates for colleagues, customers and leadership.
    default: null

severities:                     # worst first; further severities may be added, and all are listed by their keys
  sev1:
    label: SEV1                 # what people read
    meaning: Most customers cannot work, data is lost or exposed, safety is at risk.
    emoji: ":red_circle:"       # its colour in Slack
    high: true                  # leadership is told at once
    review_required: true       # the incident cannot be closed without a review
    review_due: 3d              # when the review, required or asked for, must be done
    targets:                    # how soon, counted from the declaration; null where there is no target
      acknowledge: 5m           # somebody works on it
      commander: 5m             # a commander is named
      update_every: 30m         # the longest time between two internal updates
  sev2:
    label: SEV2
    meaning: An important function fails, or many customers are hit.
    emoji: ":large_orange_circle:"
    high: true
    review_required: true
    review_due: 5bd
    targets: {acknowledge: 15m, commander: 15m, update_every: 60m}
  sev3:
    label: SEV3
    meaning: Part of a function fails, few are hit, or there is a workaround.
    emoji: ":large_yellow_circle:"
    high: false
    review_required: false
    review_due: 10bd
    targets: {acknowledge: 1h, commander: null, update_every: 4h}
  sev4:
    label: SEV4
    meaning: Cosmetic or without visible effect; a ticket would do.
    emoji: ":large_blue_circle:"
    high: false
    review_required: false
    review_due: 10bd
    targets: {acknowledge: 1bd, commander: null, update_every: null}

customers:                      # what customers are told, and who publishes it
  organisation: null            # whose status page it is, as customers know you; null names nobody
  publish: [comms, commander]   # who may publish: whoever has one of these roles
  second_person: false          # true: whoever wrote a draft may not publish it
  first: {sev1: 10m, sev2: 30m, sev3: 4h, sev4: null} # how soon the first update is due once a rule asks for one
  cadence:                      # how long after an update the next one is due; null asks for none
    sev1: 30m
    sev2: 60m
    sev3: null
    sev4: null
  remind:                       # who is reminded of an update that is due, and how long after; null leaves one out
    comms: 0d
    room: 5m
    commander: 10m
  components: {}                # what can fail, as customers know it: {checkout: {label: Checkout, statuspage: null}}
  targets:                      # where updates are published
    page: true                  # tocsin's own status page: /status on TOCSIN_HTTP
    statuspage: null            # Atlassian Statuspage: the page's id; TOCSIN_STATUSPAGE_KEY is the key
    email: false                # subscribers, who subscribe on tocsin's own status page
    slack: []                   # channels by their ids, also those shared with customers: [C0123ABCD]
  page:                         # tocsin's own status page
    address: null               # what customers open: https://status.example.com
    bot: null                   # where they reach the bot's /status, if the page is hosted elsewhere
    folder: null                # where the page is also written as files, to be hosted elsewhere

review:
  # What must be there before a review is done. There are also trigger, detection, went_well, went_badly, luck and
  # prevention.
  required: [impact, factors, actions, timeline_read]
  sign: [commander]             # whose signatures make it done: roles; for one that nobody has, the review's owner signs
  asks:                         # who is asked for what the record cannot know: a role; null, or nobody there: the owner
    impact: comms
    trigger: primary
    factors: primary
    detection: primary
    learned: null               # what went well, what went less well, where we were lucky
    prevention: null            # what keeps others from using the same way again
  canvas: auto                  # the room's canvas shows the review, where the workspace has canvases; off: never
  chase:                        # reminders of overdue reviews
    cron: "0 9 * * mon-fri"     # when overdue reviews are looked for: five fields, in TOCSIN_TIMEZONE
    ladder:                     # how long after the due date each is reminded; null leaves a rung out
      owner: 0d
      room: 1d
      commander: 2d
      leadership: 3d
    again: 7d                   # after the last rung, leadership is reminded again and again in this rhythm
    snooze: 1d                  # how long the button "Snooze" keeps the reminders quiet

actions:
  due:                          # when a follow-up action is due if nobody says so, one entry for every severity
    sev1: 15d
    sev2: 30d
    sev3: 60d
    sev4: 60d

report:
  post: true                    # post a month's figures in the incidents channel, on the first business day after it

trackers:                       # follow-up actions as issues of a tracker, too: docs/trackers.md
  use: null                     # github or jira; null: nowhere
  kinds: [prevent, detect, mitigate, process] # which actions go there
  private: false                # true: those of private incidents, too, with nothing but what is to be done
  people: {}                    # who is who there: {U0MIA: {github: mia-demo, jira: 5b10a2844c20165700ede21g}}
  github:
    repo: null                  # owner/name
    labels: [incident]
  jira:
    project: null               # its key, such as OPS
    type: Task                  # the issue type, by its name
    labels: [incident]
    rejected: [Won't Do, Won't Fix, Duplicate, Cannot Reproduce, Declined, Cancelled] # statuses and resolutions: not done

risks:                          # the risk register
  required: high or kind == security # of which incidents somebody says which risk they were, before they are closed
  asked: true                   # of which it is asked all the same, once they are closed
  high: 12                      # likelihood × impact, 1 to 25, from which on a risk is high
  review: {high: 90d, others: 365d} # how long after a risk was added, changed or looked at it is looked at again
  categories:                   # what sorts there are; further ones may be added under keys of their own
    availability: Availability
    change: Changes and releases
    data: Data lost or exposed
    legal: Law and contracts
    other: Something else
    people: People and knowledge
    security: Attack or abuse
    supplier: Suppliers

rooms:
  prefix: inc                   # what the names of incident channels begin with: inc-7-checkout-is-down

permissions:                    # anybody; insiders (declarer, role holders, people in the room); or a list of Slack ids
  declare: anybody
  severity: insiders            # change or confirm the severity
  close: insiders               # close, dismiss, merge and reopen
  clocks: insiders              # record times, answers, filings and decisions of regulatory clocks
  risks: anybody                # change the risk register; insiders: a risk's owner. An incident's people may always answer
  see_private: []               # users (U…) and user groups (S…) who see every private incident
  administrate: insiders        # repair; who is listed here may also do all of the above

retention:                      # how long what is over is kept; null is for ever
  effects: 90d                  # what was delivered to Slack and by mail; the timeline keeps what was said
  audits: 1095d                 # refusals, and what administrators did
  texts: null                   # what was written in incidents that ended: redacted then, unless under legal hold

backup:                         # of tocsin's own database
  cron: "30 2 * * *"            # when: five fields, in TOCSIN_TIMEZONE; null makes none
  folder: null                  # where to; null makes none
  keep: 14                      # how many to keep

frameworks:                     # laws and contracts that set clocks running: docs/clocks.md has all of them, and every key
  gdpr: {applies: null, by: null, decided_on: null}  # true or false once somebody has decided, with who and when
  ukgdpr: {applies: null, by: null, decided_on: null}
  nis2: {applies: null, by: null, decided_on: null}
  dora: {applies: null, by: null, decided_on: null}
  cra-vuln: {applies: null, by: null, decided_on: null}
  cra-inc: {applies: null, by: null, decided_on: null}
  aiact: {applies: null, by: null, decided_on: null}
  sec: {applies: null, by: null, decided_on: null}
  nydfs: {applies: null, by: null, decided_on: null}
  us-bank: {applies: null, by: null, decided_on: null}
  ftc: {applies: null, by: null, decided_on: null}
  hipaa: {applies: null, by: null, decided_on: null}
  california: {applies: null, by: null, decided_on: null}
  circia: {applies: null, by: null, decided_on: null}
  uk-csr: {applies: null, by: null, decided_on: null}
  cert-in: {applies: null, by: null, decided_on: null}
  contracts: {applies: null, by: null, decided_on: null}

templates:                      # of documents and messages, instead of those in templates/
  folder: null                  # where; a file there, such as review.md.j2, is used instead of the one of that name

calendar:
  zone: null                    # IANA zone of the team's days and business days; null is TOCSIN_TIMEZONE
  holidays: []                  # dates that are no business days, such as 2026-12-25
"""


@cache
def defaults() -> Mapping[str, Any]:
    """The built-in policy as plain data. Shared: not to be changed."""
    return parse(BUILT_IN, name="built-in policy").values
