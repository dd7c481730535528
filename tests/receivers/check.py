#!/usr/bin/env python3
"""Proves the receivers before anything is proved with them: each is started and called with the documented vectors,
with requests signed here, and with requests that must not verify. Nothing of the sender takes part.
"""

from checks import first_dialects, harness

PARTS = (
    first_dialects.besitos, first_dialects.offermaru, first_dialects.affonso, first_dialects.attribloom,
    first_dialects.signed_post,
)

for part in PARTS:
    part()
print(f"receivers: {harness.checked} checks passed")
