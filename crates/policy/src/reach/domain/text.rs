//! Is there a text that these patterns match and those do not? Exact, by walking all patterns at once.

use std::collections::BTreeSet;

use crate::reach::glob::{Glob, Token};
use crate::reach::meter::Meter;

/// The answer to a search for a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::reach) enum Search {
    /// A text, one of the shortest.
    Found(String),
    /// There is none.
    Empty,
    /// The search was cut off.
    Exhausted,
}

/// Looks for a text that some pattern of each of `wanted` matches and none of `unwanted` does, as far as
/// `meter` lets it.
pub(in crate::reach) fn find(wanted: &[&[Glob]], unwanted: &[&Glob], meter: &Meter) -> Search {
    let Some(machine) = Machine::new(wanted, unwanted) else { return Search::Exhausted };
    let Some(start) = machine.start() else { return Search::Empty };
    let mut seen = BTreeSet::from([start.clone()]);
    let mut nodes = vec![Node { state: start, parent: None, by: '\0' }];
    let mut at = 0;
    while let Some(node) = nodes.get(at) {
        if machine.accepts(&node.state) {
            return Search::Found(spell(&nodes, at));
        }
        let state = node.state.clone();
        for c in machine.choices(&state) {
            if !meter.spend(machine.weight()) {
                return Search::Exhausted;
            }
            if let Some(next) = machine.step(&state, c)
                && !seen.contains(&next)
            {
                if nodes.len() >= meter.classes() {
                    return Search::Exhausted;
                }
                seen.insert(next.clone());
                nodes.push(Node { state: next, parent: Some(at), by: c });
            }
        }
        at += 1;
    }
    Search::Empty
}

struct Node {
    state: State,
    parent: Option<usize>,
    by: char,
}

fn spell(nodes: &[Node], end: usize) -> String {
    let steps = std::iter::successors(nodes.get(end), |node| nodes.get(node.parent?));
    let mut text: Vec<char> = steps.filter(|node| node.parent.is_some()).map(|node| node.by).collect();
    text.reverse();
    text.into_iter().collect()
}

/// The positions that each pattern may be at, one bit each, all patterns in a row.
type State = Vec<u64>;

struct Machine<'a> {
    globs: Vec<Walked<'a>>,
    groups: usize,
    words: usize,
}

struct Walked<'a> {
    tokens: &'a [Token],
    /// Which group of `wanted` it belongs to; `None` = unwanted.
    group: Option<usize>,
    /// Where its bits begin.
    word: usize,
}

impl<'a> Machine<'a> {
    fn new(wanted: &'a [&'a [Glob]], unwanted: &'a [&'a Glob]) -> Option<Self> {
        let mut machine = Self { globs: Vec::new(), groups: wanted.len(), words: 0 };
        let wanted =
            wanted.iter().enumerate().flat_map(|(at, group)| group.iter().map(move |g| (Some(at), g)));
        for (group, glob) in wanted.chain(unwanted.iter().map(|glob| (None, *glob))) {
            machine.globs.push(Walked { tokens: &glob.0, group, word: machine.words });
            machine.words += glob.0.len() / 64 + 1;
        }
        (machine.words <= MOST_WORDS).then_some(machine)
    }

    /// Gives what one step costs.
    fn weight(&self) -> usize {
        4 * self.words + 8 * self.globs.len()
    }

    fn start(&self) -> Option<State> {
        let mut state = vec![0; self.words];
        for glob in &self.globs {
            set(&mut state, glob.word, 0);
        }
        self.settle(state)
    }

    fn step(&self, state: &State, c: char) -> Option<State> {
        let mut next = vec![0; self.words];
        for glob in &self.globs {
            for at in glob.positions(state) {
                match glob.tokens.get(at) {
                    Some(token) if token.takes(c) => {
                        set(&mut next, glob.word, if token.is_run() { at } else { at + 1 });
                    }
                    _ => {}
                }
            }
        }
        self.settle(next)
    }

    /// Lets runs be empty, drops what can make no difference any more, and gives `None` where all is lost.
    fn settle(&self, mut state: State) -> Option<State> {
        for glob in &self.globs {
            let mut last_run = None;
            let mut at = 0;
            while at <= glob.tokens.len() {
                if is_set(&state, glob.word, at) {
                    match glob.tokens.get(at) {
                        Some(Token::Run) => {
                            last_run = Some(at);
                            set(&mut state, glob.word, at + 1);
                        }
                        Some(token) if token.is_run() => set(&mut state, glob.word, at + 1),
                        _ => {}
                    }
                }
                at += 1;
            }
            if let Some(run) = last_run {
                for earlier in 0..run {
                    clear(&mut state, glob.word, earlier);
                }
                if run + 1 == glob.tokens.len() {
                    glob.group?;
                    self.satisfy(&mut state, glob);
                }
            }
        }
        (0..self.groups)
            .all(|group| {
                self.globs.iter().filter(|glob| glob.group == Some(group)).any(|glob| glob.is_alive(&state))
            })
            .then_some(state)
    }

    /// Once one pattern of a group matches whatever follows, the others of the group do not matter.
    fn satisfy(&self, state: &mut State, winner: &Walked<'_>) {
        for glob in self.globs.iter().filter(|glob| glob.group == winner.group && glob.word != winner.word) {
            for at in 0..=glob.tokens.len() {
                clear(state, glob.word, at);
            }
        }
    }

    fn accepts(&self, state: &State) -> bool {
        let ends = |glob: &&Walked<'_>| is_set(state, glob.word, glob.tokens.len());
        (0..self.groups)
            .all(|group| self.globs.iter().filter(|glob| glob.group == Some(group)).any(|glob| ends(&glob)))
            && !self.globs.iter().filter(|glob| glob.group.is_none()).any(|glob| ends(&glob))
    }

    /// Gives the characters that can lead to different places: those that some pattern waits for, and one other.
    fn choices(&self, state: &State) -> Vec<char> {
        let mut waited: Vec<char> = Vec::new();
        let mut add = |c: char| {
            if !waited.contains(&c) {
                waited.push(c);
            }
        };
        for glob in &self.globs {
            for at in glob.positions(state) {
                match glob.tokens.get(at) {
                    Some(Token::Char(c)) => add(*c),
                    Some(Token::Fold(c)) => {
                        add(c.to_ascii_lowercase());
                        add(c.to_ascii_uppercase());
                    }
                    Some(Token::OneInField | Token::RunInField) => add(':'),
                    _ => {}
                }
            }
        }
        // Names may have what paths may, and both what anything may: the narrowest that is free does for all.
        let names = ('a'..='z').chain('0'..='9').chain('A'..='Z').chain("_+=,.@-".chars());
        let wider = ('!'..='~').chain('\u{a1}'..='\u{ffff}');
        let other = names.chain(wider).find(|c| !waited.contains(c));
        waited.extend(other);
        waited
    }
}

impl Walked<'_> {
    fn positions(&self, state: &State) -> impl Iterator<Item = usize> {
        let words = state.get(self.word..=self.word + self.tokens.len() / 64).unwrap_or_default();
        words.iter().enumerate().flat_map(|(at, word)| {
            std::iter::successors((*word != 0).then_some(*word), |word| {
                let rest = word & (word - 1);
                (rest != 0).then_some(rest)
            })
            .map(move |word| at * 64 + word.trailing_zeros() as usize)
        })
    }

    fn is_alive(&self, state: &State) -> bool {
        self.positions(state).next().is_some()
    }
}

/// Past this many words a state, the search is not begun: patterns of some 250,000 characters.
const MOST_WORDS: usize = 4_096;

fn is_set(state: &State, word: usize, bit: usize) -> bool {
    state.get(word + bit / 64).is_some_and(|word| word >> (bit % 64) & 1 == 1)
}

fn set(state: &mut State, word: usize, bit: usize) {
    if let Some(word) = state.get_mut(word + bit / 64) {
        *word |= 1 << (bit % 64);
    }
}

fn clear(state: &mut State, word: usize, bit: usize) {
    if let Some(word) = state.get_mut(word + bit / 64) {
        *word &= !(1 << (bit % 64));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reach::Budget;

    fn meter(classes: u32) -> Meter {
        Meter::new(Budget { classes, ..Budget::default() })
    }

    fn search(wanted: &[&str], unwanted: &[&str]) -> Search {
        let wanted: Vec<Vec<Glob>> =
            wanted.iter().map(|group| group.split('|').map(Glob::wild).collect()).collect();
        let unwanted: Vec<Glob> = unwanted.iter().map(|text| Glob::wild(text)).collect();
        let groups: Vec<&[Glob]> = wanted.iter().map(Vec::as_slice).collect();
        let found = find(&groups, &unwanted.iter().collect::<Vec<_>>(), &meter(10_000));
        if let Search::Found(text) = &found {
            assert!(groups.iter().all(|group| group.iter().any(|glob| glob.matches(text))), "{text}");
            assert!(!unwanted.iter().any(|glob| glob.matches(text)), "{text}");
        }
        found
    }

    #[test]
    fn a_text_is_found_exactly_where_there_is_one() {
        for (wanted, unwanted, length) in [
            (&["a*b"][..], &[][..], Some(2)),
            (&["a*b"], &["ab"], Some(3)),
            (&["a*", "*b"], &["ab", "a?b"], Some(4)),
            (&["foo*"], &["f*"], None),
            (&["foo*"], &["foo?*"], Some(3)),
            (&["foo*", "*bar*"], &["*b*"], None),
            (&["x|y", "y|z"], &[], Some(1)),
            (&["x|y", "y|z"], &["y"], None),
            (&["??"], &["a*", "*a", "b*"], Some(2)),
            (&["?"], &["*a*"], Some(1)),
            (&[], &["?*"], Some(0)),
            (&["*"], &["*"], None),
        ] {
            let found = match search(wanted, unwanted) {
                Search::Found(text) => Some(text.chars().count()),
                Search::Empty => None,
                Search::Exhausted => unreachable!("{wanted:?} but not {unwanted:?}"),
            };
            assert_eq!(found, length, "{wanted:?} but not {unwanted:?}");
        }
    }

    #[test]
    fn forty_words_that_must_not_occur_are_walked_without_blowing_up() {
        let words: Vec<String> = (0..40).map(|at| format!("*bot{at}*")).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        assert!(matches!(search(&["*bot*"], &words), Search::Found(_)));
        assert_eq!(search(&["*bot7x"], &words), Search::Empty);
    }

    #[test]
    fn what_is_too_much_work_is_not_answered() {
        let wanted = [Glob::wild("*a????????b")];
        assert_eq!(find(&[&wanted], &[], &meter(10)), Search::Exhausted);
        assert!(matches!(find(&[&wanted], &[], &meter(10_000)), Search::Found(_)));
    }
}
