<?php
// An ayeT-Studios publisher's callback page, after the vendor's PHP sample: all parameters that came, sorted by name.

declare(strict_types=1);
require __DIR__ . '/receiver.php';

$sorted = $_GET;
ksort($sorted, SORT_STRING);
$signedText = http_build_query($sorted, '', '&');
answer(
    signature: $_SERVER['HTTP_X_AYETSTUDIOS_SECURITY_HASH'] ?? null,
    expected: hash_hmac('sha256', $signedText, secret()),
    signedText: $signedText,
    transactionId: $_GET['tx'] ?? null,
    values: $_GET,
);
