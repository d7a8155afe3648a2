//! Reads the source tree and holds it against the rules of the house. Each breach is one line: `file:line rule`.

mod masked;

use std::collections::BTreeSet;
use std::path::Path;

use self::masked::{code_of, without_strings};
use crate::support::command::package_folder;

/// A module of the library, as its header says it.
struct Module {
    name: &'static str,
    may_import: &'static [&'static str],
    /// Libraries that no other module may name.
    only_place_of: &'static [&'static str],
}

const MODULES: [Module; 16] = [
    Module { name: "domain", may_import: &[], only_place_of: &[] },
    Module { name: "config", may_import: &["domain"], only_place_of: &[] },
    Module { name: "telemetry", may_import: &["config"], only_place_of: &[] },
    Module {
        name: "store",
        may_import: &["domain"],
        only_place_of: &["diesel", "diesel_migrations", "libsqlite3_sys"],
    },
    Module {
        name: "gateways",
        may_import: &["domain", "config"],
        only_place_of: &[
            "reqwest",
            "rustls",
            "webpki",
            "stripe_checkout",
            "stripe_client_core",
            "stripe_core",
            "stripe_shared",
            "stripe_types",
        ],
    },
    Module { name: "xml", may_import: &[], only_place_of: &["quick_xml"] },
    Module {
        name: "content",
        may_import: &["domain", "xml"],
        only_place_of: &["pulldown_cmark", "ammonia", "htmd", "serde_saphyr"],
    },
    Module {
        name: "pictures",
        may_import: &["domain"],
        only_place_of: &["zune_jpeg", "fast_image_resize", "webp", "png"],
    },
    Module { name: "bank", may_import: &["domain", "xml"], only_place_of: &[] },
    Module { name: "imports", may_import: &["domain", "bank"], only_place_of: &[] },
    Module {
        name: "words",
        may_import: &["domain"],
        only_place_of: &[
            "fluent_bundle",
            "fluent_syntax",
            "intl_memoizer",
            "unic_langid",
            "icu_decimal",
            "icu_locale_core",
        ],
    },
    Module {
        name: "render",
        may_import: &["domain", "config", "words"],
        only_place_of: &["minijinja", "krilla", "rustybuzz", "unicode_bidi", "qrcode", "png"],
    },
    Module { name: "mail", may_import: &["config", "render"], only_place_of: &["lettre", "mail_parser"] },
    Module { name: "usecases", may_import: &["domain", "store", "gateways"], only_place_of: &[] },
    Module {
        name: "jobs",
        may_import: &[
            "usecases",
            "bank",
            "imports",
            "store",
            "mail",
            "render",
            "words",
            "gateways",
            "domain",
            "telemetry",
            "config",
        ],
        only_place_of: &[],
    },
    Module {
        name: "web",
        may_import: &[
            "usecases",
            "bank",
            "render",
            "words",
            "config",
            "telemetry",
            "content",
            "pictures",
            "domain",
            "store",
        ],
        only_place_of: &["actix_web", "multer"],
    },
];

/// May import every module: they put the others together.
const TOP: [&str; 2] = ["bootstrap", "cli"];
/// Libraries of the modules above.
const ONLY_IN_TOP: [(&str, &str); 1] = [("cli", "clap")];

/// What a module may name of one that it may not import otherwise: the file or folder, and the path.
const EXCEPTIONS: [(&str, &str); 2] =
    [("src/web/", "gateways::WebhookHeaders"), ("src/web/dev.rs", "mail::stored")];

/// Libraries that touch the world outside, and so are not for the domain.
const NOT_FOR_THE_DOMAIN: [&str; 5] = ["tokio", "std::fs", "std::net", "std::process", "std::env"];

/// Where the database is written to.
const WRITERS: [&str; 4] = ["src/usecases/", "src/jobs/worker.rs", "src/bootstrap.rs", "src/cli/job.rs"];

/// Where SQL is put together from parts, all of them our own constants.
const BUILT_SQL: [&str; 12] = [
    "src/store/migrate.rs",
    "src/store/dialect.rs",
    "src/store/checks.rs",
    "src/store/copy/rows.rs",
    "src/store/lists/mod.rs",
    "src/store/lists/build.rs",
    "src/store/gift_aid.rs",
    "src/store/reports/attention.rs",
    "src/store/reports/donors.rs",
    "src/store/reports/gifts.rs",
    "src/store/reports/mod.rs",
    "src/store/search.rs",
];

const LINES_MAX: usize = 600;

/// A file of the tree, its path from the package's folder.
struct File {
    path: String,
    text: String,
}

#[test]
fn the_tree_keeps_the_rules_of_the_house() {
    let files = tree();
    assert!(files.len() > 150, "only {} files were read", files.len());

    let breaches: Vec<String> = files.iter().flat_map(breaches).collect();

    assert!(breaches.is_empty(), "\n{}\n", breaches.join("\n"));
}

#[test]
fn every_module_is_in_the_table_and_says_what_it_owns() {
    let library = std::fs::read_to_string(package_folder().join("src/lib.rs")).unwrap();
    let declared = library.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    let declared: BTreeSet<&str> = declared.collect();
    let known: BTreeSet<&str> = MODULES.iter().map(|module| module.name).chain(TOP).collect();
    assert_eq!(declared, known);

    for name in declared {
        let file = package_folder().join("src").join(name).join("mod.rs");
        if let Ok(text) = std::fs::read_to_string(file) {
            let head: String = text.lines().take_while(|line| line.starts_with("//!")).collect();
            assert!(head.starts_with("//! Owns: "), "src/{name}/mod.rs:1 begins with `//! Owns:`");
            assert!(head.contains("May import: "), "src/{name}/mod.rs:1 says what it may import");
            assert!(head.contains("Must not: "), "src/{name}/mod.rs:1 says what it must not do");
        } else {
            assert_eq!(name, "bootstrap", "src/{name}/mod.rs is missing");
        }
    }
}

#[test]
fn every_rule_sees_its_breach() {
    let unfinished = ["TO", "DO"].concat();
    let host = ["index", "crates", "io"].join(".");
    let cases: [(&str, String, &str); 24] = [
        ("src/domain/a.rs", "use crate::store::Db;".into(), "domain does not import store"),
        (
            "src/store/a.rs",
            "use crate::{\n domain::x, usecases::y};".into(),
            "store does not import usecases",
        ),
        ("src/store/a.rs", "use super::super::web;".into(), "store does not import web"),
        ("src/web/a.rs", "use crate::gateways::{Registry, X};".into(), "web does not import gateways"),
        ("src/web/public/a.rs", "use crate::mail::stored;".into(), "web does not import mail"),
        ("src/web/a.rs", "let q = diesel::sql_query(x);".into(), "diesel only in store"),
        ("src/bootstrap.rs", "use actix_web::App;".into(), "actix_web only in web"),
        ("src/jobs/a.rs", "use clap::Parser;".into(), "clap only in cli"),
        ("src/web/a.rs", "reqwest::get(url)".into(), "reqwest only in gateways"),
        ("src/domain/a.rs", "async fn a() { tokio::spawn(b) }".into(), "the domain names no tokio"),
        ("src/domain/a.rs", "let share: f64 = 0.5;".into(), "no floats in the domain"),
        ("src/web/a.rs", "ctx\n  .db\n  .write(move |tx| x)".into(), "the database is written to only in"),
        ("src/store/a.rs", "sql_query(format!(\"SELECT {id}\"))".into(), "SQL is never pasted together"),
        ("src/store/a.rs", "let q = format!(\"DELETE FROM {t}\");".into(), "SQL is never pasted together"),
        ("src/store/a.rs", "c.batch_execute(&text)".into(), "SQL is never pasted together"),
        ("src/a.css", "x\n".repeat(601), "at most 600 lines"),
        ("src/web/a.rs", format!("// {unfinished} later"), "unfinished work"),
        ("src/web/a.rs", format!("{}!()", unfinished.to_lowercase()), "unfinished work"),
        ("src/render/templates/a.html", "{{ article.title|safe }}".into(), "`safe` is for names ending in"),
        ("src/render/templates/a.html", "<p style=\"x\">".into(), "no inline styles"),
        ("src/render/templates/a.html", "<script>x</script>".into(), "no inline scripts"),
        ("src/render/templates/a.html", "<b onclick=\"x\">".into(), "no inline scripts"),
        ("docs/a.md", format!("see {}a", ["", "root", ""].join("/")), "no paths of one machine"),
        ("docs/a.md", format!("https://{host}/x"), "no hosts of package registries"),
    ];

    for (path, text, rule) in cases {
        let found = breaches(&File { path: path.to_owned(), text: text.clone() });
        assert!(found.iter().any(|breach| breach.contains(rule)), "{path}: {text}: {found:?}");
    }
    let allowed: [(&str, &str); 9] = [
        ("src/web/a.rs", "use crate::gateways::WebhookHeaders;"),
        ("src/web/dev.rs", "use crate::mail::stored::{self, Stored};"),
        ("src/usecases/a.rs", "// crate::web is not named here\nlet a = \"diesel::\"; ctx.db.write(x)"),
        ("src/mail/a.rs", "options.write(true)"),
        ("src/store/a.rs", "sql_query(\"SELECT 1\"); format!(\"select a file: {x}\")"),
        (
            "src/render/templates/a.html",
            "{{ article.html|safe }}{{ qr_svg | safe }}<script src=\"/a.js\" defer></script>",
        ),
        ("src/render/templates/email/a.html", "<p style=\"x\">"),
        ("src/domain/a.rs", "use super::money::Money; let seconds_f = \"f64\";"),
        ("src/config/tests.rs", "use super::Config;"),
    ];
    for (path, text) in allowed {
        let found = breaches(&File { path: path.to_owned(), text: text.to_owned() });
        assert!(found.is_empty(), "{path}: {text}: {found:?}");
    }
}

/// Every text file of the package, fonts and what is built left out.
fn tree() -> Vec<File> {
    let root = package_folder();
    let mut folders = vec![root.clone()];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let is_built =
                folder == root && matches!(name.as_str(), "target" | "data" | ".git" | "Cargo.lock");
            if is_built {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(text) = std::fs::read_to_string(&path) {
                files.push(File { path: relative(&root, &path), text });
            }
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

fn relative(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/")
}

fn breaches(file: &File) -> Vec<String> {
    let mut found = Found { path: &file.path, text: &file.text, breaches: Vec::new() };
    check_any(file, &mut found);
    if is_rust(&file.path) {
        let code = code_of(&file.text);
        if file.path.starts_with("src/") {
            check_imports(&file.path, &code, &mut found);
            check_libraries(&file.path, &code, &mut found);
            check_writes(&file.path, &code, &mut found);
        }
        if file.path.starts_with("src/domain/") {
            check_domain(&code, &mut found);
        }
        if file.path.starts_with("src/store/") && !BUILT_SQL.contains(&file.path.as_str()) {
            check_sql(&file.text, &code, &mut found);
        }
    }
    if file.path.starts_with("src/render/templates/") {
        check_template(&file.path, &file.text, &mut found);
    }
    found.breaches
}

fn is_rust(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|extension| extension == "rs")
}

struct Found<'a> {
    path: &'a str,
    text: &'a str,
    breaches: Vec<String>,
}

impl Found<'_> {
    /// A breach at a byte of the file; masking keeps every byte in its place.
    fn add(&mut self, at: usize, rule: &str) {
        let line = self.text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count() + 1;
        self.breaches.push(format!("{}:{line} {rule}", self.path));
    }
}

/// Where `word` stands as a word of its own.
fn words<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word)
        .map(|(at, _)| at)
        .filter(move |at| !text[..*at].ends_with(is_part) && !text[at + word.len()..].starts_with(is_part))
}

fn check_any(file: &File, found: &mut Found<'_>) {
    let lines = file.text.lines().count();
    // The licences are as long as they are.
    if lines > LINES_MAX && !file.path.starts_with("LICENSE") {
        found.add(file.text.len(), &format!("has {lines} lines; at most {LINES_MAX} lines in a file"));
    }
    let prose = if is_rust(&file.path) { without_strings(&file.text) } else { file.text.clone() };
    for mark in [["TO", "DO"], ["FIX", "ME"], ["XX", "X"]].map(|parts| parts.concat()) {
        words(&prose, &mark).for_each(|at| found.add(at, "no marks of unfinished work"));
    }
    for call in ["todo", "unimplemented"].map(|name| format!("{name}!(")) {
        prose.match_indices(&call).for_each(|(at, _)| found.add(at, "no calls for unfinished work"));
    }
    for folder in ["tmp", "root", "work"].map(|name| ["", name, ""].join("/")) {
        // `${TMPDIR}/tmp/` is a path of some machine; `docs/work/` is one of the tree.
        let begins =
            |at: &usize| !file.text[..*at].ends_with(|c: char| c.is_alphanumeric() || "._-}".contains(c));
        let places = file.text.match_indices(&folder).map(|(at, _)| at).filter(begins);
        places.for_each(|at| found.add(at, "no paths of one machine"));
    }
    for host in [["index", "crates", "io"], ["static", "crates", "io"], ["registry", "npmjs", "org"]] {
        let host = host.join(".");
        file.text.match_indices(&host).for_each(|(at, _)| found.add(at, "no hosts of package registries"));
    }
}

/// The module that a file of the library belongs to, without its ending.
fn module_of(path: &str) -> &str {
    let inside = path.strip_prefix("src/").unwrap_or(path);
    inside.split('/').next().unwrap_or(inside).trim_end_matches(".rs")
}

fn check_imports(path: &str, code: &str, found: &mut Found<'_>) {
    let own = module_of(path);
    let Some(module) = MODULES.iter().find(|module| module.name == own) else {
        return;
    };
    for (at, import) in imports(path, code) {
        let target = import.split("::").next().unwrap_or_default();
        let is_module = TOP.contains(&target) || MODULES.iter().any(|module| module.name == target);
        let is_exception = EXCEPTIONS.iter().any(|(place, allowed)| {
            let rest = import.strip_prefix(allowed);
            path.starts_with(place) && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
        });
        if is_module && target != own && !module.may_import.contains(&target) && !is_exception {
            found.add(at, &format!("{own} does not import {target}"));
        }
    }
}

/// Every path that begins at the root of the crate, without `crate::`, and where it stands.
fn imports(path: &str, code: &str) -> Vec<(usize, String)> {
    let mut list = Vec::new();
    for at in words(code, "crate") {
        if let Some(rest) = code[at..].strip_prefix("crate::") {
            let start = at + "crate::".len();
            match rest.strip_prefix('{') {
                Some(group) => list.extend(of_group(start + 1, group)),
                None => list.push((at, path_at(rest))),
            }
        }
    }
    // As many `super` as the file lies deep lead to the root of the crate.
    let depth = path.matches('/').count() - usize::from(path.ends_with("/mod.rs"));
    let climb = "super::".repeat(depth.max(1));
    for (at, _) in code.match_indices(&climb) {
        let target = path_at(&code[at + climb.len()..]);
        let name = target.split("::").next().unwrap_or_default();
        let is_sibling = |suffix: &str| {
            let folder = Path::new(path).parent().unwrap_or(Path::new(""));
            package_folder().join(folder).join(format!("{name}{suffix}")).exists()
        };
        if !is_sibling(".rs") && !is_sibling("/mod.rs") {
            list.push((at, target));
        }
    }
    list
}

/// The first segments of a group of imports: `{domain::x, store::{a, b}}`.
fn of_group(start: usize, group: &str) -> Vec<(usize, String)> {
    let mut list = Vec::new();
    let mut depth = 0;
    let mut begins = 0;
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => {
                list.push((start + begins, path_at(group[begins..].trim_start())));
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                list.push((start + begins, path_at(group[begins..].trim_start())));
                begins = at + 1;
            }
            _ => {}
        }
    }
    list
}

fn path_at(text: &str) -> String {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    text.chars().take_while(|c| is_part(*c)).collect::<String>().trim_end_matches(':').to_owned()
}

fn check_libraries(path: &str, code: &str, found: &mut Found<'_>) {
    let homes = MODULES.iter().flat_map(|m| m.only_place_of.iter().map(|library| (m.name, *library)));
    let own = module_of(path);
    // Some libraries have two homes.
    let is_at_home =
        |library: &str| MODULES.iter().any(|m| m.name == own && m.only_place_of.contains(&library));
    for (home, library) in homes.chain(ONLY_IN_TOP) {
        if own == home || is_at_home(library) {
            continue;
        }
        for at in words(code, library) {
            let is_path = code[at + library.len()..].starts_with("::");
            let is_import = code[..at].trim_end().ends_with("use");
            if is_path || is_import {
                found.add(at, &format!("{library} only in {home}"));
            }
        }
    }
}

fn check_writes(path: &str, code: &str, found: &mut Found<'_>) {
    if WRITERS.iter().any(|writer| path.starts_with(writer)) {
        return;
    }
    for (at, _) in code.match_indices(".write(") {
        if code[..at].trim_end().ends_with("db") {
            found.add(at, &format!("the database is written to only in {}", WRITERS.join(", ")));
        }
    }
}

fn check_domain(code: &str, found: &mut Found<'_>) {
    for float in ["f32", "f64"] {
        words(code, float).for_each(|at| found.add(at, "no floats in the domain"));
    }
    for library in NOT_FOR_THE_DOMAIN {
        words(code, library).for_each(|at| found.add(at, &format!("the domain names no {library}")));
    }
}

/// Words by which a text is seen to be SQL.
const KEYWORDS: [&str; 9] =
    ["SELECT ", "INSERT ", "UPDATE ", "DELETE ", "CREATE ", "DROP ", "ALTER ", "PRAGMA ", "WITH "];

/// SQL is written out or built by diesel; a text that holds a value would be an injection.
fn check_sql(text: &str, code: &str, found: &mut Found<'_>) {
    const RULE: &str = "SQL is never pasted together";
    for call in ["sql_query(", "batch_execute(", ".sql(", "sql::<"] {
        for (at, _) in code.match_indices(call) {
            let arguments = text[at + call.len()..].split_once('(').filter(|_| call.ends_with('<'));
            let argument = arguments.map_or(&text[at + call.len()..], |(_, argument)| argument).trim_start();
            let is_constant = argument.starts_with(|c: char| c.is_ascii_uppercase());
            if !argument.starts_with('"') && !is_constant {
                found.add(at, RULE);
            }
        }
    }
    for (at, _) in code.match_indices("format!(") {
        let first =
            text[at + "format!(".len()..].trim_start().trim_start_matches(['r', '#', '"']).trim_start();
        if KEYWORDS.iter().any(|keyword| first.starts_with(keyword)) {
            found.add(at, RULE);
        }
    }
}

fn check_template(path: &str, text: &str, found: &mut Found<'_>) {
    for (at, _) in text.match_indices('|') {
        let is_safe = words(&text[at..], "safe").next() == text[at..].find("safe")
            && text[at + 1..].trim_start().starts_with("safe");
        let name = text[..at].trim_end();
        if is_safe && !name.ends_with("html") && !name.ends_with("svg") {
            found.add(at, "`safe` is for names ending in html or svg, which are made by our own renderer");
        }
    }
    if path.starts_with("src/render/templates/email/") {
        return;
    }
    for style in ["<style", " style="] {
        text.match_indices(style)
            .for_each(|(at, _)| found.add(at, "no inline styles: the policy stops them"));
    }
    let inline = |tag: &str| !tag.split('>').next().unwrap_or_default().contains("src=");
    let scripts = text.match_indices("<script").filter(|(at, _)| inline(&text[*at..])).map(|(at, _)| at);
    let handlers = text.match_indices(" on").map(|(at, _)| at).filter(|at| {
        let name: String = text[at + 1..].chars().take_while(char::is_ascii_lowercase).collect();
        name.len() > 4 && text[at + 1 + name.len()..].starts_with('=')
    });
    let links = text.match_indices("javascript:").map(|(at, _)| at);
    scripts
        .chain(handlers)
        .chain(links)
        .for_each(|at| found.add(at, "no inline scripts: the policy stops them"));
}
