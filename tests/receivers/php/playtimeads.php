<?php
// A PlaytimeAds publisher's callback page, under the names of the vendor's example: a digest of user, offer, amount,
// app and secret. The page knows its app's key, whether it is told or not; `tx` is the publisher's own name.
//
// Environment: APP_KEY (default: app_1).

declare(strict_types=1);
require __DIR__ . '/receiver.php';

$values = $_GET;
$signature = taken($values, 'signature');
$signed = ($values['user_id'] ?? '') . ($values['offer_id'] ?? '') . ($values['amount'] ?? '')
    . (getenv('APP_KEY') ?: 'app_1');
answer(
    signature: $signature,
    expected: sha1($signed . secret()),
    signedText: $signed . '{secret}',
    transactionId: $values['tx'] ?? null,
    values: $values,
);
