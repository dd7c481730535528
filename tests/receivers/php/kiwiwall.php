<?php
// A KiwiWall publisher's callback page, after the vendor's PHP sample: a digest of user, amount and secret.

declare(strict_types=1);
require __DIR__ . '/receiver.php';

$values = $_GET;
$signature = taken($values, 'signature');
$text = fn (string $secret): string => ($values['sub_id'] ?? '') . ':' . ($values['amount'] ?? '') . ':' . $secret;
answer(
    signature: $signature,
    expected: md5($text(secret())),
    signedText: $text('{secret}'),
    transactionId: $values['trans_id'] ?? null,
    values: $values,
    accepted: '1',
    refused: '0',
);
