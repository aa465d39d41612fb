//! XML: a writer for answers and a small tree for bodies that come in.

use quick_xml::events::{BytesStart, Event};

/// An XML document being written.
#[derive(Debug)]
pub(crate) struct Xml(String);

impl Xml {
    /// Starts a document with its root; `attributes` is written as it is.
    pub(crate) fn document(root: &str, attributes: &str, content: impl FnOnce(&mut Self)) -> String {
        let mut xml = Self(String::with_capacity(512));
        xml.0.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        xml.nest_with(root, attributes, content);
        xml.0
    }

    /// Writes an element that holds others.
    pub(crate) fn nest(&mut self, name: &str, content: impl FnOnce(&mut Self)) {
        self.nest_with(name, "", content);
    }

    /// Writes an element with attributes that holds others.
    pub(crate) fn nest_with(&mut self, name: &str, attributes: &str, content: impl FnOnce(&mut Self)) {
        self.0.push('<');
        self.0.push_str(name);
        self.0.push_str(attributes);
        self.0.push('>');
        content(self);
        self.close(name);
    }

    /// Writes an element that holds text.
    pub(crate) fn leaf(&mut self, name: &str, text: &str) {
        self.nest(name, |xml| xml.text(text));
    }

    /// Writes an element that holds text, where there is some.
    pub(crate) fn leaf_if(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.leaf(name, text);
        }
    }

    /// Writes an element that holds `true` or `false`.
    pub(crate) fn flag(&mut self, name: &str, value: bool) {
        self.leaf(name, if value { "true" } else { "false" });
    }

    fn close(&mut self, name: &str) {
        self.0.push_str("</");
        self.0.push_str(name);
        self.0.push('>');
    }

    /// Control characters become references as S3 writes them, though XML 1.0 forbids those.
    pub(crate) fn text(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                c if c.is_control() => self.0.push_str(&format!("&#x{:x};", u32::from(c))),
                c => self.0.push(c),
            }
        }
    }
}

/// An element of a document that came in; namespaces and prefixes are dropped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Element {
    pub(crate) name: String,
    /// The value of its `xsi:type`.
    pub(crate) kind: Option<String>,
    pub(crate) text: String,
    pub(crate) children: Vec<Element>,
}

impl Element {
    /// Reads a document. `None` where it is not well-formed or nested beyond reason.
    pub(crate) fn parse(body: &[u8]) -> Option<Self> {
        let mut reader = quick_xml::Reader::from_str(std::str::from_utf8(body).ok()?);
        let mut open = vec![Self::default()];
        loop {
            match reader.read_event().ok()? {
                Event::Start(start) if open.len() < 16 => open.push(Self::started(&start)),
                Event::Start(_) => return None,
                Event::Empty(start) => open.last_mut()?.children.push(Self::started(&start)),
                Event::End(_) => {
                    let closed = open.pop()?;
                    open.last_mut()?.children.push(closed);
                }
                Event::Text(text) => open.last_mut()?.text.push_str(&text.xml10_content()),
                Event::GeneralRef(name) => open.last_mut()?.text.push_str(&resolved(&name)?),
                Event::Eof => break,
                _ => {}
            }
        }
        let root = open.pop().filter(|_| open.is_empty())?;
        root.children.into_iter().next()
    }

    fn started(start: &BytesStart<'_>) -> Self {
        let name = start.local_name().as_ref().to_owned();
        let mut attributes = start.attributes().filter_map(Result::ok);
        let kind = attributes.find(|attribute| attribute.key.local_name().as_ref() == "type");
        Self { name, kind: kind.map(|kind| kind.value.into_owned()), ..Self::default() }
    }

    /// Gives the first child called `name`.
    pub(crate) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// Gives the text of the first child called `name`.
    pub(crate) fn text_of(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.trim())
    }
}

fn resolved(reference: &quick_xml::events::BytesRef<'_>) -> Option<String> {
    if let Some(c) = reference.resolve_char_ref().ok()? {
        return Some(c.to_string());
    }
    quick_xml::escape::resolve_predefined_entity(&reference.xml10_content()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_can_be_read() {
        let text = "<a> & \"b\" ü";
        let written = Xml::document("Root", " xmlns=\"x\"", |xml| {
            xml.nest("Inner", |xml| xml.leaf("Text", text));
            xml.flag("Flag", true);
        });
        let read = Element::parse(written.as_bytes()).unwrap();
        assert_eq!(read.child("Inner").unwrap().text_of("Text"), Some(text));
        assert_eq!(read.text_of("Flag"), Some("true"));
    }

    #[test]
    fn the_type_of_a_grantee_is_kept() {
        let body = br#"<Grantee xmlns:xsi="x" xsi:type="Group"><URI>u</URI></Grantee>"#;
        let read = Element::parse(body).unwrap();
        assert_eq!((read.kind.as_deref(), read.text_of("URI")), (Some("Group"), Some("u")));
    }

    #[test]
    fn what_is_not_well_formed_is_refused() {
        for body in ["", "text", "<a>", "<a></b>", "</a>", &"<a>".repeat(40)] {
            assert_eq!(Element::parse(body.as_bytes()), None, "{body}");
        }
    }
}
