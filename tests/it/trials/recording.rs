//! What a program wrote to the files of its database, when it waited for the disk, and when it answered: read from the
//! output of `strace`.

use std::collections::HashMap;
use std::path::Path;

#[derive(Debug, Clone)]
pub(super) enum Event {
    Write {
        file: String,
        at: usize,
        data: Vec<u8>,
    },
    Truncate {
        file: String,
        length: usize,
    },
    /// All that was written to this file before is on the disk.
    Synced {
        file: String,
    },
    /// An answer went out.
    Answered,
}

pub(super) struct Recording {
    /// Path of the database; its other files begin with it.
    pub(super) database: String,
    pub(super) events: Vec<Event>,
}

impl Recording {
    /// Every byte of every write, with the names of the files.
    pub(super) fn arguments(log: &Path) -> Vec<String> {
        let calls = "trace=pwrite64,write,ftruncate,fsync,fdatasync,sendto,writev";
        let log = log.to_str().unwrap();
        [
            "-f",
            "-qq",
            "--seccomp-bpf",
            "-y",
            "-xx",
            "-s",
            "1000000",
            "-e",
            "signal=none",
            "-e",
            calls,
            "-o",
            log,
        ]
        .map(str::to_owned)
        .to_vec()
    }

    pub(super) fn read(log: &Path, database: &str) -> Self {
        let text = std::fs::read_to_string(log)
            .unwrap_or_else(|error| panic!("{error}: is strace there? type: scripts/test-setup"));
        let mut events = Vec::new();
        // A sync counts when it returns, which may be lines later.
        let mut syncing: HashMap<&str, String> = HashMap::new();
        for line in text.lines() {
            let (thread, call) = line.split_once(' ').unwrap();
            let call = call.trim_start();
            if let Some(resumed) = call.strip_prefix("<... ") {
                if resumed.starts_with('f') && resumed.contains("sync resumed") {
                    events.extend(syncing.remove(thread).map(|file| Event::Synced { file }));
                }
                continue;
            }
            let Some((name, arguments)) = call.split_once('(') else { continue };
            let file = arguments
                .split_once('<')
                .and_then(|(_, rest)| rest.split_once('>'))
                .map(|(file, _)| plain(file));
            let ours = file.filter(|file| file.starts_with(database));
            match (name, ours) {
                ("fsync" | "fdatasync", Some(file)) if call.ends_with("<unfinished ...>") => {
                    syncing.insert(thread, file);
                }
                ("fsync" | "fdatasync", Some(file)) => events.push(Event::Synced { file }),
                ("pwrite64", Some(file)) => {
                    let (data, rest) = quoted(arguments);
                    let at = rest.split(", ").nth(2).unwrap();
                    events.push(Event::Write { file, at: leading_number(at), data });
                }
                ("ftruncate", Some(file)) => {
                    let length = arguments.split_once(", ").unwrap().1;
                    events.push(Event::Truncate { file, length: leading_number(length) });
                }
                ("write", Some(file)) => panic!("{file} was written without saying where"),
                ("sendto" | "write" | "writev", None)
                    if arguments.contains('"') && quoted(arguments).0.starts_with(b"HTTP/1.1 ") =>
                {
                    events.push(Event::Answered);
                }
                _ => {}
            }
        }
        Self { database: database.to_owned(), events }
    }
}

/// The bytes of the first string, and what comes after it.
fn quoted(arguments: &str) -> (Vec<u8>, &str) {
    let (_, rest) = arguments.split_once('"').unwrap();
    let (hex, rest) = rest.split_once('"').unwrap();
    (bytes(hex), rest)
}

fn bytes(hex: &str) -> Vec<u8> {
    hex.split("\\x").skip(1).map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect()
}

/// `-xx` writes paths in hexadecimal as well.
fn plain(path: &str) -> String {
    if path.starts_with("\\x") { String::from_utf8(bytes(path)).unwrap() } else { path.to_owned() }
}

fn leading_number(text: &str) -> usize {
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap()
}
