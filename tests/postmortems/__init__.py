"""Twelve public post-mortems, told to tocsin as incidents: what became of them must be a document that people would accept.

The facts and figures are those of the reports that each file names; the words are ours, and the people are made up. When the
document changes on purpose: `python -m pytest tests/postmortems --write-documents`, and read what changed.
"""
