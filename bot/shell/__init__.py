"""What people do from a shell: the same workflows on the same store as in Slack, and without it.

While Slack is away this is how an incident is run. The running bot shows it in Slack, or the next one that reaches it
does. Whoever sits at the shell sees everything, private incidents too. One file a topic, each with its Typer `app`.
"""
