"""Block Kit: what Slack refuses (`validator`), and what it fills in (`filling`)."""
