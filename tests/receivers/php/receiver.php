<?php
// What the receivers in PHP do alike: the URL that was called, the line that reports a request, and the answer.
//
// Environment: SECRET, PUBLIC_ORIGIN, FAILURES_LEFT_FILE.

declare(strict_types=1);

/** The key, as text. */
function secret(): string
{
    return (string) getenv('SECRET');
}

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

/** The path comes from the request line: PHP_SELF and friends are decoded, and a signature covers what was sent. */
function path(): string
{
    return explode('?', $_SERVER['REQUEST_URI'], 2)[0];
}

/** The URL as a page rebuilds it that has nothing but the decoded parameters. */
function rebuilt_url(string $origin, array $values, int $encoding): string
{
    return $origin . path() . '?' . http_build_query($values, '', '&', $encoding);
}

/** Removes a parameter from the values and returns it. */
function taken(array &$values, string $name): mixed
{
    $value = $values[$name] ?? null;
    unset($values[$name]);
    return $value;
}

/** Takes one from the failures still owed: they stand in a file, since PHP forgets everything between two requests. */
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

/**
 * Compares the signatures, reports the request and answers it.
 *
 * @param mixed $signature as it came: PHP makes an array of `hash[]=`
 * @param array $values the decoded parameters, without the signature
 * @param string $accepted the body that tells the sender to stop
 * @param string|null $refused the body of a refusal; null: the reason
 */
function answer(
    mixed $signature,
    string $expected,
    string $signedText,
    mixed $transactionId,
    array $values,
    string $accepted = 'OK',
    ?string $refused = null,
): void {
    $why = match (true) {
        $_SERVER['REQUEST_METHOD'] !== 'GET' => 'not a GET',
        !is_string($signature) => 'no signature',
        !hash_equals($expected, $signature) => 'the signature does not match',
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
        'transactionId' => $transactionId,
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
    echo match ($status) {
        200 => $accepted,
        401 => $refused ?? $why,
        default => 'failing on purpose',
    };
}
