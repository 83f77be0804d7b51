"""What tocsin shows, as pure functions of frozen values: records, the policy, plain arguments; the time is an argument.

`kit` has the few words everything is said with, and is the only place that escapes. `card`, `lists`, `messages`,
`document`, `modals` and `home` are what people see; `buttons` are what they click. Paragraphs stand in `templates/`.
"""
