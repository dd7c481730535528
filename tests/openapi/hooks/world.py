"""What calls are made about: one of each kind of object, made through the API before the first call.

They belong to one publisher and stay as they are for the whole run. What a call ends or uses up is not among them: it has
objects of its own (`own.py`).
"""

import ipaddress
import itertools
import json
import random
import re
import time
import uuid
from pathlib import Path

from hooks import receiver
from hooks.api import Api, Signed

RECIPES = Path(__file__).parents[2] / "recipes"

PASSWORD = "correct horse battery"
ROLES = ("operator", "account_manager", "publisher")
# What every dialect takes of a completion.
COMPLETION = {
    "eventType": "sale",
    "userId": "user_42",
    "offerId": "abc123",
    "offerName": "An offer",
    "userReward": "100",
    "payoutMinor": 250,
    "rewardMinor": 60,
}


class World:
    """The objects, and whoever made them."""

    def __init__(self, base, token):
        self.chance = random.Random(1)
        self._numbers = itertools.count(1)
        # Several runs may be made of one Ringback.
        self._run = uuid.uuid4().hex[:8]
        first = int(ipaddress.ip_address("127.1.0.0")) + int(self._run, 16) % 2**23
        self._addresses = (str(ipaddress.ip_address(number)) for number in itertools.count(first))
        self.operator = Api(base, token)
        # What the path names of the call that is about to be made.
        self.path = {}
        self.receiver = receiver.started()
        self.publisher = self.operator.post("/v1/publishers", {"name": "P", "ref": self.name("pub")})
        self.source = self.new_source()
        self.signed = Signed(self.source["surfaceId"], self.source["secret"])
        self.app = self.new_app({"ref": self.name("app"), "callbackUrl": self.receiver + "/pb"})
        self.first_endpoint = self.app["endpointId"]
        self.secrets = [self.new_secret(self.app["id"]) for _ in range(2)]
        # Of three secrets one signs, one is next and one is retired.
        self.operator.post(f"/v1/apps/{self.app['id']}/secrets/{self.secrets[1]['id']}/activate", {"overlapMinutes": 0})
        self.secrets.append(self.new_secret(self.app["id"]))
        self.endpoint = self.new_endpoint(self.app["id"], {"callbackUrl": self.receiver + "/mirror"})
        self.paused = self.new_app({"callbackUrl": self.receiver + "/pb", "paused": True})
        self.new_secret(self.paused["id"])
        # What is reported for it becomes no callback, so no dialect asks for anything.
        self.silent = self.new_app({"callbacks": "off"})
        self.reviewed = self.new_app(
            {"callbackUrl": self.receiver + "/pb", "review": {"hours": 720, "eventTypes": ["sale"]}}
        )
        self.new_secret(self.reviewed["id"])
        self.draft = self.new_draft()
        self.published = self.new_published()
        self.offer = self.new_offer()
        self.egress_ip = self.new_egress_ip()
        self.assignment = self.operator.post(
            f"/v1/egress-ips/{self.egress_ip['id']}/assignments", {"appId": self.silent["id"]}
        )
        self.click = self._followed()
        self._record()
        self.replay = self.new_replay(self.app["id"])
        self.user = self.new_person()["user"]
        self.token = self.new_token()
        self.invitation = self.new_invitation()

    def _record(self):
        """Deliveries in the states that there are, a completion taken back and one in review."""
        reported = self.reported(self.app["id"])
        self.completion, self.external_id = reported["id"], reported["externalId"]
        self.delivered = reported["deliveries"][0]["id"]
        self.operator.once(f"/v1/deliveries/{self.delivered}", lambda delivery: delivery["status"] == "delivered")
        # Its dialect cannot tell a part; where nobody is called back, none has to.
        self.taken_back = self.reported(self.silent["id"])
        part = {"externalId": self.taken_back["externalId"], "reversalId": "r1", "payoutMinor": 50}
        self.operator.post("/v1/reversals", part, auth=self.signed)
        self.operator.post(f"/v1/completions/{self.taken_back['id']}/reversals", {"note": "A mistake"})
        self.held = self.reported(self.paused["id"])["deliveries"][0]["id"]
        self.in_review = self.reported(self.reviewed["id"])["id"]
        broken = self.new_app({"callbackUrl": self.receiver + "/broken", "retrySchedule": [1]})
        self.new_secret(broken["id"])
        self.dead = self.reported(broken["id"])["deliveries"][0]["id"]
        self.operator.once(f"/v1/deliveries/{self.dead}", lambda delivery: delivery["status"] == "dead")
        self.operator.post(f"/v1/apps/{self.silent['id']}/credits", {"reason": "Goodwill", "userId": "user_42"})
        # A completion may be called as the path is that batches are reported to.
        self.reported(self.silent["id"], {"externalId": "batch"}, may_be_there=True)

    def _followed(self):
        """A click of the tracking link."""
        link = f"/c/{self.offer['id']}?app={self.app['id']}&user=user_42"
        answer = self.operator.call("GET", link, headers={"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/130.0"})
        return answer.headers["Location"].rsplit("/", 1)[-1]

    def name(self, kind):
        """A name that nothing else has."""
        return f"{kind}-{self._run}-{next(self._numbers)}"

    def reported(self, app, fields=None, may_be_there=False):
        """A completion of an app, as the answer to its report, with the id that it was reported under."""
        report = {"externalId": self.name("x"), "appId": app, **COMPLETION, **(fields or {})}
        answer = self.operator.call("POST", "/v1/conversions", report, auth=self.signed)
        if answer.status_code != 200 and not may_be_there:
            raise AssertionError(answer.text)
        return {**answer.json(), "externalId": report["externalId"]}

    def new_app(self, settings=None):
        app = {"publisherId": self.publisher["id"], "name": "A", "dialect": "besitos", **(settings or {})}
        return self.operator.post("/v1/apps", app)

    def new_endpoint(self, app, settings=None):
        return self.operator.post(f"/v1/apps/{app}/endpoints", {"dialect": "besitos", **(settings or {})})

    def new_secret(self, app, below=""):
        return self.operator.post(f"/v1/apps/{app}{below}/secrets")

    def recipe(self, name=None):
        """A dialect that is in no list, and its vectors, under a name that nothing else has or under this one."""
        text = (RECIPES / "coinbarn.toml").read_text().replace("x-coinbarn", name or "x-" + self.name("wall"), 1)
        return {"recipe": text, "vectors": json.loads((RECIPES / "coinbarn.json").read_text())}

    def new_draft(self):
        return self.operator.post("/v1/dialects", self.recipe())

    def new_published(self):
        """A version of a dialect, which can be withdrawn."""
        return self.operator.post(f"/v1/dialects/{self.new_draft()['name']}/publish")

    def new_offer(self):
        offer = {"name": "O", "destinationUrl": "https://advertiser.example/{click_id}", "payoutMinor": 1, "currency": "USD"}
        return self.operator.post("/v1/offers", {**offer, "ref": self.name("offer"), "goals": [
            {"id": "g1", "name": "Level 3", "payoutMinor": 2}]})

    def new_source(self):
        return self.operator.post("/v1/sources", {"name": "S"})

    def new_egress_ip(self):
        return self.operator.post("/v1/egress-ips", {"address": self.free_address()})

    def free_address(self):
        """One that this machine can bind to and nothing else here has."""
        return next(self._addresses)

    def new_replay(self, app):
        """A replay job of the last day."""
        since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 86_400))
        return self.operator.post("/v1/replays", {"appId": app, "from": since, "status": ["canceled"]})

    def new_token(self, role="publisher"):
        return self.operator.post("/v1/tokens", {"name": "T", **self._of(role)})

    def new_invitation(self, role="publisher"):
        return self.operator.post("/v1/invitations", {"email": self.name("ana") + "@example.com", **self._of(role)})

    def new_person(self, role="publisher"):
        """Somebody who has joined: as the answer says, with its session."""
        link = self.new_invitation(role)["link"]
        joining = {"token": link.rsplit("/", 1)[-1], "name": "Ana", "password": PASSWORD}
        return self.operator.post("/v1/join", joining)

    def _of(self, role):
        return {"role": role, **({"publisherId": self.publisher["id"]} if role == "publisher" else {})}

    def take_place_of(self, caller):
        """Calls are made by somebody of this role: a person, or with `-token` behind it a token."""
        role = caller.removesuffix("-token")
        if role not in ROLES:
            raise ValueError(f"RINGBACK_CALLER is none of {', '.join(ROLES)}: {caller}")
        if caller == role:
            joined = self.new_person(role)
            self.caller, self.caller_email = self.operator.of(joined["token"]), joined["user"]["email"]
            self.caller_sessions = self.caller.get("/v1/me/sessions")
        else:
            joined = self.new_token(role)
            self.caller, self.caller_email = self.operator.of(joined["token"]), None
        # The ids of all that is there for the whole run.
        self.kept = set(re.findall(r"[a-z]{3}_[0-9a-v]{13}", repr([vars(self), joined])))
