<?php
// A publisher's callback page for Digital Turbine's Offer Wall: a digest of the secret, user, amount, transaction and
// whatever of pub0 to pub9 came, in that order.

declare(strict_types=1);
require __DIR__ . '/receiver.php';

$values = $_GET;
$sid = taken($values, 'sid');
$names = ['uid', 'amount', '_trans_id_', ...array_map(fn (int $number): string => "pub$number", range(0, 9))];
$signed = implode('', array_map(fn (string $name): string => $values[$name] ?? '', $names));
answer(
    signature: $sid,
    expected: sha1(secret() . $signed),
    signedText: '{secret}' . $signed,
    transactionId: $values['_trans_id_'] ?? null,
    values: $values,
);
