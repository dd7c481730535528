"""Objects of their own for calls that end what they name, use it up or change it for everybody: made when such a call is
to be made, and kept for the next one if it was refused."""

from hooks import second_factor


def _held(world):
    """A delivery of a paused app."""
    return {"id": world.reported(world.paused["id"])["deliveries"][0]["id"]}


def _canceled(world):
    delivery = _held(world)
    world.operator.post(f"/v1/deliveries/{delivery['id']}/cancel")
    return delivery


def _in_review(world):
    return {"id": world.reported(world.reviewed["id"])["id"]}


def _secret(world):
    app = world.new_app()
    # The first secret is active at once, and an active one cannot be deleted.
    secrets = [world.new_secret(app["id"]) for _ in range(2)]
    return {"id": app["id"], "endpointId": app["endpointId"], "secretId": secrets[-1]["id"]}


def _secrets_of(world):
    """An app with few secrets."""
    app = world.new_app()
    return {"id": app["id"], "endpointId": app["endpointId"]}


def _endpoint(world):
    app = world.new_app()["id"]
    return {"id": app, "endpointId": world.new_endpoint(app)["id"]}


def _assignment(world):
    egress_ip = world.new_egress_ip()
    assigned = world.operator.post(f"/v1/egress-ips/{egress_ip['id']}/assignments", {"appId": world.new_app()["id"]})
    return {"id": egress_ip["id"], "assignmentId": assigned["id"]}


def _running_replay(world):
    """One that waits: of an app that takes nothing only 16 deliveries are reopened."""
    app = world.new_app({"callbackUrl": world.receiver + "/pb", "paused": True})
    world.new_secret(app["id"])
    for _ in range(17):
        delivery = world.reported(app["id"])["deliveries"][0]["id"]
        world.operator.post(f"/v1/deliveries/{delivery}/cancel")
    return {"id": world.new_replay(app["id"])["id"]}


def _user_of_app(world):
    user = world.name("user")
    world.reported(world.silent["id"], {"userId": user})
    return {"id": world.silent["id"], "userId": user}


def _session(world):
    return {"id": second_factor.other_session(world)}


def _draft(world):
    return {"name": world.new_draft()["name"]}


def _version(world):
    return {"name": world.new_published()["recipe"]}


def _new(kind):
    return lambda world: {"id": getattr(world, f"new_{kind}")()["id"]}


MADE = {
    "DELETE /v1/tokens/{id}": _new("token"),
    "DELETE /v1/users/{id}": lambda world: {"id": world.new_person()["user"]["id"]},
    "PATCH /v1/users/{id}": lambda world: {"id": world.user["id"]},
    "DELETE /v1/invitations/{id}": _new("invitation"),
    "DELETE /v1/me/sessions/{id}": _session,
    "DELETE /v1/sources/{id}": _new("source"),
    "POST /v1/sources/{id}/rotate": _new("source"),
    "PATCH /v1/publishers/{id}": lambda world: {
        "id": world.operator.post("/v1/publishers", {"name": "P"})["id"]
    },
    "DELETE /v1/apps/{id}": _new("app"),
    "PATCH /v1/apps/{id}": _new("app"),
    "DELETE /v1/apps/{id}/users/{userId}": _user_of_app,
    "POST /v1/apps/{id}/credits": lambda world: {"id": world.silent["id"]},
    "PUT /v1/apps/{id}/egress": _new("app"),
    "POST /v1/apps/{id}/endpoints": _new("app"),
    "PATCH /v1/apps/{id}/endpoints/{endpointId}": _endpoint,
    "DELETE /v1/apps/{id}/endpoints/{endpointId}": _endpoint,
    "POST /v1/apps/{id}/secrets": _secrets_of,
    "POST /v1/apps/{id}/endpoints/{endpointId}/secrets": _secrets_of,
    "DELETE /v1/apps/{id}/secrets/{secretId}": _secret,
    "DELETE /v1/apps/{id}/endpoints/{endpointId}/secrets/{secretId}": _secret,
    "POST /v1/apps/{id}/secrets/{secretId}/activate": _secret,
    "POST /v1/apps/{id}/endpoints/{endpointId}/secrets/{secretId}/activate": _secret,
    "PATCH /v1/offers/{id}": _new("offer"),
    "PATCH /v1/egress-ips/{id}": _new("egress_ip"),
    "DELETE /v1/egress-ips/{id}": _new("egress_ip"),
    "POST /v1/egress-ips/{id}/assignments": _new("egress_ip"),
    "DELETE /v1/egress-ips/{id}/assignments/{assignmentId}": _assignment,
    "POST /v1/completions/{id}/release": _in_review,
    "POST /v1/completions/{id}/reject": _in_review,
    "POST /v1/completions/{id}/reversals": lambda world: {"id": world.reported(world.silent["id"])["id"]},
    "POST /v1/deliveries/{id}/cancel": _held,
    "POST /v1/deliveries/{id}/replay": _canceled,
    "POST /v1/replays/{id}/cancel": _running_replay,
    "PUT /v1/dialects/{name}/draft": _draft,
    "DELETE /v1/dialects/{name}/draft": _draft,
    "POST /v1/dialects/{name}/publish": _draft,
    "POST /v1/dialects/{name}/withdraw": _version,
}


class Own:
    """What was made and has not been used up."""

    def __init__(self, world):
        self._world, self._kept = world, {}
        # The calls that were granted once.
        self.succeeded = set()

    def of(self, call):
        """The parameters of the call's path; nothing where it may be made about what everybody has."""
        if call in MADE and call not in self._kept:
            self._kept[call] = MADE[call](self._world)
        return self._kept.get(call)

    def answered(self, call, status):
        """What a call was granted about is used up."""
        if 200 <= status < 400:
            self._kept.pop(call, None)
            self.succeeded.add(call)
