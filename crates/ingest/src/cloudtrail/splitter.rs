//! Where the records of a log file begin and end, and which are worth reading: one look at each byte.

use std::ops::Range;

use memchr::memchr2;

/// Finds the end of one JSON value that is fed in pieces, and the texts of its members `eventSource` and `eventName`.
///
/// It counts brackets and skips strings, and checks nothing else: that is the parser's part, for the records that are
/// read at all.
#[derive(Debug, Default)]
pub(super) struct Splitter {
    /// How many bytes were looked at.
    at: usize,
    depth: u32,
    /// Where the open string's text begins.
    string: Option<usize>,
    /// A string that opens now is a member's name.
    awaits_name: bool,
    /// The open string is one.
    is_name: bool,
    /// The member whose value comes next, where it is one that is sought.
    member: Option<Member>,
    source: Option<Range<usize>>,
    name: Option<Range<usize>>,
    /// A text that is compared holds an escape, so that the comparison is not to be trusted.
    escaped: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Member {
    Source,
    Name,
}

impl Splitter {
    /// Looks on through `value`, which holds all bytes since its beginning, and gives the length of the value once it
    /// has ended.
    pub(super) fn advance(&mut self, value: &[u8]) -> Option<usize> {
        loop {
            if self.string.is_some() {
                self.leave_string(value)?;
                continue;
            }
            let byte = *value.get(self.at)?;
            self.at += 1;
            match byte {
                b'"' => {
                    self.string = Some(self.at);
                    self.is_name = self.depth == 1 && self.awaits_name;
                    self.awaits_name = false;
                }
                b'{' | b'[' => {
                    self.depth += 1;
                    self.awaits_name = byte == b'{';
                    self.member = None;
                }
                b'}' | b']' => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        return Some(self.at);
                    }
                }
                b',' if self.depth == 1 => {
                    self.awaits_name = true;
                    self.member = None;
                }
                _ => {}
            }
        }
    }

    /// Goes to the end of the open string; `None` = it is not among the bytes that are there.
    fn leave_string(&mut self, value: &[u8]) -> Option<()> {
        loop {
            let found = memchr2(b'"', b'\\', value.get(self.at..)?);
            let Some(found) = found else {
                self.at = value.len();
                return None;
            };
            let place = self.at + found;
            if value.get(place) == Some(&b'\\') {
                // The byte after a backslash belongs to it, and may be still to come.
                value.get(place + 1).or_else(|| {
                    self.at = place;
                    None
                })?;
                self.escaped |= self.is_name || self.member.is_some();
                self.at = place + 2;
                continue;
            }
            self.at = place + 1;
            let begin = self.string.take().unwrap_or(place);
            if self.depth == 1 {
                self.note(value, begin..place);
            }
            return Some(());
        }
    }

    /// Notes a string of the record's own level: a member's name, or the value of one that is sought.
    fn note(&mut self, value: &[u8], text: Range<usize>) {
        if self.is_name {
            self.member = match value.get(text) {
                Some(b"eventSource") => Some(Member::Source),
                Some(b"eventName") => Some(Member::Name),
                _ => None,
            };
            return;
        }
        match self.member.take() {
            Some(Member::Source) => self.source = Some(text),
            Some(Member::Name) => self.name = Some(text),
            None => {}
        }
    }

    /// Gives source and name of an event that is spelled without escapes; `None` = only the parser can tell.
    pub(super) fn event<'v>(&self, value: &'v [u8]) -> Option<(&'v str, &'v str)> {
        let text = |range: &Option<Range<usize>>| std::str::from_utf8(value.get(range.clone()?)?).ok();
        if self.escaped { None } else { Some((text(&self.source)?, text(&self.name)?)) }
    }

    /// Forgets the bytes that were looked at, of a value that is only skipped, and gives how many these are: the next
    /// call begins with those after them.
    pub(super) fn forget(&mut self) -> usize {
        self.string = self.string.map(|_| 0);
        (self.source, self.name, self.escaped) = (None, None, true);
        std::mem::take(&mut self.at)
    }
}
