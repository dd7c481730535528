"""A publisher's page and a sender that knows its vendor's documentation; `prove` tries the one with the other."""

from dataclasses import dataclass, field
from typing import Callable
from urllib.parse import parse_qsl

from checks.harness import accepted_rows, check, receiver
from checks.signing import query, rfc3986

ORIGIN = "https://pub.example"


@dataclass(frozen=True)
class Page:
    """`text(url, values, secret)` is what is signed, `digest(text, secret)` makes the signature of it, and `carrier` is
    the parameter that it travels in, or the header if it begins with `X-`.
    """

    dialect: str
    start: tuple[str, ...]
    path: str
    values: Callable
    text: Callable
    digest: Callable
    carrier: str
    transaction: str
    # Names of parameters that the signature covers, and of some that it does not.
    covered: tuple[str, ...]
    uncovered: tuple[str, ...] = ()
    environment: dict = field(default_factory=dict)
    # The body that acknowledges, or what makes it of the values.
    accepted: str | Callable = "OK"
    refusal: int = 401
    encode: Callable = rfc3986
    # Whether it verifies the bytes of the URL, so that another encoding of the same values is another signature.
    signs_bytes: bool = False
    # Values that this page cannot verify, however right the signature is.
    refuses: Callable = lambda values: False

    def opened(self, **more):
        return receiver(*self.start, **{"SECRET": "sekret", "PUBLIC_ORIGIN": ORIGIN} | self.environment | more)

    def target(self, values):
        return f"{self.path}?{query(values.items(), self.encode)}"

    def acknowledgement(self, values):
        return self.accepted(values) if callable(self.accepted) else self.accepted

    def shown(self, values):
        return self.text(ORIGIN + self.target(values), values, "{secret}")

    def signature(self, values, secret="sekret"):
        return self.digest(self.text(ORIGIN + self.target(values), values, secret), secret)

    def carrying(self, target, signature):
        """A target and the headers with the signature in its place."""
        if self.carrier.startswith("X-"):
            return target, [(self.carrier, signature)]
        return f"{target}&{self.carrier}={rfc3986(signature)}", []

    def call(self, call, target, signature):
        target, headers = self.carrying(target, signature)
        return call("GET", target, headers=headers)


def holding(*marks):
    """Tells values that hold one of these marks."""
    return lambda values: any(mark in value for value in values.values() for mark in marks)


def prove(page, vectors):
    """Calls a page with every awkward row and with the vectors: target and signature to the text that was signed."""
    with page.opened(FAIL_FIRST="1") as call:
        verdicts = set()
        for number, row in enumerate(accepted_rows(page.dialect)):
            what = f"{page.dialect}, {' '.join(page.start)}: {row['name']}"
            values = page.values(row, row.get("transactionId", f"tx-{number}"))
            line = page.call(call, page.target(values), page.signature(values))
            verifies = not page.refuses(values)
            verdicts.add(verifies)
            check(line["verified"] == verifies, what, line)
            status = 500 if number == 0 else 200 if verifies else page.refusal
            check(line["status"] == status, f"{what}: the status is {status}", line)
            check(line["answered"] == page.acknowledgement(values) or line["status"] != 200, f"{what}: the answer", line)
            check(line["values"] == values and line["transactionId"] == values[page.transaction], what, line)
            check(line["signedText"] == page.shown(values) or not verifies, f"{what}: the signed text", line)
            if number == 0:
                what_is_signed(page, call, values)
            # One of the names in turn, so that every name meets some awkward values.
            must_not_verify(page, call, values, what, [page.covered[number % len(page.covered)]])
            another_encoding(page, call, values, what)
        check(verdicts == ({True, False} if page.refuses is not Page.refuses else {True}), f"{page.dialect}: verdicts")
        for (target, signature), text in vectors.items():
            values = dict(parse_qsl(target.partition("?")[2], keep_blank_values=True))
            line = page.call(call, target, signature)
            check(line["verified"] != page.refuses(values), f"{page.dialect}, {page.start}: the vector {target}", line)
            check(line["signedText"] == text or not line["verified"], f"{page.dialect}: the text of {target}", line)


def must_not_verify(page, call, values, what, covered):
    signature = page.signature(values)
    for name in covered:
        changed = page.target(values | {name: values[name] + "1"})
        check(not page.call(call, changed, signature)["verified"], f"{what}: another {name}")
    line = page.call(call, page.target(values), page.signature(values, "another"))
    check(not line["verified"] and line["status"] == page.refusal, f"{what}: another secret", line)
    check(not call("GET", page.target(values))["verified"], f"{what}: no signature")


def what_is_signed(page, call, values):
    """What the signature covers and what it does not, over values that every page can verify."""
    signature = page.signature(values)
    must_not_verify(page, call, values, page.dialect, page.covered)
    for name in page.uncovered:
        changed = page.target(values | {name: values[name] + "1"})
        check(page.call(call, changed, signature)["verified"], f"{page.dialect}: {name} is not covered")
    check(not page.call(call, page.target(values), "")["verified"], f"{page.dialect}: an empty signature")
    target, headers = page.carrying(page.target(values), signature)
    check(not call("POST", target, headers=headers)["verified"], f"{page.dialect}: not a GET")


def another_encoding(page, call, values, what):
    sent = page.target(values)
    again = sent.replace("%20", "+") if "%20" in sent else sent.replace("+", "%20")
    if again != sent and not page.refuses(values):
        line = page.call(call, again, page.signature(values))
        check(line["verified"] != page.signs_bytes, f"{what}: a space in another encoding", line)
