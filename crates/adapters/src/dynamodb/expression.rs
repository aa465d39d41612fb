//! Conditions and key conditions, with the names and values that stand in them.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::item::Attributes;

/// An expression. Every attribute in it is written as `#name`, so that none can be a reserved word, and every value as
/// `:name`.
#[derive(Clone, Debug, Default)]
pub(super) struct Expression {
    pub(super) text: String,
    pub(super) values: Vec<(&'static str, AttributeValue)>,
}

impl Expression {
    /// Gives the expression `text`, in which `values` stand.
    pub(super) fn new(text: &str, values: Vec<(&'static str, AttributeValue)>) -> Self {
        Self { text: text.to_owned(), values }
    }

    /// Holds where there is no such item.
    pub(super) fn absent() -> Self {
        Self::new("attribute_not_exists(#pk)", Vec::new())
    }

    /// Adds another expression that has to hold too.
    pub(super) fn and(mut self, text: &str, values: Vec<(&'static str, AttributeValue)>) -> Self {
        self.text = if self.text.is_empty() { text.to_owned() } else { format!("{} AND {text}", self.text) };
        self.values.extend(values);
        self
    }

    /// Gives the names.
    pub(super) fn names(&self) -> Option<HashMap<String, String>> {
        names(&self.text)
    }

    /// Gives the values.
    pub(super) fn values(&self) -> Option<Attributes> {
        let values: Attributes =
            self.values.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        (!values.is_empty()).then_some(values)
    }
}

/// Gives every `#name` of an expression and the attribute that it stands for.
pub(super) fn names(expression: &str) -> Option<HashMap<String, String>> {
    let word = |rest: &str| -> String {
        rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect()
    };
    let names: HashMap<String, String> =
        expression.split('#').skip(1).map(|rest| (format!("#{}", word(rest)), word(rest))).collect();
    (!names.is_empty()).then_some(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_attribute_of_an_expression_is_named() {
        let names = names("#pk = :pk AND (#due <= :now OR attribute_not_exists(#due))").unwrap();
        let mut names: Vec<_> = names.into_iter().collect();
        names.sort();
        let expected = [("#due", "due"), ("#pk", "pk")];
        assert_eq!(names, expected.map(|(name, word)| (name.to_owned(), word.to_owned())));
    }
}
