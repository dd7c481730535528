"""What paths name: by each parameter an object that is there, and now and then one that is not."""

from hooks.own import MADE

# Of so many paths of a call that has succeeded once, one names what is not there.
ABSENT = 12


def obey(world, call, own, given):
    """The parameters of a call's path; `given` are those that were made up."""
    if call in own.succeeded and world.chance.randrange(ABSENT) == 0:
        # What was made up may be known from an answer; it is read at most.
        return given if call.startswith("GET ") else dict.fromkeys(_names(call), "no-such")
    of_its_own = own.of(call) or {}
    return {name: of_its_own.get(name) or world.chance.choice(_there(world, call, name)) for name in _names(call)}


def spare(world, call, own, given):
    """The parameters of a call that goes on from an answer: it ends nothing that others need."""
    ends = call in MADE and any(value in world.kept for value in given.values())
    return {**given, **own.of(call)} if ends else given


def _names(call):
    parts = call.split("/")
    return [part.strip("{}") for part in parts if part.startswith("{")]


def _there(world, call, name):
    """The objects that a parameter may name; of several below one another those of the app."""
    before = call.split("/{id}")[0].rsplit("/", 1)[-1] if name == "id" else name
    if call.endswith(("/draft", "/check")):
        before = "draft"
    return {
        "publishers": [world.publisher["id"], world.publisher["ref"]],
        "apps": [world.app["id"], world.app["ref"]],
        "endpointId": [world.first_endpoint],
        "offers": [world.offer["id"], world.offer["ref"]],
        "offerId": [world.offer["id"], world.offer["ref"]],
        "egress-ips": [world.egress_ip["id"]],
        "completions": [world.completion, world.taken_back["id"], world.in_review],
        "deliveries": [world.delivered, world.dead, world.held],
        "externalId": [world.external_id, world.taken_back["externalId"]],
        "replays": [world.replay["id"]],
        "users": [world.user["id"]],
        "tokens": [world.token["id"]],
        "name": ["besitos", "offermaru", "standard-webhooks", world.published["name"], world.published["recipe"]],
        "draft": [world.draft["name"]],
    }[before]
