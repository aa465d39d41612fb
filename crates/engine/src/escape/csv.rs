//! A field of a CSV file.

use bucketwatch_policy::untrusted::Untrusted;

use super::visible::push_visible;

/// Gives `text` as a field of RFC 4180 that no spreadsheet takes for a formula and that stays on its line.
///
/// A field whose first character that is not a blank starts a formula (`=`, `+`, `-`, `@`, or their full-width forms)
/// gets a leading `'`.
pub fn csv_field(text: &Untrusted) -> String {
    let mut field = String::new();
    if text.as_raw().trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']) {
        field.push('\'');
    }
    for c in text.as_raw().chars() {
        push_visible(&mut field, c);
    }
    if field.contains([',', '"', ';']) || field.starts_with(' ') || field.ends_with(' ') {
        field = format!("\"{}\"", field.replace('"', "\"\""));
    }
    field
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_back(fields: &[&str]) -> Vec<String> {
        let line =
            fields.iter().map(|field| csv_field(&Untrusted::new(*field))).collect::<Vec<_>>().join(",");
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(line.as_bytes());
        let records: Vec<_> = reader.records().collect::<Result<_, _>>().unwrap();
        assert_eq!(records.len(), 1, "{line}");
        records[0].iter().map(str::to_owned).collect()
    }

    #[test]
    fn separators_and_quotes_come_back_as_they_were() {
        let fields = ["a,b", "say \"hi\"", "", " padded ", "semi;colon", "日本", "'"];
        assert_eq!(read_back(&fields), fields);
    }

    #[test]
    fn nothing_starts_a_formula() {
        for formula in ["=cmd|'/c calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1", "\n@x"] {
            let field = &read_back(&[formula])[0];
            assert!(!field.trim_start().starts_with(['=', '+', '-', '@', '＝']), "{field}");
            assert!(field.starts_with('\''), "{field}");
        }
    }

    #[test]
    fn control_characters_neither_split_a_record_nor_stay() {
        assert_eq!(read_back(&["a\r\nb\0c\u{1b}"]), ["a<U+000D><U+000A>b<U+0000>c<U+001B>"]);
    }
}
