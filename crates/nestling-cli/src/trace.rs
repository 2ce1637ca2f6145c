//! Reads what strace writes: which files a command opened to read, and which programs it ran.
//!
//! Traced with `-ff`, each thread has a file of its own, so that no call is cut in two; with `-y`, the path after each file
//! descriptor is written out: `openat(AT_FDCWD</var>, "main.c", O_RDONLY) = 3</var/main.c>`.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

/// The calls that are traced.
pub(crate) const CALLS: &str = "open,openat,openat2,execve,execveat";

/// Returns the absolute paths of the files that one thread opened to read or ran. `start` is the directory that it started in.
pub(crate) fn files_read(trace: &str, start: &Path) -> BTreeSet<PathBuf> {
    let mut files = BTreeSet::new();
    let mut directory = start.to_owned();
    for line in trace.lines() {
        if let Some(current) = line.split_once("AT_FDCWD<").and_then(|(_, rest)| path_until_bracket(rest)) {
            directory = current;
        }
        files.extend(file_of_call(line, &directory));
    }
    files
}

/// Returns the file that a call opened to read or ran, if it did.
fn file_of_call(line: &str, directory: &Path) -> Option<PathBuf> {
    let (call, result) = line.rsplit_once(" = ")?;
    if call.starts_with("exec") {
        let (_, argument) = call.split_once('"')?;
        return (result.trim() == "0").then(|| directory.join(unescaped(argument, '"')));
    }
    let is_call = call.starts_with("open");
    let is_to_write = call.contains("O_WRONLY") || call.contains("O_DIRECTORY") || call.contains("O_PATH");
    if !is_call || is_to_write {
        return None;
    }
    let (_, opened) = result.split_once('<')?;
    path_until_bracket(opened)
}

/// Reads a path up to the `>` after it.
fn path_until_bracket(text: &str) -> Option<PathBuf> {
    let path = unescaped(text, '>');
    // Pipes and sockets have no paths, and a file that was deleted since is not a file of the repository.
    path.is_absolute().then_some(path)
}

/// Reads a string up to its end, with the escapes that strace writes: `\303` for a byte, `\n`, `\"` and the like.
fn unescaped(text: &str, end: char) -> PathBuf {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if char::from(*first) == end {
            break;
        }
        if *first != b'\\' {
            bytes.push(*first);
            continue;
        }
        let digits = rest.iter().take(3).take_while(|byte| (b'0'..=b'7').contains(byte)).count();
        if digits > 0 {
            let value = rest[..digits].iter().fold(0_u32, |value, digit| value * 8 + u32::from(digit - b'0'));
            bytes.push(u8::try_from(value).unwrap_or(b'?'));
            rest = &rest[digits..];
        } else if let Some((escaped, after)) = rest.split_first() {
            bytes.push(match escaped {
                b'n' => b'\n',
                b't' => b'\t',
                b'r' => b'\r',
                b'v' => 0x0b,
                b'f' => 0x0c,
                other => *other,
            });
            rest = after;
        }
    }
    PathBuf::from(OsString::from_vec(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines as strace 6.1 writes them, with `-ff -y`.
    const TRACE: &str = r#"execve("/usr/bin/sh", ["sh", "-c", "cat main.c"], 0x7ffd1 /* 30 vars */) = 0
openat(AT_FDCWD</var/repo>, "/etc/ld.so.cache", O_RDONLY|O_CLOEXEC) = 3</etc/ld.so.cache>
openat(AT_FDCWD</var/repo>, "absent", O_RDONLY) = -1 ENOENT (No such file or directory)
openat(AT_FDCWD</var/repo/api>, "main.c", O_RDONLY) = 3</var/repo/api/main.c>
openat(AT_FDCWD</var/repo/api>, "caf\303\251 \"x\"", O_RDONLY) = 3</var/repo/api/caf\303\251 "x">
openat(AT_FDCWD</var/repo/api>, "out.o", O_WRONLY|O_CREAT|O_TRUNC, 0666) = 4</var/repo/api/out.o>
openat(AT_FDCWD</var/repo/api>, "both", O_RDWR|O_CREAT, 0666) = 4</var/repo/api/both>
openat(AT_FDCWD</var/repo/api>, ".", O_RDONLY|O_NONBLOCK|O_CLOEXEC|O_DIRECTORY) = 5</var/repo/api>
openat(5</var/repo/api>, "../tools/a>b", O_RDONLY) = 6</var/repo/tools/a\76b>
execve("../tools/run", ["../tools/run"], 0x7ffd1 /* 30 vars */) = 0
execve("missing", ["missing"], 0x7ffd1 /* 30 vars */) = -1 ENOENT (No such file or directory)
read(3</var/repo/other>, "text = 3</var/repo/trick>", 4096) = 4
+++ exited with 0 +++
"#;

    #[test]
    fn what_is_opened_to_read_and_what_is_run_are_read() {
        let files = files_read(TRACE, Path::new("/var/repo"));
        let files: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
        assert_eq!(
            files,
            [
                "/etc/ld.so.cache",
                "/usr/bin/sh",
                "/var/repo/api/../tools/run",
                "/var/repo/api/both",
                "/var/repo/api/café \"x\"",
                "/var/repo/api/main.c",
                "/var/repo/tools/a>b",
            ]
        );
    }
}
