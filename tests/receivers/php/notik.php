<?php
// A Notik publisher's callback page, after the vendor's PHP sample: the URL as it came, without the hash at its end.
//
// Environment: REBUILD=1, for a page that builds the URL anew from the decoded parameters, by RFC 1738 as documented;
// REBUILD=null, for one whose framework turned empty values into null, of which the vendor warns: PHP leaves those out.

declare(strict_types=1);
require __DIR__ . '/receiver.php';

$values = $_GET;
$hash = taken($values, 'hash');
$as_framework = array_map(fn (mixed $value): mixed => $value === '' ? null : $value, $values);
$signedText = match (getenv('REBUILD')) {
    '1' => rebuilt_url(origin(), $values, PHP_QUERY_RFC1738),
    'null' => rebuilt_url(origin(), $as_framework, PHP_QUERY_RFC1738),
    default => substr(origin() . $_SERVER['REQUEST_URI'], 0, -strlen("&hash=$hash")),
};
answer(
    signature: $hash,
    expected: hash_hmac('sha1', $signedText, secret()),
    signedText: $signedText,
    transactionId: $values['txn_id'] ?? null,
    values: $values,
    accepted: '1',
    refused: '0',
);
