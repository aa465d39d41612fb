use crate::{bucketwatch, stderr, stdout};

#[test]
fn the_demo_tells_three_changes_and_leaves_nothing() {
    let home = tempfile::tempdir().unwrap();
    let output = bucketwatch(home.path()).arg("demo").output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = stdout(&output);
    let since = text.split("Since the last scan:").nth(1).unwrap();
    for change in ["opened    acme-press-kit", "opened    acme-team-uploads", "closed    acme-open-data"] {
        assert!(since.contains(change), "{since}");
    }
    assert!(!text.contains('\u{1b}'));
    assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0);
}
