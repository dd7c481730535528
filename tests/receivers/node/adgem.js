// An AdGem v2 publisher's callback page, after the vendor's Node sample: the URL without its verifier, as `URL` prints
// it. `URL` encodes the query anew by its own rules, so this page refuses every value with a space, `*` or `~`.
'use strict';

const { keyed, serve, signedGet } = require('./receiver');

serve(({ req, url, query: { verifier, ...values } }) => {
  const called = new URL(url);
  called.searchParams.delete('verifier');
  return signedGet({
    req,
    signature: verifier,
    text: () => called.href,
    digest: keyed('sha256'),
    transactionId: values.transaction_id,
    values,
  });
});
