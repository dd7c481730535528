<?php
// A Torox publisher's callback page: a digest of offer, user and secret. The names are those of the vendor's list.

declare(strict_types=1);
require __DIR__ . '/receiver.php';

$values = $_GET;
$signature = taken($values, 'sig');
$text = fn (string $secret): string => ($values['oid'] ?? '') . '-' . ($values['user_id'] ?? '') . '-' . $secret;
answer(
    signature: $signature,
    expected: md5($text(secret())),
    signedText: $text('{secret}'),
    transactionId: $values['id'] ?? null,
    values: $values,
    accepted: '1',
);
