//! Where a bucket stands in the order of a status: its class is the digit of its verdict and that of its worst exposure.

use bucketwatch_exposure::assessment::{Severity, Verdict};

/// The verdicts, the worst first.
pub(super) const VERDICTS: [Verdict; 3] = [Verdict::Public, Verdict::Undetermined, Verdict::NotPublic];

const SEVERITIES: [Option<Severity>; 6] = [
    Some(Severity::Critical),
    Some(Severity::High),
    Some(Severity::Medium),
    Some(Severity::Low),
    Some(Severity::Informational),
    None,
];

/// Gives the class of a bucket; classes sort as they are shown.
pub(super) fn class_of(verdict: Verdict, severity: Option<Severity>) -> String {
    let place = |found: Option<usize>| found.unwrap_or_default();
    let verdict = place(VERDICTS.iter().position(|known| *known == verdict));
    let severity = place(SEVERITIES.iter().position(|known| *known == severity));
    format!("{verdict}{severity}")
}

/// Gives the verdict of a class.
pub(super) fn verdict_of(class: &str) -> Option<Verdict> {
    let digit = class.chars().next()?.to_digit(10)?;
    VERDICTS.get(usize::try_from(digit).ok()?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_sort_the_worst_first_and_keep_their_verdict() {
        let mut last = String::new();
        for verdict in VERDICTS {
            for severity in SEVERITIES {
                let class = class_of(verdict, severity);
                assert!(class > last, "{class}");
                assert_eq!(verdict_of(&class), Some(verdict));
                last = class;
            }
        }
    }
}
