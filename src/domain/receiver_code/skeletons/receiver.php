%% part reading
    $transactionId = <<transaction_id>>;
%% if user
    $userId = <<user_id>>;
%% end
%% if amount
    $amount = <<amount>>;
%% end
%% if reversal
    $isReversal = <<is_reversal>>;
%% if other_id
    if ($isReversal) {
        $transactionId = <<reversed_id>>;
    }
%% end
%% if other_user
    if ($isReversal) {
        $userId = <<reversed_user>>;
    }
%% end
%% if other_amount
    if ($isReversal) {
        $amount = <<reversed_amount>>;
    }
%% end
%% end
%% part end
<?php
<<heading>>
//
// Put it where the callback URL leads, or try it out:
%% if secrets
//   RINGBACK_SECRET=... php -S 127.0.0.1:8000 receiver.php
%% end
%% if address
//   RINGBACK_ADDRESS=... php -S 127.0.0.1:8000 receiver.php
%% end
%% if secrets
// RINGBACK_SECRET is the endpoint's secret; while it is being replaced, RINGBACK_SECRET_2 is the other one.
%% end
%% if address
// RINGBACK_ADDRESS is the address that callbacks come from, as the console shows it; several are separated by commas.
// Behind a proxy on this machine it is the last entry of X-Forwarded-For: your proxy must set X-Forwarded-For itself.
%% end
declare(strict_types=1);

%% if url
// A signed URL begins as it was sent, whatever a proxy makes of scheme and host.
const ORIGIN = <<origin>>;

%% end
/** YOURS TO WRITE: give the user the reward. Called once for each transaction id. */
function credit(string $transactionId<<_typed_user>><<_typed_amount>>, array $values): void
{
    <<meanings>>
    error_log(implode("\t", ['credit', $transactionId<<_user>><<_amount>>]));
}

%% if reversal
/** YOURS TO WRITE: take it back. The transaction id is that of the completion. */
function reverse(string $transactionId<<_typed_user>><<_typed_amount>>, array $values): void
{
    error_log(implode("\t", ['reverse', $transactionId<<_user>><<_amount>>]));
}

%% end
/** Acts unless it has for this key. With a database: a unique index on the key, in the transaction that credits. */
function once(string $key, callable $act): void
{
    $ledger = fopen(getenv('RINGBACK_LEDGER') ?: sys_get_temp_dir() . '/ringback-ledger.txt', 'c+');
    flock($ledger, LOCK_EX);
    if (!in_array($key, explode("\n", stream_get_contents($ledger)), true)) {
        $act();
        fwrite($ledger, $key . "\n");
    }
    fclose($ledger);
}

/** Why a callback is refused: its code is the status. */
class Refused extends Exception
{
}

%% if get
/** Decodes a query. $_GET would rename parameters, and keep the last of two of one name; here that is refused. */
function parameters(string $query): array
{
    $values = [];
    foreach (array_filter(explode('&', $query), 'strlen') as $pair) {
        [$name, $value] = array_map('urldecode', explode('=', $pair, 2) + [1 => '']);
        if (array_key_exists($name, $values)) {
            throw new Refused('a parameter stands twice', 400);
        }
        $values[$name] = $value;
    }
    return $values;
}

%% end
%% if post
/** A field of the body as text; an absent one is empty. */
function field($values, string ...$path): string
{
    foreach ($path as $name) {
        $values = $values[$name] ?? '';
    }
    return is_scalar($values) ? (string) $values : '';
}

%% end
%% if whole
/** The part of an amount before its point, not rounded. */
function whole(string $amount): string
{
    $digits = explode('.', $amount)[0];
    return $digits === '-0' ? '0' : $digits;
}

%% end
%% if pairs
/** Names and values as they are signed. */
function pairs(array $values): string
{
    ksort($values, SORT_STRING);
    $pairs = [];
    foreach ($values as $name => $value) {
%% if form
        $pairs[] = urlencode((string) $name) . '=' . urlencode($value);
%% end
%% if rfc3986
        $pairs[] = rawurlencode((string) $name) . '=' . rawurlencode($value);
%% end
%% if decoded
        $pairs[] = $name . '=' . $value;
%% end
    }
    return implode('&', $pairs);
}

%% end
%% if secrets
/** The secrets that callbacks may be signed with. */
function secrets(): array
{
    $secrets = array_values(array_filter([getenv('RINGBACK_SECRET'), getenv('RINGBACK_SECRET_2')]));
    return $secrets ?: throw new LogicException('Set RINGBACK_SECRET to the secret of the endpoint.');
}

%% end
%% if signed
function sign(string $secret, string $text): string
{
%% if decoded_key
    // The key is what follows the prefix, decoded.
    $key = base64_decode(substr($secret, <<key_prefix_length>>), true);
    if (!str_starts_with($secret, <<key_prefix>>) || !$key) {
        throw new LogicException('The secret is no key of this dialect.');
    }
%% end
%% if keyed
%% if hex
%% if decoded_key
    return hash_hmac(<<algorithm>>, $text, $key);
%% end
%% unless decoded_key
    return hash_hmac(<<algorithm>>, $text, $secret);
%% end
%% end
%% unless hex
%% if decoded_key
    $digest = hash_hmac(<<algorithm>>, $text, $key, true);
%% end
%% unless decoded_key
    $digest = hash_hmac(<<algorithm>>, $text, $secret, true);
%% end
%% end
%% end
%% if unkeyed
%% if hex
    return hash(<<algorithm>>, $text);
%% end
%% unless hex
    $digest = hash(<<algorithm>>, $text, true);
%% end
%% end
%% if base64
    return base64_encode($digest);
%% end
%% if base64url
    return rtrim(strtr(base64_encode($digest), '+/', '-_'), '=');
%% end
}

%% end
/** Takes a callback in; answers status and body. The target is path and query, exactly as they arrived. */
function receive(string $method, string $target, string $body<<_typed_address>>): array
{
    if ($method !== '<<method>>') {
        throw new Refused('not a <<method>>', 405);
    }
%% if address
    $addresses = array_filter(array_map('trim', explode(',', (string) getenv('RINGBACK_ADDRESS'))));
    if (!in_array($address, $addresses, true)) {
        throw new Refused('not an address that callbacks come from', 403);
    }
%% end
%% if get
    [$path, $query] = explode('?', $target, 2) + [1 => ''];
    $values = parameters($query);
%% end
%% if path
%% if query_apart
    // What stands in the path is not among the signed pairs.
    $inQuery = $values;
%% end
    foreach (<<paths>> as [$pattern, $names]) {
        if (preg_match($pattern, $path, $found)) {
            $values = array_combine($names, array_map('rawurldecode', array_slice($found, 1))) + $values;
            break;
        }
    }
%% end
%% if get
%% use reading
%% end
%% if last
    // The signature is the last parameter: what stands before it is signed, and nothing may follow.
    if (!preg_match(<<last_regex>>, $target, $found)) {
        throw new Refused('no signature', 401);
    }
%% if url or raw_query
    $before = $found[1];
%% end
    $claimed = [urldecode($found[2])];
    unset($values[<<signature_name>>]);
%% if query_apart
    unset($inQuery[<<signature_name>>]);
%% end
%% end
%% if parameter
    $claimed = [<<claimed>>];
    unset($values[<<signature_name>>]);
%% if query_apart
    unset($inQuery[<<signature_name>>]);
%% end
%% end
%% if header
%% if url or raw_query
    $before = $target;
%% end
%% unless wrapped
%% unless several
    $claimed = [<<claimed>>];
%% end
%% end
%% if wrapped
    if (!preg_match(<<whole_regex>>, <<claimed>>, $found)) {
        throw new Refused('no signature', 401);
    }
%% unless several
    $claimed = [$found[<<signature_group>>]];
%% end
%% end
%% if several
    // Several, while a secret is being replaced.
    $claimed = [];
%% if wrapped
    foreach (explode(<<join>>, $found[<<signature_group>>]) as $part) {
%% end
%% unless wrapped
    foreach (explode(<<join>>, <<claimed>>) as $part) {
%% end
        if (preg_match(<<each_regex>>, $part, $one)) {
            $claimed[] = $one[1];
        }
    }
%% end
%% end
%% if time_wrapped
    $timestamp = $found[<<time_group>>];
%% end
%% if time_header
    $timestamp = <<time_header>>;
%% end
%% if signed
    $isRight = false;
    foreach (secrets() as $secret) {
%% if other_text
        $text = $isReversal
            ? <<reversed_text>>
            : <<text>>;
%% end
%% unless other_text
        $text = <<text>>;
%% end
        $right = sign($secret, $text);
        foreach ($claimed as $one) {
            $isRight = hash_equals($right, $one) || $isRight;
        }
    }
    if (!$isRight) {
        throw new Refused('wrong signature', 401);
    }
%% end
%% if secret
    $isRight = false;
    foreach (secrets() as $secret) {
        $isRight = hash_equals($secret, <<claimed>>) || $isRight;
    }
    if (!$isRight) {
        throw new Refused('wrong secret', 401);
    }
%% end
%% if post
%% if numbers
    // Amounts stay the digits that were sent: outside of texts, a number becomes one.
    $body = preg_replace('/"(?:[^"\\\\]++|\\\\.)*+"(*SKIP)(*FAIL)|-?\d[\d.eE+-]*+/', '"$0"', $body) ?? '';
%% end
    $values = json_decode($body, true, 32, JSON_BIGINT_AS_STRING | JSON_THROW_ON_ERROR);
%% use reading
%% end
%% if fresh
    // A captured callback must not be played back later.
    $instant = <<instant>>;
    $tolerance = (int) (getenv('RINGBACK_TOLERANCE_SECONDS') ?: 300);
%% if milliseconds
    if (!ctype_digit($instant) || abs(time() - (int) $instant / 1000) > $tolerance) {
%% end
%% unless milliseconds
    if (!ctype_digit($instant) || abs(time() - (int) $instant) > $tolerance) {
%% end
        throw new Refused('stale timestamp', 401);
    }
%% end
    if ($transactionId === '') {
        throw new Refused('no transaction id', 400);
    }
    $told = [<<completion>><<_user>><<_amount>>, $values];
    if (str_starts_with($told[0], 'test-')) {
        error_log("test\t$transactionId");
%% if reversal
    } elseif ($isReversal) {
        once("reverse\t" . <<told_apart_by>>, fn() => reverse(...$told));
%% end
    } else {
        once("credit\t" . $transactionId, fn() => credit(...$told));
    }
    return [<<status>>, <<answer>>];
}

%% if address
/** The address that a callback comes from: the caller itself, or what a proxy on this machine passes on. */
function caller(): string
{
    $peer = preg_replace('/^::ffff:/', '', $_SERVER['REMOTE_ADDR']);
    if ($peer !== '::1' && !str_starts_with($peer, '127.')) {
        return $peer;
    }
    $passedOn = explode(',', $_SERVER['HTTP_X_FORWARDED_FOR'] ?? $peer);
    return trim(end($passedOn));
}

%% end
/** The body, of a megabyte at most. */
function body(): string
{
    $length = ($_SERVER['CONTENT_LENGTH'] ?? '') ?: '0';
    if (!ctype_digit($length)) {
        throw new Refused('no length', 400);
    }
    $body = file_get_contents('php://input', false, null, 0, 1_000_001);
    if ((int) $length > 1_000_000 || strlen($body) > 1_000_000) {
        throw new Refused('too long', 413);
    }
    return $body;
}

try {
    [$status, $answer] = receive(
        $_SERVER['REQUEST_METHOD'],
        $_SERVER['REQUEST_URI'],
        body(),
%% if address
        caller(),
%% end
    );
} catch (Refused $refused) {
    [$status, $answer] = [$refused->getCode(), $refused->getMessage()];
%% unless secret
    // A line that can be pasted into Ringback's doctor.
    error_log("refused $status $answer {$_SERVER['REQUEST_METHOD']} {$_SERVER['REQUEST_URI']}");
%% end
} catch (Throwable $error) {
    // Whatever fails here: the callback comes again.
    error_log('failed: ' . $error->getMessage());
    [$status, $answer] = [500, 'failed'];
}
http_response_code($status);
header('Content-Type: text/plain; charset=utf-8');
echo $answer;
