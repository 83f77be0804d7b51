"""What happens to an incident, as verbs. A workflow decides and stores; it never calls Slack, commits or reads the clock.

`lifecycle` holds the pure rules: which phase may follow which, and what a phase still lacks. The other modules each
take the transaction in hand (`work`) first and everything else by name.
"""
