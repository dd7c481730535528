<?php
// A Besitos publisher's callback page: the documented check, and nothing that the sender's code knows.

declare(strict_types=1);
require __DIR__ . '/verifier.php';

answer_verifier(origin());
