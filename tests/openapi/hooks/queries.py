"""What no description says of queries: what a parameter names is there, and what must not stand together does not."""

from datetime import datetime, timedelta, timezone

DAY = timedelta(days=1)


def obey(world, call, query):
    """The query with values that are good together."""
    query = given(query)
    names = {
        "appId": [world.app["id"], world.app["ref"]],
        "publisherId": [world.publisher["id"], world.publisher["ref"]],
        "endpointId": [world.first_endpoint, world.endpoint["id"]],
        "app": [world.app["id"], world.app["ref"]],
    }
    for name, there in names.items():
        if name in query:
            query[name] = world.chance.choice(there)
    if "appId" in query:
        query.pop("publisherId", None)
    _in_order(call, query)
    if call == "GET /v1/apps" and query.get("archived") not in (None, "false", False):
        query.pop("state", None)
        query.pop("sort", None)
    if call == "GET /v1/apps" and "cursor" in query:
        # Only a list in the order of age goes on behind an app that it does not hold.
        query.pop("sort", None)
    if query.get("format") in ("csv", "ndjson"):
        query.pop("limit", None)
        query.pop("cursor", None)
    if call == "GET /v1/lookup":
        _one_key(world, query)
    return query


def given(query):
    """Those parameters that have a value: an empty one counts as absent, whatever was to be written so."""
    return {name: value for name, value in query.items() if value not in ("", [""], {}, [])}


def _in_order(call, query):
    """A time of a day, where one was given that is none: too long, or one that ends before it begins."""
    if "from" not in query and "to" not in query:
        return
    now = datetime.now(timezone.utc)
    if call == "GET /v1/ledger":
        read, written = (lambda text: datetime.fromisoformat(text + "T00:00:00+00:00")), "%Y-%m-%d"
    else:
        read, written = datetime.fromisoformat, "%Y-%m-%dT%H:%M:%SZ"
    try:
        begin, end = read(query["from"]), read(query["to"]) if "to" in query else now
        fits = timedelta(0) < end - begin <= DAY
    except (KeyError, ValueError, TypeError):
        fits = False
    if not fits:
        query["from"] = (now - DAY).strftime(written)
        if "to" in query:
            query["to"] = now.strftime(written)


def _one_key(world, query):
    """Exactly one of three says what is looked for; mostly what is there."""
    there = {"userId": "user_42", "transactionId": world.external_id, "clickId": world.click}
    key = world.chance.choice([name for name in there if name in query] or list(there))
    value = query.get(key, there[key])
    for name in there:
        query.pop(name, None)
    query[key] = world.chance.choice([value, there[key]])
