"""The API as the hooks call it themselves: with a bearer token, or signed as a source reports."""

import hashlib
import hmac
import json
import time

import requests


class Api:
    """A way to one Ringback, for whoever has this token."""

    def __init__(self, base, token):
        self.base, self.token, self._http = base, token, requests.Session()

    def of(self, token):
        """The same for somebody else."""
        return Api(self.base, token)

    def call(self, method, path, body=None, auth=None, headers=None):
        """The answer to a call; `body` is what is sent as JSON."""
        headers = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        data = None if body is None else json.dumps(body).encode()
        return self._http.request(method, self.base + path, data=data, headers=headers, auth=auth, allow_redirects=False)

    def done(self, method, path, body=None, **others):
        """What must not be refused."""
        answer = self.call(method, path, body, **others)
        if not 200 <= answer.status_code < 400:
            raise AssertionError(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer.json() if answer.text else None

    def get(self, path):
        return self.done("GET", path)

    def post(self, path, body=None, **others):
        return self.done("POST", path, {} if body is None else body, **others)

    def once(self, path, holds):
        """What stands at a path, once it is as it should be."""
        until = time.monotonic() + 30
        while True:
            found = self.get(path)
            if holds(found):
                return found
            if time.monotonic() > until:
                raise AssertionError(f"{path} never became as it should: {found}")


class Signed(requests.auth.AuthBase):
    """Signs what is sent as a source does, over the very bytes."""

    def __init__(self, surface, secret):
        self._surface, self._secret = surface, secret.encode()

    def __call__(self, request):
        body = request.body if request.method != "GET" else request.path_url
        body = body.encode() if isinstance(body, str) else body or b""
        timestamp = str(int(time.time() * 1000))
        signature = hmac.new(self._secret, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        request.headers["x-ea-surface"] = self._surface
        request.headers["x-ea-timestamp"] = timestamp
        request.headers["x-ea-signature"] = signature
        return request
