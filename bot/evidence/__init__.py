"""What an auditor asks for: everything that is kept of a period, in one file that can be checked without the database.

`archive` writes what an `order` asks for, with `incident_rows`, `house_rows` and `results`; `check` looks whether the file is
whole and unchanged, `controls` says what speaks to which control, and `probes` look for it. It says what was found and what is
missing, and never what that amounts to: this is the auditor's work.
"""
