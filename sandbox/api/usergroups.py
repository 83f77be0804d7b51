"""usergroups.* — see below."""
