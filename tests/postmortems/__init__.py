"""Twelve public post-mortems, told to tocsin as incidents: what became of them must be a document that people would accept.

The events and main figures are those of the reports that each file names; the words are ours, and the people are made up.
Not every time between beginning and end, and not every action, was found in the report: these files are material for tests and
no source on what happened. When the document changes on purpose: `python -m pytest tests/postmortems --write-documents`, and read what changed.
"""
