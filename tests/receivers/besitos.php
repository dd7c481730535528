<?php
// A Besitos publisher's callback page: the documented check, and nothing that the sender's code knows.
//
// Router script of PHP's built-in server; `./besitos` starts it. Environment: SECRET, PUBLIC_ORIGIN, FAILURES_LEFT_FILE.

declare(strict_types=1);

/** The origin that the sender called, which behind a proxy is not the one that this server sees. */
function origin(): string
{
    $public = (string) getenv('PUBLIC_ORIGIN');
    if (str_contains($public, '://')) {
        return rtrim($public, '/');
    }
    $scheme = $public !== '' ? ($_SERVER['HTTP_X_FORWARDED_PROTO'] ?? 'http') : 'http';
    return $scheme . '://' . ($_SERVER['HTTP_HOST'] ?? '');
}

/** Takes one from the failures still owed: they stand in a file, because PHP forgets everything between two requests. */
function fails_on_purpose(): bool
{
    $file = (string) getenv('FAILURES_LEFT_FILE');
    if ($file === '' || !is_file($file)) {
        return false;
    }
    $left = (int) file_get_contents($file) - 1;
    $left > 0 ? file_put_contents($file, (string) $left) : unlink($file);
    return true;
}

$secret = (string) getenv('SECRET');
$values = $_GET;
$verifier = $values['verifier'] ?? null;
unset($values['verifier']);

// The path comes from the request line: PHP_SELF and friends are decoded, and the signature covers what was sent.
$path = explode('?', $_SERVER['REQUEST_URI'], 2)[0];
$signedText = origin() . $path . '?' . http_build_query($values, '', '&', PHP_QUERY_RFC3986);
$expected = hash_hmac('sha256', $signedText, $secret);

$why = match (true) {
    $secret === '' => 'this receiver has no SECRET',
    $_SERVER['REQUEST_METHOD'] !== 'GET' => 'not a GET',
    !is_string($verifier) => 'no verifier',
    !hash_equals($expected, $verifier) => 'the verifier does not match',
    default => null,
};

$status = match (true) {
    fails_on_purpose() => 500,
    $why !== null => 401,
    default => 200,
};

$line = ['verified' => $why === null, 'status' => $status];
if ($why !== null) {
    $line['why'] = $why;
}
$line += [
    'transactionId' => $values['transaction_id'] ?? null,
    'values' => (object) $values,
    'signedText' => $signedText,
    'method' => $_SERVER['REQUEST_METHOD'],
    'target' => $_SERVER['REQUEST_URI'],
    'headers' => (object) getallheaders(),
];
$flags = JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_INVALID_UTF8_SUBSTITUTE;
file_put_contents('php://stdout', json_encode($line, $flags) . "\n");

http_response_code($status);
header('Content-Type: text/plain');
echo $status === 200 ? 'OK' : ($why ?? 'failing on purpose');
