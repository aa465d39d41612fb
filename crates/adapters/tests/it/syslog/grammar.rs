//! A reader of RFC 5424, section 6, that accepts nothing else. It shares no code with the formatter.

/// A message that obeys the grammar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) priority: u8,
    pub(crate) timestamp: String,
    pub(crate) hostname: String,
    pub(crate) app_name: String,
    pub(crate) process: String,
    pub(crate) id: String,
    pub(crate) elements: Vec<Element>,
    pub(crate) text: Option<String>,
}

/// An SD-ELEMENT.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Element {
    pub(crate) id: String,
    pub(crate) params: Vec<(String, String)>,
}

impl Message {
    /// Gives the value of a parameter of the first element.
    pub(crate) fn param(&self, name: &str) -> Option<&str> {
        let params = &self.elements.first()?.params;
        params.iter().find(|(param, _)| param == name).map(|(_, value)| value.as_str())
    }
}

/// Reads a whole message.
pub(crate) fn parse(bytes: &[u8]) -> Result<Message, String> {
    let mut input = Input { bytes, at: 0 };
    input.expect(b'<')?;
    let digits = input.run(3, |byte| byte.is_ascii_digit())?;
    input.expect(b'>')?;
    let priority: u8 = digits.parse().map_err(|_| format!("PRIVAL {digits}"))?;
    if priority > 191 || priority.to_string() != digits {
        return Err(format!("PRIVAL {digits}"));
    }
    input.expect(b'1')?;
    input.expect(b' ')?;
    let timestamp = input.field(32)?;
    check_timestamp(&timestamp)?;
    let hostname = input.field(255)?;
    let app_name = input.field(48)?;
    let process = input.field(128)?;
    let id = input.field(32)?;
    let elements = input.elements()?;
    let text = input.text()?;
    Ok(Message { priority, timestamp, hostname, app_name, process, id, elements, text })
}

/// `YYYY-MM-DDThh:mm:ss[.f{1,6}]Z`, and a day that exists.
fn check_timestamp(text: &str) -> Result<(), String> {
    let refused = || format!("TIMESTAMP {text}");
    let (seconds, fraction) =
        text.strip_suffix('Z').and_then(|rest| rest.split_once('.')).ok_or_else(refused)?;
    let shape: String = seconds.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    let exact = shape == "0000-00-00T00:00:00"
        && (1..=6).contains(&fraction.len())
        && fraction.bytes().all(|byte| byte.is_ascii_digit());
    text.parse::<jiff::Timestamp>().ok().filter(|_| exact).map(|_| ()).ok_or_else(refused)
}

struct Input<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Input<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn expect(&mut self, byte: u8) -> Result<(), String> {
        if self.peek() != Some(byte) {
            return Err(format!("expected {:?} at {}, found {:?}", char::from(byte), self.at, self.peek()));
        }
        self.at += 1;
        Ok(())
    }

    /// One to `most` bytes of a kind.
    fn run(&mut self, most: usize, kind: impl Fn(u8) -> bool) -> Result<String, String> {
        let begin = self.at;
        while self.peek().is_some_and(&kind) {
            self.at += 1;
        }
        match self.at - begin {
            count if count == 0 || count > most => Err(format!("{count} bytes at {begin}, at most {most}")),
            _ => Ok(String::from_utf8(self.bytes[begin..self.at].to_vec()).unwrap()),
        }
    }

    fn field(&mut self, most: usize) -> Result<String, String> {
        let field = self.run(most, |byte| (33..=126).contains(&byte))?;
        self.expect(b' ')?;
        Ok(field)
    }

    fn name(&mut self) -> Result<String, String> {
        self.run(32, |byte| (33..=126).contains(&byte) && !b"= ]\"".contains(&byte))
    }

    fn elements(&mut self) -> Result<Vec<Element>, String> {
        if self.peek() == Some(b'-') {
            self.at += 1;
            return Ok(Vec::new());
        }
        let mut elements: Vec<Element> = Vec::new();
        while elements.is_empty() || self.peek() == Some(b'[') {
            let element = self.element()?;
            if elements.iter().any(|other| other.id == element.id) {
                return Err(format!("SD-ID {} twice", element.id));
            }
            elements.push(element);
        }
        Ok(elements)
    }

    fn element(&mut self) -> Result<Element, String> {
        self.expect(b'[')?;
        let id = self.name()?;
        let mut params = Vec::new();
        while self.peek() == Some(b' ') {
            self.at += 1;
            let name = self.name()?;
            self.expect(b'=')?;
            self.expect(b'"')?;
            params.push((name, self.value()?));
        }
        self.expect(b']')?;
        Ok(Element { id, params })
    }

    fn value(&mut self) -> Result<String, String> {
        let mut value = Vec::new();
        loop {
            let byte = self.peek().ok_or("a value without end")?;
            self.at += 1;
            match byte {
                b'"' => break,
                b']' => return Err(format!("a bare ] at {}", self.at - 1)),
                b'\\' => {
                    let escaped = self.peek().filter(|byte| b"\"\\]".contains(byte));
                    value.push(escaped.ok_or_else(|| format!("a bare backslash at {}", self.at - 1))?);
                    self.at += 1;
                }
                byte => value.push(byte),
            }
        }
        let value = String::from_utf8(value).map_err(|error| error.to_string())?;
        shown(&value)?;
        Ok(value)
    }

    fn text(&mut self) -> Result<Option<String>, String> {
        if self.peek().is_none() {
            return Ok(None);
        }
        self.expect(b' ')?;
        let text = std::str::from_utf8(&self.bytes[self.at..]).map_err(|error| error.to_string())?;
        let text = text.strip_prefix('\u{feff}').ok_or("MSG without a byte order mark")?;
        shown(text)?;
        Ok(Some(text.to_owned()))
    }
}

/// Stricter than the grammar, which lets anything through here: nothing that a reader could not see.
fn shown(text: &str) -> Result<(), String> {
    let hidden = |c: &char| c.is_control() || "\u{200b}\u{200e}\u{200f}\u{202e}\u{2066}\u{feff}".contains(*c);
    text.chars().find(hidden).map_or(Ok(()), |c| Err(format!("{c:?} in {text:?}")))
}

#[test]
fn the_reader_refuses_what_the_grammar_does() {
    let good = "<165>1 2003-10-11T22:14:15.003000Z h a - ID47 [x@32473 i=\"3 \\\"\\]\\\\\" e=\"\"][y@1] \u{feff}An é";
    let message = parse(good.as_bytes()).unwrap();
    assert_eq!(message.param("i"), Some("3 \"]\\"));
    assert_eq!(message.elements.len(), 2);
    assert_eq!(message.text.as_deref(), Some("An é"));
    for bad in [
        "<192>1 2003-10-11T22:14:15.003Z h a - I -",
        "<01>1 2003-10-11T22:14:15.003Z h a - I -",
        "<1>2 2003-10-11T22:14:15.003Z h a - I -",
        "<1>1 2003-10-11T22:14:15.0000000Z h a - I -",
        "<1>1 2003-13-11T22:14:15.0Z h a - I -",
        "<1>1 2003-10-11 22:14:15.0Z h a - I -",
        "<1>1 2003-10-11T22:14:15.0Z h é - I -",
        "<1>1 2003-10-11T22:14:15.0Z h a  I -",
        "<1>1 2003-10-11T22:14:15.0Z h a - I [x a=\"b]\"]",
        "<1>1 2003-10-11T22:14:15.0Z h a - I [x a=\"b\\n\"]",
        "<1>1 2003-10-11T22:14:15.0Z h a - I [x a=\"b]",
        "<1>1 2003-10-11T22:14:15.0Z h a - I [x][x]",
        "<1>1 2003-10-11T22:14:15.0Z h a - I [x]text",
        "<1>1 2003-10-11T22:14:15.0Z h a - I - no mark",
        "<1>1 2003-10-11T22:14:15.0Z h a - I - \u{feff}a\nb",
    ] {
        assert!(parse(bad.as_bytes()).is_err(), "{bad}");
    }
}
