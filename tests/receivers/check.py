#!/usr/bin/env python3
"""Proves the receivers before anything is proved with them: each is started and called with the documented vectors,
with requests signed here, and with requests that must not verify. Nothing of the sender takes part.
"""

from checks import chosen_values, digests, first_dialects, harness, message_headers, whole_urls

PARTS = (
    first_dialects.besitos, first_dialects.offermaru, first_dialects.affonso, first_dialects.attribloom,
    first_dialects.signed_post, whole_urls.adgem, whole_urls.bitlabs, whole_urls.notik, chosen_values.ayet,
    chosen_values.pollfish, digests.cpx, digests.tapjoy, digests.lootably, digests.wannads, digests.kiwiwall,
    message_headers.standard_webhooks,
)

for part in PARTS:
    part()
print(f"receivers: {harness.checked} checks passed")
