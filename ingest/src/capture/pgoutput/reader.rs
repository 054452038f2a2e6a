//! A cursor over one message that checks before it takes.

/// A message that does not follow the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("malformed replication message `{}`: expected {expected} at byte {at} of {length}", char::from(*.tag))]
pub struct Malformed {
    /// The first byte of the message, which says what it is; 0 if it is empty.
    pub tag: u8,
    /// What should have been there.
    pub expected: &'static str,
    /// Offset in bytes.
    pub at: usize,
    /// Size of the message in bytes.
    pub length: usize,
}

/// The unread rest of a message.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    whole: &'a [u8],
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(whole: &'a [u8]) -> Self {
        Self { whole, rest: whole }
    }

    pub(super) fn malformed(&self, expected: &'static str) -> Malformed {
        let at = self.whole.len() - self.rest.len();
        Malformed { tag: self.whole.first().copied().unwrap_or(0), expected, at, length: self.whole.len() }
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    pub(super) fn u8(&mut self, expected: &'static str) -> Result<u8, Malformed> {
        self.array(expected).map(|[byte]| byte)
    }

    pub(super) fn u16(&mut self, expected: &'static str) -> Result<u16, Malformed> {
        self.array(expected).map(u16::from_be_bytes)
    }

    pub(super) fn u32(&mut self, expected: &'static str) -> Result<u32, Malformed> {
        self.array(expected).map(u32::from_be_bytes)
    }

    pub(super) fn u64(&mut self, expected: &'static str) -> Result<u64, Malformed> {
        self.array(expected).map(u64::from_be_bytes)
    }

    pub(super) fn i32(&mut self, expected: &'static str) -> Result<i32, Malformed> {
        self.array(expected).map(i32::from_be_bytes)
    }

    pub(super) fn i64(&mut self, expected: &'static str) -> Result<i64, Malformed> {
        self.array(expected).map(i64::from_be_bytes)
    }

    /// Takes one byte that must be `tag`.
    pub(super) fn expect(&mut self, tag: u8, expected: &'static str) -> Result<(), Malformed> {
        match self.rest.split_first() {
            Some((&found, rest)) if found == tag => {
                self.rest = rest;
                Ok(())
            }
            Some(_) | None => Err(self.malformed(expected)),
        }
    }

    /// Takes text up to a zero byte, and the zero byte.
    pub(super) fn text(&mut self, expected: &'static str) -> Result<&'a str, Malformed> {
        let end = self.rest.iter().position(|&byte| byte == 0).ok_or_else(|| self.malformed(expected))?;
        let (text, rest) = self.rest.split_at(end);
        let Ok(text) = std::str::from_utf8(text) else { return Err(self.malformed(expected)) };
        self.rest = rest.get(1..).unwrap_or_default();
        Ok(text)
    }

    /// Takes `length` bytes.
    pub(super) fn bytes(&mut self, length: u32, expected: &'static str) -> Result<&'a [u8], Malformed> {
        let taken = usize::try_from(length).ok().and_then(|length| self.rest.split_at_checked(length));
        let (bytes, rest) = taken.ok_or_else(|| self.malformed(expected))?;
        self.rest = rest;
        Ok(bytes)
    }

    /// Takes `length` bytes of UTF-8.
    pub(super) fn sized_text(&mut self, length: u32, expected: &'static str) -> Result<&'a str, Malformed> {
        let before = self.malformed(expected);
        let bytes = self.bytes(length, expected)?;
        std::str::from_utf8(bytes).map_err(|_not_utf8| before)
    }

    /// How many of `count` announced items can be there at all, each taking at least `least` bytes.
    ///
    /// Room is reserved for this many, so that a wrong count cannot ask for gigabytes.
    pub(super) fn bounded(&self, count: impl Into<u32>, least: usize) -> usize {
        let possible = self.rest.len() / least.max(1);
        usize::try_from(count.into()).map_or(possible, |count| count.min(possible))
    }

    /// Checks that nothing is left.
    pub(super) fn finish(&self) -> Result<(), Malformed> {
        if self.rest.is_empty() { Ok(()) } else { Err(self.malformed("the end of the message")) }
    }

    fn array<const N: usize>(&mut self, expected: &'static str) -> Result<[u8; N], Malformed> {
        let (taken, rest) = self.rest.split_first_chunk::<N>().ok_or_else(|| self.malformed(expected))?;
        self.rest = rest;
        Ok(*taken)
    }
}
