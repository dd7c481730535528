#!/usr/bin/env python3
"""Proves the receivers before anything is proved with them: each is started and called with the documented vectors,
with requests signed here, and with requests that must not verify. Nothing of the sender takes part.
"""

from checks import app_walls, chosen_values, digests, first_dialects, harness, message_headers, whole_urls

PARTS = (
    first_dialects.besitos, first_dialects.offermaru, first_dialects.affonso, first_dialects.attribloom,
    first_dialects.signed_post, whole_urls.adgem, whole_urls.bitlabs, whole_urls.notik, whole_urls.theoremreach,
    whole_urls.rewardinghub, chosen_values.ayet, chosen_values.pollfish, chosen_values.coinbarn, digests.cpx, digests.tapjoy, digests.lootably,
    digests.wannads, digests.kiwiwall, digests.torox, digests.timewall, digests.superrewards, app_walls.pubscale,
    app_walls.adjoe, app_walls.digital_turbine, app_walls.levelplay, app_walls.growdeck, app_walls.playtimeads,
    message_headers.standard_webhooks,
)

for part in PARTS:
    part()
print(f"receivers: {harness.checked} checks passed")
