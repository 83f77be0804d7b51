"""What is loaded already where `tests.processes` forks: all that a bot loads before it is up, and the policy that it comes with.

It is frozen: the collectors of those who are forked leave it alone, and its pages stay shared.
"""

# ruff: noqa: F401 -- to load them is what this is for

import gc

import psycopg
import pydantic.v1
import uvicorn.protocols.http.auto
import uvicorn.protocols.websockets.auto
import uvloop

import bot.__main__
import bot.app
import bot.logs
import bot.policy
import tests.processes

bot.policy.load()
gc.collect()
gc.freeze()
