//! Containment of resource patterns: is everything that one pattern names also named by another?

/// Tells whether `outer` matches every text that `inner` matches. `*` is any run, `?` is any one character.
///
/// It never claims a containment that does not hold; freak patterns such as `??*` and `?*a` it may call incomparable.
/// Policy variables are compared as text.
pub fn contains(outer: &str, inner: &str) -> bool {
    let (outer, inner) = (symbols(outer), symbols(inner));
    // Row `reach[j]`: the first symbols of `outer` so far contain the first `j` symbols of `inner`.
    let mut reach = vec![false; inner.len() + 1];
    if let Some(first) = reach.first_mut() {
        *first = true;
    }
    for own in &outer {
        reach = advance(&reach, *own, &inner);
    }
    reach.last().copied().unwrap_or(false)
}

/// Tells whether some text matches both patterns.
pub fn intersects(a: &str, b: &str) -> bool {
    let (a, b) = (symbols(a), symbols(b));
    // Row `meet[j]`: the symbols of `a` so far and the first `j` symbols of `b` have a text in common.
    let mut meet = vec![true];
    for other in &b {
        meet.push(meet.last() == Some(&true) && *other == Symbol::AnyRun);
    }
    for own in &a {
        meet = meet_next(&meet, *own, &b);
    }
    meet.last().copied().unwrap_or(false)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Symbol {
    Literal(char),
    AnyOne,
    AnyRun,
}

/// Takes a pattern apart. In a run of wildcards `?` goes first and `*` stays once: `*?*` and `?*` are the same.
fn symbols(text: &str) -> Vec<Symbol> {
    let mut out = Vec::with_capacity(text.len());
    let mut run = false;
    for c in text.chars() {
        match c {
            '*' => run = true,
            '?' => out.push(Symbol::AnyOne),
            _ => {
                if std::mem::take(&mut run) {
                    out.push(Symbol::AnyRun);
                }
                out.push(Symbol::Literal(c));
            }
        }
    }
    if run {
        out.push(Symbol::AnyRun);
    }
    out
}

fn advance(row: &[bool], own: Symbol, inner: &[Symbol]) -> Vec<bool> {
    let mut next = Vec::with_capacity(row.len());
    next.push(own == Symbol::AnyRun && row.first() == Some(&true));
    for ((before, above), theirs) in row.iter().zip(row.iter().skip(1)).zip(inner) {
        let held = match own {
            Symbol::AnyRun => *above || *before || next.last() == Some(&true),
            Symbol::AnyOne => *before && *theirs != Symbol::AnyRun,
            Symbol::Literal(_) => *before && *theirs == own,
        };
        next.push(held);
    }
    next
}

fn meet_next(row: &[bool], own: Symbol, other: &[Symbol]) -> Vec<bool> {
    let mut next = Vec::with_capacity(row.len());
    next.push(own == Symbol::AnyRun && row.first() == Some(&true));
    for ((before, above), theirs) in row.iter().zip(row.iter().skip(1)).zip(other) {
        let left = next.last() == Some(&true);
        let met = match (own, *theirs) {
            (Symbol::AnyRun, Symbol::AnyRun) => *before || *above || left,
            (Symbol::AnyRun, _) => *above || left,
            (_, Symbol::AnyRun) => left || *above,
            (Symbol::Literal(x), Symbol::Literal(y)) => *before && x == y,
            _ => *before,
        };
        next.push(met);
    }
    next
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        match pattern.chars().next() {
            None => text.is_empty(),
            Some('*') => (0..=text.len()).any(|cut| matches(&pattern[1..], &text[cut..])),
            Some('?') => !text.is_empty() && matches(&pattern[1..], &text[1..]),
            Some(c) => text.starts_with(c) && matches(&pattern[1..], &text[1..]),
        }
    }

    fn texts() -> Vec<String> {
        let mut all = vec![String::new()];
        let mut last = all.clone();
        for _ in 0..6 {
            last = last.iter().flat_map(|text| ["a", "b", "c"].map(|c| format!("{text}{c}"))).collect();
            all.extend(last.iter().cloned());
        }
        all
    }

    #[test]
    fn containment_is_decided_pattern_by_pattern() {
        for (outer, inner, expected) in [
            ("arn:aws:s3:::b/*", "arn:aws:s3:::b/x", true),
            ("arn:aws:s3:::b/*", "arn:aws:s3:::b/x/*", true),
            ("arn:aws:s3:::b/x/*", "arn:aws:s3:::b/*", false),
            ("arn:aws:s3:::b*", "arn:aws:s3:::b", true),
            ("*", "", true),
            ("?*", "*?", true),
            ("?", "*", false),
            ("a?", "ab", true),
            ("a*b*", "a*bb", true),
        ] {
            assert_eq!(contains(outer, inner), expected, "{outer} ⊇ {inner}");
        }
    }

    proptest! {
        #[test]
        fn trying_every_short_text_never_refutes_containment_and_agrees_on_intersection(
            a in "[ab*?]{0,4}", b in "[ab*?]{0,4}",
        ) {
            let all = texts();
            let contained = all.iter().all(|text| !matches(&b, text) || matches(&a, text));
            prop_assert!(contained || !contains(&a, &b));
            prop_assert!(contains(&a, &a) && contains("*", &a));
            let common = all.iter().any(|text| matches(&a, text) && matches(&b, text));
            prop_assert_eq!(intersects(&a, &b), common);
        }
    }
}
