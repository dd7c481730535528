"""Hooks of schemathesis: the calls that it makes up from the description are made about objects that are there.

Where a call is as described, what it names is replaced by what was made for that (`world.py`, `own.py`), and what no
description can say is heeded (`paths.py`, `queries.py`, `bodies.py`). What is wrong on purpose stays as it is. Answers are held
against a stricter copy of the description: an object has no field that it does not name.

    RINGBACK_URL     where `ringback serve` listens; with RINGBACK_ALLOW_HTTP=true, RINGBACK_ALLOW_TARGETS=127.0.0.0/8
    RINGBACK_TOKEN   an operator's token
    RINGBACK_CALLER  who calls: operator (default), account_manager or publisher, a person of that role who has signed in; or
                     the same with -token behind it, a token
    RINGBACK_SEEN    a file for the statuses that calls as described were answered with
"""

import atexit
import copy
import os

import schemathesis

from hooks import bodies, paths, queries
from hooks.own import Own
from hooks.seen import Seen
from hooks.world import World

world = World(os.environ["RINGBACK_URL"], os.environ["RINGBACK_TOKEN"])
world.take_place_of(os.environ.get("RINGBACK_CALLER", "operator"))
own, seen = Own(world), Seen()

if "RINGBACK_SEEN" in os.environ:
    atexit.register(seen.write, os.environ["RINGBACK_SEEN"])


def _is_signed(context):
    return context.operation.definition.raw.get("security") == [{"surface": []}]


def _has_bearer(context):
    return "security" not in context.operation.definition.raw


@schemathesis.auth(refresh_interval=None).apply_to(_is_signed)
class Signature:
    """Reports are signed as they are sent."""

    def get(self, _case, _context):
        return world.signed

    def set(self, case, data, _context):
        case._auth = data


@schemathesis.auth(refresh_interval=None).apply_to(_has_bearer)
class Bearer:
    def get(self, _case, _context):
        return world.caller.token

    def set(self, case, data, _context):
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {data}"}


@schemathesis.hook
def before_load_schema(_context, raw_schema):
    _close(raw_schema["components"]["schemas"])


def _close(schema):
    """An object that names its fields has no others."""
    if isinstance(schema, dict):
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
        for inner in schema.values():
            _close(inner)
    elif isinstance(schema, list):
        for inner in schema:
            _close(inner)


def _is_good(case, component):
    """Whether a part of a case is as described."""
    info = (case.meta.components if case.meta else {}).get(component)
    return info is not None and info.mode.is_positive


@schemathesis.hook
def before_call(context, case, _kwargs):
    call, location = context.operation.label, schemathesis.core.parameters.ParameterLocation
    # What goes on from an answer is about what was answered; a call that makes something is about what has all that it needs.
    is_linked = case.meta is not None and case.meta.phase.name == "stateful" and case.method != "POST"
    if _is_good(case, location.PATH):
        obey = paths.spare if is_linked else paths.obey
        case.path_parameters = obey(world, call, own, case.path_parameters)
    world.path = case.path_parameters or {}
    if case.query:
        case.query = queries.given(case.query)
    if _is_good(case, location.QUERY):
        case.query = queries.obey(world, call, case.query)
    if _is_good(case, location.BODY) and isinstance(case.body, dict):
        case.body = bodies.obey(world, call, copy.deepcopy(case.body))


@schemathesis.hook
def after_call(context, case, response):
    own.answered(context.operation.label, response.status_code)
    if case.meta is not None and case.meta.generation.mode.is_positive:
        seen.answered(context.operation.label, response.status_code)
