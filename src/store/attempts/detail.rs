//! The bytes of an attempt's detail.
//!
//! The first byte is the version of the layout. In version 1 the parts that are present follow in the order of their tags,
//! each as its tag (a byte), its length and its bytes. A text is UTF-8; pairs are names and values in turn, each with its
//! length; an instant is its milliseconds. Lengths and numbers are LEB128: seven bits a byte, the lowest first, the highest
//! bit set on all but the last.
//!
//! A layout of our own rather than that of a serialisation crate: what is absent costs no byte; equal details are equal
//! bytes, so copies are compared as bytes; what was not written here is refused, trailing bytes included. Any change is a
//! new version beside this one, because rows keep theirs.

use crate::domain::time::Timestamp;

/// What is kept of an exchange and has no column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::store) struct Detail<'a> {
    pub(in crate::store) egress_ip: Option<&'a str>,
    pub(in crate::store) peer: Option<&'a str>,
    pub(in crate::store) method: Option<&'a str>,
    pub(in crate::store) url: Option<&'a str>,
    pub(in crate::store) headers: Vec<(&'a str, &'a str)>,
    pub(in crate::store) signature_start: Option<&'a str>,
    pub(in crate::store) secret_id: Option<&'a str>,
    pub(in crate::store) error: Option<&'a str>,
    pub(in crate::store) response_headers: Vec<(&'a str, &'a str)>,
    pub(in crate::store) response_body: Option<&'a str>,
    pub(in crate::store) retry_after_seconds: Option<u64>,
    pub(in crate::store) next_attempt_at: Option<Timestamp>,
}

/// Why bytes are no detail that this version can read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Undecodable {
    /// A newer node wrote it.
    #[error("{0} is no version of an attempt's detail that this version knows")]
    Version(u8),
    /// Nobody wrote it.
    #[error("an attempt's detail is damaged")]
    Damaged,
}

const VERSION: u8 = 1;

/// Behind every tag there is or will be.
pub(in crate::store) const BEHIND_TAGS: u8 = u8::MAX;

/// The first, so that the details of all attempts from one address begin with the same bytes, by which they are asked for.
/// Another version has to be asked for in its own way.
const EGRESS_IP: u8 = 1;
const PEER: u8 = 2;
const METHOD: u8 = 3;
const URL: u8 = 4;
const HEADERS: u8 = 5;
const SIGNATURE_START: u8 = 6;
const SECRET_ID: u8 = 7;
const ERROR: u8 = 8;
const RESPONSE_HEADERS: u8 = 9;
const RESPONSE_BODY: u8 = 10;
const RETRY_AFTER_SECONDS: u8 = 11;
const NEXT_ATTEMPT_AT: u8 = 12;

impl<'a> Detail<'a> {
    /// As it is stored.
    pub(in crate::store) fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        put_text(&mut bytes, EGRESS_IP, self.egress_ip);
        put_text(&mut bytes, PEER, self.peer);
        put_text(&mut bytes, METHOD, self.method);
        put_text(&mut bytes, URL, self.url);
        put_pairs(&mut bytes, HEADERS, &self.headers);
        put_text(&mut bytes, SIGNATURE_START, self.signature_start);
        put_text(&mut bytes, SECRET_ID, self.secret_id);
        put_text(&mut bytes, ERROR, self.error);
        put_pairs(&mut bytes, RESPONSE_HEADERS, &self.response_headers);
        put_text(&mut bytes, RESPONSE_BODY, self.response_body);
        put_number(&mut bytes, RETRY_AFTER_SECONDS, self.retry_after_seconds);
        put_number(&mut bytes, NEXT_ATTEMPT_AT, self.next_attempt_at.map(|at| at.as_millis().cast_unsigned()));
        bytes
    }

    /// What [`encode`](Self::encode) wrote.
    pub(in crate::store) fn decode(bytes: &'a [u8]) -> Result<Self, Undecodable> {
        let mut bytes = Bytes(bytes);
        let version = bytes.byte()?;
        if version != VERSION {
            return Err(Undecodable::Version(version));
        }
        let (mut detail, mut last_tag) = (Self::default(), 0);
        while !bytes.is_empty() {
            let tag = bytes.byte()?;
            let mut part = Bytes(bytes.with_length()?);
            if tag <= last_tag {
                return Err(Undecodable::Damaged);
            }
            last_tag = tag;
            match tag {
                EGRESS_IP => detail.egress_ip = Some(part.text()?),
                PEER => detail.peer = Some(part.text()?),
                METHOD => detail.method = Some(part.text()?),
                URL => detail.url = Some(part.text()?),
                HEADERS => detail.headers = part.pairs()?,
                SIGNATURE_START => detail.signature_start = Some(part.text()?),
                SECRET_ID => detail.secret_id = Some(part.text()?),
                ERROR => detail.error = Some(part.text()?),
                RESPONSE_HEADERS => detail.response_headers = part.pairs()?,
                RESPONSE_BODY => detail.response_body = Some(part.text()?),
                RETRY_AFTER_SECONDS => detail.retry_after_seconds = Some(part.number()?),
                NEXT_ATTEMPT_AT => {
                    detail.next_attempt_at = Some(Timestamp::from_millis(part.number()?.cast_signed()));
                }
                _ => return Err(Undecodable::Damaged),
            }
            if !part.is_empty() {
                return Err(Undecodable::Damaged);
            }
        }
        Ok(detail)
    }
}

fn put_text(bytes: &mut Vec<u8>, tag: u8, text: Option<&str>) {
    if let Some(text) = text {
        bytes.push(tag);
        put_with_length(bytes, text.as_bytes());
    }
}

fn put_pairs(bytes: &mut Vec<u8>, tag: u8, pairs: &[(&str, &str)]) {
    if pairs.is_empty() {
        return;
    }
    let mut part = Vec::new();
    for text in pairs.iter().flat_map(|(name, value)| [name, value]) {
        put_with_length(&mut part, text.as_bytes());
    }
    bytes.push(tag);
    put_with_length(bytes, &part);
}

fn put_number(bytes: &mut Vec<u8>, tag: u8, number: Option<u64>) {
    if let Some(number) = number {
        let mut part = Vec::new();
        put_leb128(&mut part, number);
        bytes.push(tag);
        put_with_length(bytes, &part);
    }
}

fn put_with_length(bytes: &mut Vec<u8>, part: &[u8]) {
    put_leb128(bytes, u64::try_from(part.len()).expect("no length is beyond 64 bits"));
    bytes.extend_from_slice(part);
}

fn put_leb128(bytes: &mut Vec<u8>, mut number: u64) {
    loop {
        let [lowest, ..] = number.to_le_bytes();
        number >>= 7;
        if number == 0 {
            bytes.push(lowest);
            return;
        }
        bytes.push(lowest | 0x80);
    }
}

/// What has not been read yet.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn byte(&mut self) -> Result<u8, Undecodable> {
        let (byte, rest) = self.0.split_first().ok_or(Undecodable::Damaged)?;
        self.0 = rest;
        Ok(*byte)
    }

    fn with_length(&mut self) -> Result<&'a [u8], Undecodable> {
        let length = usize::try_from(self.number()?).map_err(|_| Undecodable::Damaged)?;
        let (part, rest) = self.0.split_at_checked(length).ok_or(Undecodable::Damaged)?;
        self.0 = rest;
        Ok(part)
    }

    /// A number in the fewest bytes that hold it: it is written in no other way.
    fn number(&mut self) -> Result<u64, Undecodable> {
        let mut number = 0;
        for shift in (0..u64::BITS).step_by(7) {
            let byte = self.byte()?;
            let low = u64::from(byte & 0x7f);
            if (low << shift) >> shift != low || (byte == 0 && shift > 0) {
                return Err(Undecodable::Damaged);
            }
            number |= low << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(Undecodable::Damaged)
    }

    /// All that is left, as text.
    fn text(&mut self) -> Result<&'a str, Undecodable> {
        text(std::mem::take(&mut self.0))
    }

    /// All that is left, as pairs: at least one, since no pairs are no part.
    fn pairs(&mut self) -> Result<Vec<(&'a str, &'a str)>, Undecodable> {
        let mut pairs = Vec::new();
        while pairs.is_empty() || !self.is_empty() {
            pairs.push((text(self.with_length()?)?, text(self.with_length()?)?));
        }
        Ok(pairs)
    }
}

fn text(bytes: &[u8]) -> Result<&str, Undecodable> {
    std::str::from_utf8(bytes).map_err(|_| Undecodable::Damaged)
}

#[cfg(test)]
mod tests;
