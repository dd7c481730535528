<?php
// An AdGem v2 publisher's callback page, after the vendor's PHP sample, which leaves the port out of the URL.

declare(strict_types=1);
require __DIR__ . '/verifier.php';

$called = parse_url(origin());
answer_verifier("$called[scheme]://$called[host]");
