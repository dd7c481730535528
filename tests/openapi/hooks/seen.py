"""What calls were answered, counted by call: how many of those that are as described, with which status."""

import json
from collections import Counter, defaultdict


class Seen:
    def __init__(self):
        self._statuses = defaultdict(Counter)

    def answered(self, call, status):
        self._statuses[call][str(status)] += 1

    def write(self, path):
        with open(path, "w", encoding="utf-8") as file:
            json.dump(self._statuses, file)
