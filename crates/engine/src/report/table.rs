//! The table for people: public buckets first, then undetermined ones, then what changed.

mod row;

use std::io::{self, Write};

use comfy_table::{ColumnConstraint, ContentArrangement, Width, presets};

use self::row::Row;
use super::sentence::{self, counted};
use super::wire::{AssessmentDocument, ErrorDocument, TransitionDocument};
use super::{Compared, End, Look, Report, Subject};
use crate::escape::terminal;

const HEADER: [&str; 8] = ["bucket", "region", "verdict", "who", "access", "how", "severity", "since"];
/// The width of a table that goes to a file or pipe.
const WIDTH_ELSEWHERE: u16 = 160;

/// Collects rows and writes them at the end, sorted.
pub struct Table<W> {
    out: W,
    subject: Subject,
    look: Look,
    rows: Vec<Row>,
    errors: Vec<ErrorDocument>,
    changes: Vec<[String; 3]>,
}

impl<W: Write> Table<W> {
    /// Starts on `out`.
    pub fn new(out: W, subject: Subject, look: Look) -> Self {
        Self { out, subject, look, rows: Vec::new(), errors: Vec::new(), changes: Vec::new() }
    }

    fn write_rows(&mut self) -> io::Result<()> {
        if self.rows.is_empty() {
            return Ok(());
        }
        self.rows.sort();
        let mut table = grid(self.look);
        table.set_header(HEADER);
        for row in &self.rows {
            table.add_row(row.cells());
        }
        keep_whole(&mut table, &[1, 2, 6, 7]);
        writeln!(self.out, "{}\n", row::paint(&trimmed(&table), self.look.color))
    }

    fn write_errors(&mut self) -> io::Result<()> {
        for error in &self.errors {
            let place = error.line.map(|line| format!(":{line}:{}", error.column.unwrap_or(1)));
            writeln!(
                self.out,
                "{}{}: not judged: {}",
                terminal(&error.source),
                place.unwrap_or_default(),
                terminal(&error.error)
            )?;
        }
        if self.errors.is_empty() { Ok(()) } else { writeln!(self.out) }
    }

    fn write_summary(&mut self, end: &End) -> io::Result<()> {
        let tally = &end.tally;
        let whose = match end.accounts.as_slice() {
            [] => String::new(),
            accounts => format!(
                " in {}",
                sentence::few(&accounts.iter().map(ToString::to_string).collect::<Vec<_>>(), 3)
            ),
        };
        write!(
            self.out,
            "{}{whose}: {} public, {} undetermined, {} not public.",
            counted(end.coverage.buckets, "bucket", "buckets"),
            tally.public,
            tally.undetermined,
            tally.not_public()
        )?;
        if tally.accepted > 0 {
            write!(self.out, " {} of the public accepted.", tally.accepted)?;
        }
        if tally.accepted_in_doubt > 0 {
            write!(self.out, " Of {} of these something else is undetermined.", tally.accepted_in_doubt)?;
        }
        if tally.objects_unchecked > 0 {
            write!(
                self.out,
                " Object ACLs could matter and were not read in {}.",
                counted(tally.objects_unchecked, "bucket", "buckets")
            )?;
        }
        if !end.coverage.complete {
            write!(self.out, " The scan was cut short: other buckets were not looked at.")?;
        }
        writeln!(self.out)
    }

    fn write_changes(&mut self) -> io::Result<()> {
        let Subject::Scan { compared, .. } = self.subject else { return Ok(()) };
        match compared {
            Compared::Nothing => return Ok(()),
            Compared::First if self.changes.is_empty() => {
                return writeln!(
                    self.out,
                    "This is the first scan of the account; the next one tells what changed."
                );
            }
            Compared::LastScan if self.changes.is_empty() => {
                return writeln!(self.out, "Since the last scan: nothing changed.");
            }
            Compared::First | Compared::LastScan => {}
        }
        writeln!(self.out, "Since the last scan:")?;
        let mut table = grid(self.look);
        for change in &self.changes {
            table.add_row(change.iter().map(|cell| format!("  {cell}")));
        }
        writeln!(self.out, "{}", trimmed(&table))
    }
}

impl<W: Write> Report for Table<W> {
    fn assessment(&mut self, assessment: &AssessmentDocument) -> io::Result<()> {
        self.rows.extend(Row::of(assessment));
        Ok(())
    }

    fn error(&mut self, error: &ErrorDocument) -> io::Result<()> {
        self.errors.push(error.clone());
        Ok(())
    }

    fn transition(&mut self, transition: &TransitionDocument) -> io::Result<()> {
        self.changes.push(sentence::change(transition));
        Ok(())
    }

    fn finish(&mut self, end: &End) -> io::Result<()> {
        self.write_rows()?;
        self.write_errors()?;
        self.write_summary(end)?;
        self.write_changes()?;
        self.out.flush()
    }
}

/// Gives an empty table without lines that fits `look`.
pub(super) fn grid(look: Look) -> comfy_table::Table {
    let mut table = comfy_table::Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(look.width.unwrap_or(WIDTH_ELSEWHERE).max(60));
    table
}

/// Keeps the columns of short words from being broken.
pub(super) fn keep_whole(table: &mut comfy_table::Table, columns: &[usize]) {
    let widths = table.column_max_content_widths();
    for at in columns {
        let width = widths.get(*at).copied().unwrap_or_default();
        if let Some(column) = table.column_mut(*at) {
            column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(width + 2)));
        }
    }
}

/// Gives the table without blanks at the ends of its lines.
pub(super) fn trimmed(table: &comfy_table::Table) -> String {
    table.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn subject() -> Subject {
        Subject::Scan { started_at: sample::instant(), compared: Compared::LastScan }
    }

    fn written(look: Look, tell: impl FnOnce(&mut Table<&mut Vec<u8>>)) -> String {
        let mut out = Vec::new();
        let mut report = Table::new(&mut out, subject(), look);
        tell(&mut report);
        report.finish(&sample::end()).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_public_come_first_then_the_undetermined_and_the_rest_is_counted() {
        let text = written(Look::default(), |report| {
            for assessment in [sample::not_public(), sample::undetermined(), sample::public()] {
                report.assessment(&assessment).unwrap();
            }
            report.transition(&sample::opened()).unwrap();
        });
        insta::assert_snapshot!(text);
    }

    #[test]
    fn hostile_names_do_nothing_to_a_terminal() {
        let look = Look { color: true, width: Some(100) };
        let text = written(look, |report| {
            report.assessment(&sample::public()).unwrap();
            report.transition(&sample::opened()).unwrap();
            report.error(&sample::error()).unwrap();
        });
        let own = ["\u{1b}[1;31m", "\u{1b}[1;33m", "\u{1b}[0m"];
        let without_own = own.iter().fold(text.clone(), |text, code| text.replace(code, ""));
        assert!(without_own.chars().all(|c| c == '\n' || !c.is_control()), "{without_own}");
        assert!(text.contains("\u{1b}[1;31mPUBLIC\u{1b}[0m"), "{text}");
        assert!(!text.contains('\u{202e}'));
        let rows = without_own.lines().take_while(|line| !line.is_empty());
        assert!(rows.clone().count() > 1);
        assert!(rows.clone().all(|line| line.chars().count() <= 100), "{without_own}");
    }

    #[test]
    fn without_color_there_is_no_escape_sequence() {
        let text = written(Look::default(), |report| report.assessment(&sample::public()).unwrap());
        assert!(!text.contains('\u{1b}'));
    }
}
