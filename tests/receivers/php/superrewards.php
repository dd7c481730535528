<?php
// A SuperRewards publisher's callback page: a digest of transaction, reward, user and secret.

declare(strict_types=1);
require __DIR__ . '/receiver.php';

$values = $_GET;
$sig = taken($values, 'sig');
$text = fn (string $secret): string =>
    implode(':', [$values['id'] ?? '', $values['new'] ?? '', $values['uid'] ?? '', $secret]);
answer(
    signature: $sig,
    expected: md5($text(secret())),
    signedText: $text('{secret}'),
    transactionId: $values['id'] ?? null,
    values: $values,
    accepted: '1',
    refused: '0',
);
