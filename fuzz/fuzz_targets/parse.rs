//! The parser is total: any text gives a policy or an error with a place inside the text, the same each time, and
//! every pointer of a policy leads to a place in its text.
#![no_main]

use bucketwatch_policy::document::Policy;
use bucketwatch_policy::position::position;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let found = Policy::parse(text);
    assert_eq!(found, Policy::parse(text), "parsing is deterministic");
    match found {
        Ok(policy) => {
            let statements = (0..policy.statements.len()).map(|index| policy.pointer(index));
            let diagnosed = policy.diagnostics.iter().map(|diagnostic| diagnostic.pointer.clone());
            for pointer in statements.take(4).chain(diagnosed.take(4)) {
                let place = position(text, &pointer).expect("a pointer leads somewhere");
                assert!(text.get(place).is_some(), "{pointer} leads into the text");
            }
        }
        Err(error) => assert!(error.offset <= text.len(), "the error is inside the text"),
    }
});
