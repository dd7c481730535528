<?php
// A Pollfish publisher's callback page: the values that the vendor put into the template, in the order of its
// placeholders' names, not of the publisher's own. The user may stand in the path: /pollfish/[[request_uuid]]?…
//
// Environment: AS_PRINTED=1, for a page that copies two slips of the vendor's PHP sample: it decodes what PHP has
// decoded already, and takes the user "0" for none.

declare(strict_types=1);
require __DIR__ . '/receiver.php';

/** The publisher's name of each placeholder, in alphabetical order of the placeholders. */
const PARAMETERS = [
    'click_id' => 'click', 'cpa' => 'cents', 'device_id' => 'device', 'request_uuid' => 'uid', 'reward_name' => 'coin',
    'reward_value' => 'amount', 'status' => 'status', 'term_reason' => 'reason', 'timestamp' => 'at', 'tx_id' => 'tx',
];

$values = $_GET;
$signature = taken($values, 'sig');
if (preg_match('~^/pollfish/([^/]+)$~', path(), $matches)) {
    $values['uid'] = rawurldecode($matches[1]);
}

$as_printed = getenv('AS_PRINTED') === '1';
$signed = [];
foreach (PARAMETERS as $placeholder => $name) {
    $value = $values[$name] ?? null;
    // Only the user may be empty, and then its colon is left out too; a term_reason keeps its colon.
    $no_user = $placeholder === 'request_uuid' && ($as_printed ? empty($value) : $value === '');
    if ($value !== null && !$no_user) {
        $signed[] = $as_printed ? rawurldecode($value) : $value;
    }
}
$signedText = implode(':', $signed);
answer(
    signature: $signature,
    expected: base64_encode(hash_hmac('sha1', $signedText, secret(), true)),
    signedText: $signedText,
    transactionId: $values['tx'] ?? null,
    values: $values,
);
