//! A CloudTrail log file of any size, record by record.

use std::collections::VecDeque;
use std::io::Read;

use memchr::memchr2;

use super::change::Item;
use super::dead_letter::{DeadLetter, Reason};
use super::envelope;
use super::kind::kind_of;
use super::splitter::Splitter;
use super::value::Value;

/// The largest record that is read; CloudTrail's own limit is 1 MiB.
pub const MAX_RECORD_BYTES: usize = 4 * 1024 * 1024;

/// The largest message that is read.
pub(super) const MAX_MESSAGE_BYTES: usize = 64 * 1024 * 1024;

/// How much is read at once.
const CHUNK: usize = 256 * 1024;

/// How far into a file `Records` is looked for.
const PREAMBLE_BYTES: usize = 64 * 1024;

/// The records of a log file, `{"Records": […]}`, unpacked. Holds one record and one chunk at most.
///
/// Records of other events are stepped over without being parsed. A broken record is a dead letter and the next one is
/// read, as long as brackets and quotes still tell where it begins.
pub struct RecordFile<R> {
    reader: R,
    buffer: Vec<u8>,
    /// Where the bytes begin that nobody has taken yet.
    start: usize,
    state: State,
    /// Items that one record gave beside its first.
    ready: VecDeque<Item>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    BeforeRecords,
    InRecords,
    /// There may be another list: files are sometimes joined.
    AfterRecords,
    Done,
}

/// What stands between two records.
enum Next {
    Object,
    /// Something that is no object.
    Other,
    End,
    /// The file ends here.
    CutOff,
}

impl<R: Read> RecordFile<R> {
    /// Gives the records that `reader` gives.
    pub fn new(reader: R) -> Self {
        let (buffer, ready) = (Vec::new(), VecDeque::new());
        Self { reader, buffer, start: 0, state: State::BeforeRecords, ready }
    }

    fn rest(&self) -> &[u8] {
        self.buffer.get(self.start..).unwrap_or_default()
    }

    fn take(&mut self, bytes: usize) {
        self.start += bytes;
    }

    /// Reads one more chunk; `false` = there is none.
    fn refill(&mut self) -> Result<bool, Reason> {
        self.buffer.drain(..self.start.min(self.buffer.len()));
        self.start = 0;
        let filled = self.buffer.len();
        self.buffer.resize(filled + CHUNK, 0);
        let read = loop {
            match self.reader.read(self.buffer.get_mut(filled..).unwrap_or_default()) {
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                read => break read,
            }
        };
        self.buffer.truncate(filled + read.as_ref().copied().unwrap_or(0));
        read.map(|bytes| bytes > 0).map_err(|error| Reason::Unreadable(error.to_string()))
    }

    /// Gives the next item; an error ends the file.
    fn step(&mut self) -> Result<Option<Item>, DeadLetter> {
        loop {
            if let Some(item) = self.ready.pop_front() {
                return Ok(Some(item));
            }
            match self.state {
                State::BeforeRecords => self.find_records()?,
                State::InRecords => match self.next()? {
                    Next::Object => return self.object().map(Some),
                    Next::Other => return self.other().map(Some),
                    Next::End => {
                        self.take(1);
                        self.state = State::AfterRecords;
                    }
                    Next::CutOff => return Err(self.dead(Reason::CutOff)),
                },
                State::AfterRecords => {
                    if self.find_records().is_err() {
                        self.state = State::Done;
                    }
                }
                State::Done => return Ok(None),
            }
        }
    }

    fn dead(&self, reason: Reason) -> DeadLetter {
        DeadLetter::new(reason, self.rest())
    }

    /// Goes to the first record.
    fn find_records(&mut self) -> Result<(), DeadLetter> {
        let mut is_whole = false;
        while self.rest().len() < PREAMBLE_BYTES && !is_whole {
            is_whole = !self.refill().map_err(|reason| self.dead(reason))?;
        }
        let rest = self.rest();
        let records = memchr::memmem::find(rest, b"\"Records\"").map(|place| place + b"\"Records\"".len());
        let list = records.and_then(|place| {
            let after = rest.get(place..)?;
            let bracket =
                after.iter().position(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b':'))?;
            (after.get(bracket) == Some(&b'[')).then_some(place + bracket + 1)
        });
        match list {
            Some(list) => {
                self.take(list);
                self.state = State::InRecords;
                Ok(())
            }
            None => Err(self.dead(Reason::NoRecords)),
        }
    }

    /// Goes over what separates records.
    fn next(&mut self) -> Result<Next, DeadLetter> {
        loop {
            let rest = self.rest();
            let separator = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b',');
            let place = rest.iter().position(|byte| !separator(byte));
            let found = place.and_then(|place| rest.get(place).copied());
            self.take(place.unwrap_or(rest.len()));
            match found {
                Some(b'{') => return Ok(Next::Object),
                Some(b']') => return Ok(Next::End),
                Some(_) => return Ok(Next::Other),
                None if self.refill().map_err(|reason| self.dead(reason))? => {}
                None => return Ok(Next::CutOff),
            }
        }
    }

    /// Takes what is no record, up to the next comma or the end of the list.
    fn other(&mut self) -> Result<Item, DeadLetter> {
        let letter = self.dead(Reason::UnknownShape);
        loop {
            match memchr2(b',', b']', self.rest()) {
                Some(place) => {
                    self.take(place);
                    return Ok(Item::DeadLetter(Box::new(letter)));
                }
                None => {
                    self.take(self.rest().len());
                    if !self.refill().map_err(|reason| self.dead(reason))? {
                        return Err(letter);
                    }
                }
            }
        }
    }

    /// Takes one record.
    fn object(&mut self) -> Result<Item, DeadLetter> {
        let mut splitter = Splitter::default();
        loop {
            if let Some(length) = splitter.advance(self.rest()) {
                let record = self.rest().get(..length).unwrap_or_default();
                let (item, others) = read_record(record, &splitter);
                self.ready.extend(others);
                self.take(length);
                return Ok(item);
            }
            if self.rest().len() > MAX_RECORD_BYTES {
                return self.skip(splitter);
            }
            if !self.refill().map_err(|reason| self.dead(reason))? {
                return Err(self.dead(Reason::CutOff));
            }
        }
    }

    /// Goes to the end of a record that is too large, without keeping it.
    fn skip(&mut self, mut splitter: Splitter) -> Result<Item, DeadLetter> {
        let letter = self.dead(Reason::TooLong(MAX_RECORD_BYTES));
        loop {
            self.take(splitter.forget());
            if !self.refill().map_err(|reason| self.dead(reason))? {
                return Err(letter);
            }
            if let Some(length) = splitter.advance(self.rest()) {
                self.take(length);
                return Ok(Item::DeadLetter(Box::new(letter)));
            }
        }
    }
}

/// Gives the item of a record, and those after it where the record is a message with several.
fn read_record(record: &[u8], splitter: &Splitter) -> (Item, Vec<Item>) {
    if let Some((source, name)) = splitter.event(record)
        && source.ends_with(".amazonaws.com")
        && !name.is_empty()
        && kind_of(source, name).is_none()
    {
        return (Item::Skipped, Vec::new());
    }
    let mut items = Vec::new();
    match Value::parse(record) {
        Ok(value) => envelope::open(&value, 0, &mut items),
        Err(error) => {
            let letter = DeadLetter::new(Reason::Syntax(error.to_string()), record);
            items.push(Item::DeadLetter(Box::new(letter)));
        }
    }
    let others = items.split_off(items.len().min(1));
    (items.pop().unwrap_or(Item::Skipped), others)
}

impl<R: Read> Iterator for RecordFile<R> {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        match self.step() {
            Ok(item) => item,
            Err(letter) => {
                self.state = State::Done;
                Some(Item::DeadLetter(Box::new(letter)))
            }
        }
    }
}
