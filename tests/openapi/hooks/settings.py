"""What no description says of apps and endpoints: what a dialect makes of a template, a header or a setting."""


def obey(world, settings):
    """Settings of an app or an endpoint that a dialect of few rules takes."""
    settings = dict(settings)
    if "publisherId" in settings or "name" in settings:
        settings["publisherId"] = world.chance.choice([world.publisher["id"], world.publisher["ref"]])
    if "dialect" in settings:
        settings["dialect"] = "besitos"
    if settings.get("callbackUrl") is not None:
        settings["callbackUrl"] = world.receiver + "/pb"
    if settings.get("signedOrigin") is not None:
        settings["signedOrigin"] = "https://wall.example"
    if settings.get("headers"):
        settings["headers"] = {"X-Wall": "1"}
    for name in ("reversalUrl", "settings", "surfaceId"):
        settings.pop(name, None)
    if settings.get("success"):
        settings["success"] = _in_bytes(settings["success"])
    review = settings.get("review")
    if review and not any(review.get(name) for name in ("eventTypes", "offerIds")):
        settings["review"] = {**review, "eventTypes": ["sale"]}
    return settings


def _in_bytes(success):
    """Texts as long as they may be in bytes, which no description counts."""
    success = dict(success)
    if success.get("bodyContains") is not None:
        success["bodyContains"] = _cut(success["bodyContains"], 256)
    if success.get("bodyIs"):
        success["bodyIs"] = [_cut(text, 64).strip() or "OK" for text in success["bodyIs"]]
    return success


def _cut(text, most):
    return text.encode("utf-8", "ignore")[:most].decode("utf-8", "ignore") or "OK"
