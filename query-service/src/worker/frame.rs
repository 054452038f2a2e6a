//! Messages on a pipe: one byte that says what it is, four bytes of length, the content.

use std::io::{self, Read, Write};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// Longest content: the unflushed rows of one table, or a slice of an answer.
const MAX_BYTES: usize = 1 << 30;
const HEADER_BYTES: usize = 5;

/// What a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// To the worker: its limits and folders, as JSON.
    Setup,
    /// To the worker: the statement and the snapshot, as JSON.
    Question,
    /// To the worker: rows or row numbers that the question announced.
    Attachment,
    /// From the worker: it is confined and warm, as JSON.
    Ready,
    /// From the worker: part of an Arrow stream.
    Rows,
    /// From the worker: every row was sent, as JSON.
    Finished,
    /// From the worker: why there is no answer, as JSON.
    Failed,
}

impl Kind {
    const ALL: [(u8, Self); 7] = [
        (b'S', Self::Setup),
        (b'Q', Self::Question),
        (b'T', Self::Attachment),
        (b'R', Self::Ready),
        (b'A', Self::Rows),
        (b'F', Self::Finished),
        (b'E', Self::Failed),
    ];

    fn byte(self) -> u8 {
        Self::ALL.into_iter().find(|(_, kind)| *kind == self).map_or(0, |(byte, _)| byte)
    }
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) kind: Kind,
    pub(super) content: Vec<u8>,
}

fn header(kind: Kind, content: &[u8]) -> io::Result<[u8; HEADER_BYTES]> {
    let length = u32::try_from(content.len()).ok().filter(|_| content.len() <= MAX_BYTES);
    let [a, b, c, d] = length.ok_or_else(|| io::Error::other("a message is too long"))?.to_le_bytes();
    Ok([kind.byte(), a, b, c, d])
}

fn parsed([kind, length @ ..]: [u8; HEADER_BYTES]) -> io::Result<(Kind, usize)> {
    let known = Kind::ALL.into_iter().find(|(byte, _)| *byte == kind);
    let (_, kind) = known.ok_or_else(|| io::Error::other("an unknown message"))?;
    let length = usize::try_from(u32::from_le_bytes(length)).ok().filter(|length| *length <= MAX_BYTES);
    Ok((kind, length.ok_or_else(|| io::Error::other("a message is too long"))?))
}

/// Sends one message.
pub(super) fn write(output: &mut impl Write, kind: Kind, content: &[u8]) -> io::Result<()> {
    output.write_all(&header(kind, content)?)?;
    output.write_all(content)?;
    output.flush()
}

/// Waits for one message; `None` when the other side has closed.
pub(super) fn read(input: &mut impl Read) -> io::Result<Option<Frame>> {
    let mut header = [0; HEADER_BYTES];
    match input.read_exact(&mut header) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let (kind, length) = parsed(header)?;
    let mut content = vec![0; length];
    input.read_exact(&mut content)?;
    Ok(Some(Frame { kind, content }))
}

/// Sends one message without blocking a thread.
pub(super) async fn send(output: &mut (impl AsyncWrite + Unpin), kind: Kind, content: &[u8]) -> io::Result<()> {
    output.write_all(&header(kind, content)?).await?;
    output.write_all(content).await?;
    output.flush().await
}

/// Waits for one message of at most `limit` bytes without blocking a thread; `None` when the
/// other side has closed.
pub(super) async fn receive(input: &mut (impl AsyncRead + Unpin), limit: usize) -> io::Result<Option<Frame>> {
    let mut header = [0; HEADER_BYTES];
    match input.read_exact(&mut header).await {
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let (kind, length) = parsed(header)?;
    if length > limit {
        return Err(io::Error::other("a message is longer than an answer may be"));
    }
    let mut content = vec![0; length];
    input.read_exact(&mut content).await?;
    Ok(Some(Frame { kind, content }))
}

/// A writer whose output becomes messages of one kind.
#[derive(Debug)]
pub(super) struct Framed<W> {
    output: W,
    kind: Kind,
    pending: Vec<u8>,
}

impl<W: Write> Framed<W> {
    /// Bytes collected before a message is sent.
    const SLICE_BYTES: usize = 256 << 10;

    /// Messages of `kind` into `output`.
    pub(super) fn new(output: W, kind: Kind) -> Self {
        Self { output, kind, pending: Vec::with_capacity(Self::SLICE_BYTES) }
    }
}

impl<W: Write> Write for Framed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = Self::SLICE_BYTES.saturating_sub(self.pending.len()).max(1).min(bytes.len());
        let (now, _) = bytes.split_at(room);
        self.pending.extend_from_slice(now);
        if self.pending.len() >= Self::SLICE_BYTES {
            self.flush()?;
        }
        Ok(room)
    }

    fn flush(&mut self) -> io::Result<()> {
        if !self.pending.is_empty() {
            write(&mut self.output, self.kind, &self.pending)?;
            self.pending.clear();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_arrive_as_they_were_sent_and_nonsense_is_refused() {
        let mut pipe = Vec::new();
        for (_, kind) in Kind::ALL {
            write(&mut pipe, kind, b"abc").unwrap();
        }
        let mut framed = Framed::new(&mut pipe, Kind::Rows);
        framed.write_all(&vec![7; 600_000]).unwrap();
        framed.flush().unwrap();

        let mut input = pipe.as_slice();
        for (_, kind) in Kind::ALL {
            assert_eq!(read(&mut input).unwrap(), Some(Frame { kind, content: b"abc".to_vec() }));
        }
        let slices: Vec<usize> =
            std::iter::from_fn(|| read(&mut input).unwrap()).map(|frame| frame.content.len()).collect();
        assert_eq!(slices.iter().sum::<usize>(), 600_000);
        assert!(read(&mut [b'?', 1, 0, 0, 0, 1].as_slice()).is_err());
        assert!(read(&mut [b'A', 255, 255, 255, 255].as_slice()).is_err());
        assert!(read(&mut [b'A', 5, 0, 0, 0, 1].as_slice()).is_err());
    }
}
