//! A word of a command line that a reader may copy into a shell.

use bucketwatch_policy::untrusted::Untrusted;

use super::visible::visible;

/// Gives `text` as one word of a POSIX shell that is also safe to show. Text with invisible characters becomes a
/// `"$(printf …)"`. `None` where no word can carry it: it holds a NUL, or ends in a line feed among invisible ones.
pub fn shell_word(text: &Untrusted) -> Option<String> {
    let raw = text.as_raw();
    if raw.chars().all(visible) {
        return shlex::try_quote(raw).ok().map(std::borrow::Cow::into_owned);
    }
    if raw.contains('\0') || raw.ends_with('\n') {
        return None;
    }
    let mut format = String::new();
    for byte in raw.bytes() {
        if byte.is_ascii_alphanumeric() || b"/.:_ -".contains(&byte) && !format.is_empty() {
            format.push(char::from(byte));
        } else {
            format.push_str(&format!("\\{byte:03o}"));
        }
    }
    Some(format!("\"$(printf '{format}')\""))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    fn through_sh(word: &str) -> Vec<u8> {
        let script = format!("set -- {word}; test $# = 1 && printf %s \"$1\"");
        let output = Command::new("sh").arg("-c").arg(script).output().unwrap();
        assert!(output.status.success(), "{word}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    #[test]
    fn a_shell_reads_back_every_text_as_one_word() {
        for text in [
            "plain",
            "",
            "two words",
            "it's",
            "$(touch /nowhere)",
            "`id`",
            "a;b&c|d>e<f",
            "!history",
            "*?[x]",
            "~root",
            "#comment",
            "-rf",
            "100%",
            "back\\slash \"quoted\"",
            "\u{1b}[31m'; rm -rf x; '",
            "line\nfeed in the middle",
            "-\u{7f}%s%n",
            "\u{202e}drow é 日本",
        ] {
            let word = shell_word(&Untrusted::new(text)).unwrap();
            assert!(word.chars().all(visible), "{word}");
            assert_eq!(through_sh(&word), text.as_bytes(), "{word}");
        }
    }

    #[test]
    fn what_no_word_can_carry_is_refused() {
        assert_eq!(shell_word(&Untrusted::new("a\0b")), None);
        assert_eq!(shell_word(&Untrusted::new("ends\n")), None);
    }
}
