<?php
// The check that Besitos and AdGem document alike: `verifier`, over the URL that is rebuilt by RFC 3986 without it.

declare(strict_types=1);
require __DIR__ . '/receiver.php';

function answer_verifier(string $origin): void
{
    $values = $_GET;
    $verifier = taken($values, 'verifier');
    $signedText = rebuilt_url($origin, $values, PHP_QUERY_RFC3986);
    answer(
        signature: $verifier,
        expected: hash_hmac('sha256', $signedText, secret()),
        signedText: $signedText,
        transactionId: $values['transaction_id'] ?? null,
        values: $values,
    );
}
