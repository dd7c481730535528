// A Lootably publisher's callback page: the vendor's own library computes the hash.
'use strict';

const { secret, serve, signedGet } = require('./receiver');

// The library is an ES module, which older versions of Node import only so.
import('lootably-postback-hash').then(({ generateSHA256PostbackHash }) => {
  const look = ({ req, query: { hash: signature, ...values } }) => {
    const { uid: userID, ip, usd: revenue, coins: currencyReward } = values;
    return signedGet({
      req,
      signature,
      text: (key) => `${userID}${ip}${revenue}${currencyReward}${key}`,
      digest: () => generateSHA256PostbackHash({ userID, ip, revenue, currencyReward, postbackSecret: secret }),
      transactionId: values.tx,
      values,
    });
  };
  serve(look, { accepted: '1' });
});
