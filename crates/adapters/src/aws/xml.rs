//! Answers in XML. What is not the document that was asked for is refused, never taken for an empty one.

use roxmltree::{Document, Node, ParsingOptions};

/// The most elements, texts and comments that are read; the largest real answer, a page of a thousand buckets, has under
/// twenty thousand.
const MOST_NODES: u32 = 200_000;

/// An element of an answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Element<'a>(Node<'a, 'a>);

/// Reads the document `body`, whose outermost element has to be `root`.
///
/// *Errors*: what is wrong with the answer, in words.
pub(super) fn read<T>(
    body: &[u8],
    root: &str,
    understand: impl FnOnce(Element<'_>) -> Result<T, &'static str>,
) -> Result<T, &'static str> {
    let text = std::str::from_utf8(body).map_err(|_| "the answer is not in UTF-8")?;
    let document = parsed(text).ok_or("the answer is no XML")?;
    let outermost = Element(document.root_element());
    if outermost.name() != root {
        return Err("the answer is another document than the one asked for");
    }
    understand(outermost)
}

fn parsed(text: &str) -> Option<Document<'_>> {
    let options = ParsingOptions { nodes_limit: MOST_NODES, ..ParsingOptions::default() };
    Document::parse_with_options(text, options).ok()
}

/// Gives the code and the message of an error that a service tells in XML.
///
/// *Source*: S3 API reference, "Error responses"; s3control puts the same in an `ErrorResponse`.
pub(super) fn error(body: &[u8]) -> Option<(String, Option<String>)> {
    let document = parsed(std::str::from_utf8(body).ok()?)?;
    let outermost = Element(document.root_element());
    let error = match outermost.name() {
        "Error" => outermost,
        "ErrorResponse" => outermost.child("Error")?,
        _ => return None,
    };
    Some((error.text("Code")?.to_owned(), error.text("Message").map(str::to_owned)))
}

impl<'a> Element<'a> {
    fn name(self) -> &'a str {
        self.0.tag_name().name()
    }

    /// Gives the first element of that name inside.
    pub(super) fn child(self, name: &str) -> Option<Self> {
        self.children(name).next()
    }

    /// Gives every element of that name inside.
    pub(super) fn children(self, name: &str) -> impl Iterator<Item = Self> {
        self.0.children().filter(|node| node.is_element()).map(Self).filter(move |child| child.name() == name)
    }

    /// Gives the text of the first element of that name inside; an empty element has an empty one.
    pub(super) fn text(self, name: &str) -> Option<&'a str> {
        self.child(name).map(|child| child.0.text().unwrap_or_default())
    }

    /// Gives the same, where it is not empty.
    pub(super) fn word(self, name: &str) -> Option<&'a str> {
        self.text(name).filter(|text| !text.is_empty())
    }

    /// Gives the truth value of the element of that name inside.
    pub(super) fn flag(self, name: &str) -> Result<Option<bool>, &'static str> {
        match self.text(name).map(str::trim) {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(_) => Err("a setting of the answer is neither true nor false"),
        }
    }

    /// Gives an attribute, whatever prefix it has.
    pub(super) fn attribute(self, name: &str) -> Option<&'a str> {
        self.0.attributes().find(|attribute| attribute.name() == name).map(|attribute| attribute.value())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_document_that_was_asked_for_is_read() {
        let root = |body: &str| read(body.as_bytes(), "A", |a| Ok(a.text("B").map(str::to_owned)));
        assert_eq!(root("<A xmlns='urn:x'><B> x </B></A>"), Ok(Some(" x ".to_owned())));
        assert_eq!(root("<A/>"), Ok(None));
        assert_eq!(root("<A><B/></A>"), Ok(Some(String::new())));
        assert_eq!(root("<A><B>&lt;&#x41;<![CDATA[&]]></B></A>"), Ok(Some("<A&".to_owned())));
        for body in
            ["", "<html><A/></html>", "<A>", "<A/><A/>", "A", "<!DOCTYPE A [<!ENTITY b 'x'>]><A>&b;</A>"]
        {
            assert!(root(body).is_err(), "{body}");
        }
        assert!(read(b"<A>\xff</A>", "A", |_| Ok(())).is_err());
    }

    #[test]
    fn a_flag_is_true_or_false_or_not_there() {
        let flag = |text: &str| read(format!("<A>{text}</A>").as_bytes(), "A", |a| a.flag("B"));
        assert_eq!(flag("<B>true</B>"), Ok(Some(true)));
        assert_eq!(flag("<B>false</B>"), Ok(Some(false)));
        assert_eq!(flag(""), Ok(None));
        for odd in ["<B>TRUE</B>", "<B/>", "<B>1</B>"] {
            assert!(flag(odd).is_err(), "{odd}");
        }
    }

    #[test]
    fn the_code_of_an_error_is_read_from_errors_alone() {
        let code = |body: &str| error(body.as_bytes()).map(|(code, _)| code);
        assert_eq!(code("<Error><Code>NoSuchBucket</Code></Error>").as_deref(), Some("NoSuchBucket"));
        assert_eq!(
            code("<ErrorResponse><Error><Code>X</Code></Error></ErrorResponse>").as_deref(),
            Some("X")
        );
        for body in ["", "{}", "<html><Error><Code>X</Code></Error></html>", "<Error/>"] {
            assert_eq!(code(body), None, "{body}");
        }
    }

    #[test]
    fn elements_within_elements_end_somewhere() {
        let is_read = |depth| {
            let deep = "<A>".repeat(depth) + &"</A>".repeat(depth);
            read(deep.as_bytes(), "A", |_| Ok(())).is_ok()
        };
        assert!(is_read(100_000));
        assert!(!is_read(1_000_000));
    }
}
