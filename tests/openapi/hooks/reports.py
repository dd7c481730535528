"""What no description says of reports: which app, user and click they are about, that each is another one, and how much is left
to be taken back."""


def _conversion(world, body):
    body["appId"] = world.silent["id"]
    body["userId"] = body.get("userId") or "user_42"
    if body.get("clickId"):
        # A click says all of that by itself, and its offer the currency.
        body["clickId"] = world.click
        for name in ("appId", "userId", "offerId", "goalId", "offerName", "currency"):
            body.pop(name, None)
    return _another(world, body)


def _another(world, body):
    """One that was not reported before, at an instant that has been."""
    body["externalId"] = _other(world, body.get("externalId"))
    # Without one of its own, a completion is called by its external id, which may be any text.
    body["transactionId"] = world.name("tx")
    body.pop("occurredAt", None)
    return body


def _other(world, name):
    """A name that nothing has, which ends as this one does."""
    return world.name("x") + "-" + (name or "")[-100:]


def _credit(world, body):
    if body.get("externalId"):
        body["externalId"] = _other(world, body["externalId"])
    return body


def _batch(world, body):
    return {**body, "conversions": [_conversion(world, dict(one)) for one in body["conversions"][:10]]}


def _reversal(world, body):
    body["externalId"] = world.reported(world.silent["id"])["externalId"]
    body.pop("occurredAt", None)
    return _part(world, body)


def _part(world, body):
    """A part that is no more than the whole."""
    amounts = [name for name in ("payoutMinor", "rewardMinor", "userReward") if body.get(name) is not None]
    for name in amounts:
        body.pop(name)
    if amounts:
        body["payoutMinor"], body["reversalId"] = 1, world.name("r")
    return body


RULES = {
    "POST /v1/conversions": _conversion,
    "POST /v1/conversions/batch": _batch,
    "POST /v1/reversals": _reversal,
    "POST /v1/apps/{id}/credits": _credit,
    "POST /v1/completions/{id}/reversals": _part,
}
