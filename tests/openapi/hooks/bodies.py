"""What no description says of bodies: what they name is there, one value fits another, and no dialect objects."""

import tomllib
from datetime import datetime, timedelta, timezone

from hooks import reports, second_factor, settings
from hooks.world import PASSWORD


def obey(world, call, body):
    """The body, made to be taken."""
    names = {
        "publisherId": [world.publisher["id"], world.publisher["ref"]],
        "appId": [world.app["id"], world.app["ref"]],
        "egressIpId": [world.egress_ip["id"]],
        "endpointId": [world.first_endpoint],
        "secretId": [secret["id"] for secret in world.secrets],
        "completionId": [world.completion],
        "deliveryId": [world.delivered],
        "sinceDeliveryId": [world.delivered],
    }
    for name, there in names.items():
        if body.get(name) is not None:
            body[name] = world.chance.choice(there)
    if body.get("ref") is not None:
        body["ref"] = world.name("ref")
    rule = RULES.get(call)
    return _digits(rule(world, body) if rule else body)


def _digits(value):
    """Numbers by the digits that are read: JSON Schema takes 517.0 for a whole one, and knows of no places behind the point."""
    if isinstance(value, dict):
        return {name: _digits(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_digits(inner) for inner in value]
    if isinstance(value, float):
        return int(value) if value.is_integer() else int(value) + 0.5
    return value


def _source(world, body):
    if body.get("appIds"):
        body["appIds"] = [world.app["id"]]
    return body


def _of_role(world, body):
    # Only a publisher itself need not say which one is meant.
    if body["role"] == "publisher":
        body["publisherId"] = world.publisher["id"]
    return body


def _token(world, body):
    if body.get("expiresAt") is not None:
        body["expiresAt"] = _later()
    return _of_role(world, body)


def _offer(_, body):
    if "destinationUrl" in body:
        body["destinationUrl"] = "https://advertiser.example/{click_id}"
    if "currency" in body:
        body["currency"] = "EUR"
    if body.get("goals"):
        body["goals"] = list({goal["id"]: goal for goal in body["goals"]}.values())
    if body.get("activeUntil") is not None:
        body["activeFrom"], body["activeUntil"] = _later(-1), _later()
    return body


def _egress_ip(world, body):
    # Not every address is one machine's, and what is bound to is of the address's family.
    if "address" in body:
        body["address"] = world.free_address()
    if body.get("bind") is not None:
        body["bind"] = "127.0.0.1"
    return body


def _assignment(world, body):
    if body.get("appId") is not None:
        body["appId"] = world.new_app()["id"]
    else:
        body["publisherId"] = world.operator.post("/v1/publishers", {"name": "P"})["id"]
    return body


def _replacement(_, body):
    if body.get("activeAt") is not None:
        body["activeAt"] = _later()
    return body


def _replay(world, body):
    if body.get("sinceDeliveryId") is None:
        body["appId"], body["from"] = world.new_app()["id"], _later(-1)
        if body.get("to") is not None:
            body["to"] = _later()
    return body


def _user(world, body):
    if body.get("publisherId") is not None or body.get("role") == "publisher":
        body["role"], body["publisherId"] = "publisher", world.publisher["id"]
    elif "publisherId" in body:
        body["role"] = body.get("role") or "account_manager"
    return body


def _me(_, body):
    body.pop("currentPassword", None)
    if body.get("password") is not None:
        body["password"] = body["currentPassword"] = PASSWORD
    return body


def _join(world, body):
    body["token"] = world.new_invitation()["link"].rsplit("/", 1)[-1]
    body["name"] = body.get("name") or "Ana"
    body.pop("email", None)
    return body


def _sign_in(world, body):
    body.pop("code", None)
    return {**body, "email": world.user["email"], "password": PASSWORD}


def _second_factor(world, body):
    second_factor.taken_away(world)
    return {**body, "password": PASSWORD} if body.get("password") is not None else body


def _preview(world, body):
    for name in ("completionId", "completion", "deliveryId"):
        if body.get(name) is not None and name != "deliveryId":
            body["attempt"] = None
    if body.get("deliveryId") is not None:
        body["reversal"] = None
        if body.get("attempt") is not None:
            body["attempt"] = 1
    return _unsaved(world, body)


def _unsaved(world, body):
    if body.get("endpoint") is not None:
        body["endpoint"] = {**settings.obey(world, body["endpoint"]), "dialect": "besitos"}
        body["endpoint"]["callbackUrl"] = world.receiver + "/pb"
    return _invented(world, body)


def _test(world, body):
    if body.get("recipe") is not None:
        # The endpoint's own URL fits no other dialect, so that a test by a draft has an app of its own in the tests of that.
        body.pop("recipe")
    return _invented(world, body)


def _invented(_, body):
    if body.get("completion") is not None:
        body["completion"] = {"userReward": "5"}
    return body


def _pasted(world, body):
    preview = world.operator.post(f"/v1/apps/{world.app['id']}/preview", {"completionId": world.completion})
    if body.get("pasted") is not None:
        return {"pasted": preview["url"]}
    return {"method": preview["method"], "url": preview["url"]}


def _recipe(world, body):
    """A recipe as text, or as the same in JSON."""
    body = {**body, **world.recipe()}
    if isinstance(body["recipe"], str) and world.chance.randrange(2):
        body["recipe"] = tomllib.loads(body["recipe"])
    if body.get("publishers"):
        body["publishers"] = [world.publisher["id"]]
    return body


def _replacement_of_draft(world, body):
    """A recipe of the name that the path says, whichever draft of it was seen."""
    return {**_recipe(world, body), **world.recipe(world.path.get("name")), "revision": None}


def _later(days=1):
    return (datetime.now(timezone.utc) + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


RULES = {
    "POST /v1/sources": _source,
    "POST /v1/tokens": _token,
    "POST /v1/invitations": _of_role,
    "POST /v1/apps": settings.obey,
    "PATCH /v1/apps/{id}": lambda world, body: {
        name: value for name, value in settings.obey(world, body).items() if name != "publisherId"
    },
    "POST /v1/apps/{id}/endpoints": settings.obey,
    "PATCH /v1/apps/{id}/endpoints/{endpointId}": settings.obey,
    "POST /v1/dialects": _recipe,
    "PUT /v1/dialects/{name}/draft": _replacement_of_draft,
    "POST /v1/dialects/{name}/publish": lambda _, body: {**body, "revision": None},
    "POST /v1/offers": _offer,
    "PATCH /v1/offers/{id}": _offer,
    "POST /v1/egress-ips": _egress_ip,
    "PATCH /v1/egress-ips/{id}": _egress_ip,
    "POST /v1/egress-ips/{id}/assignments": _assignment,
    "PUT /v1/apps/{id}/egress": _replacement,
    "POST /v1/replays": _replay,
    "PATCH /v1/users/{id}": _user,
    "PATCH /v1/me": _me,
    "POST /v1/join": _join,
    "POST /v1/sessions": _sign_in,
    "POST /v1/me/second-factor": _second_factor,
    "POST /v1/me/second-factor/confirm": lambda world, _: {"code": second_factor.begun(world)},
    "POST /v1/me/second-factor/remove": lambda _, body: {**body, "password": PASSWORD},
    "POST /v1/apps/{id}/preview": _preview,
    "POST /v1/preview": _unsaved,
    "POST /v1/apps/{id}/test": _test,
    "POST /v1/apps/{id}/diagnose": _pasted,
    "POST /v1/apps/{id}/endpoints/{endpointId}/diagnose": _pasted,
    **reports.RULES,
}
