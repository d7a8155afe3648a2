use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::*;

fn env(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn load(pairs: &[(&str, &str)]) -> Result<Config, ConfigErrors> {
    Config::load(None, env(pairs))
}

fn messages(pairs: &[(&str, &str)]) -> String {
    load(pairs).unwrap_err().to_string()
}

fn file(folder: &TempDir, name: &str, text: &str) -> PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, text).unwrap();
    path
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

const PRODUCTION: [(&str, &str); 5] = [
    ("MAINSTAY_SERVER__MODE", "production"),
    ("MAINSTAY_SERVER__PUBLIC_URL", "https://give.example.org/"),
    ("MAINSTAY_MAIL__TRANSPORT", "smtp"),
    ("MAINSTAY_MAIL__SMTP_URL", "smtps://site:hunter2@mail.example.org"),
    ("MAINSTAY_MAIL__FROM", "The Review <donations@example.org>"),
];

fn production(more: &[(&str, &str)]) -> Result<Config, ConfigErrors> {
    load(&[&PRODUCTION, more].concat())
}

#[test]
fn without_any_setting_a_development_site_works() {
    let config = load(&[]).unwrap();

    assert_eq!(config.server.mode, Mode::Development);
    assert_eq!(config.server.public_url_when_bound_to(config.server.bind), "http://127.0.0.1:8080");
    assert_eq!(config.server.public_host(), "127.0.0.1");
    assert!(matches!(config.server.metrics, MetricsAccess::Open));
    assert!(
        matches!(&config.database.url, DatabaseUrl::Sqlite(path) if path == Path::new("data/mainstay.db"))
    );
    assert_eq!(config.database.pool_size, 4);
    assert_eq!(config.site.organisation.legal_name, "Mainstay");
    assert!(matches!(config.mail.transport, MailTransport::File));
    assert_eq!(config.bank_transfer.unwrap().iban_grouped(), "DE02 1203 0000 0000 2020 51");
    assert!(config.sandbox.enabled);
    assert_eq!(config.log.format, LogFormat::Text);
}

#[test]
fn a_port_of_the_systems_choice_and_an_unspecified_address_give_a_link_that_opens() {
    let server = load(&[("MAINSTAY_SERVER__BIND", "0.0.0.0:0")]).unwrap().server;

    assert_eq!(server.public_url_when_bound_to("0.0.0.0:4711".parse().unwrap()), "http://127.0.0.1:4711");
    assert!(server.worker_count() >= 1);
}

#[test]
fn environment_wins_over_file_and_file_over_default() {
    let folder = TempDir::new().unwrap();
    let text = "[server]\nbind = \"127.0.0.1:1\"\nworkers = 3\n[limits.minimum]\nEUR = 5\nSEK = \"20.00\"\n";
    let path = file(&folder, "site.toml", text);
    let variables = env(&[
        ("MAINSTAY_SERVER__BIND", "127.0.0.1:2"),
        ("MAINSTAY_SITE__CURRENCIES", "EUR, SEK,JPY"),
        ("MAINSTAY_SITE__ORGANISATION__ADDRESS", "1 High Street, Flat 2\nLondon"),
        ("MAINSTAY_LIMITS__MINIMUM__SEK", "30.00"),
        ("HOME", "/home/ann"),
    ]);

    let config = Config::load(Some(&path), variables).unwrap();

    assert_eq!(config.server.bind.port(), 2);
    assert_eq!(config.server.workers, 3);
    assert_eq!(config.site.organisation.address, ["1 High Street, Flat 2", "London"]);
    let minimum = |index: usize| config.limits.minimum_for(config.site.currencies[index]).minor();
    assert_eq!((minimum(0), minimum(1), minimum(2)), (500, 3000, 100));
    assert_eq!(config.limits.maximum_for(config.site.currencies[2]).minor(), 1_000_000);
}

#[test]
fn the_file_can_be_named_by_a_variable_and_the_option_wins() {
    let folder = TempDir::new().unwrap();
    let named = file(&folder, "named.toml", "[site]\nname = \"Named\"\n");
    let option = file(&folder, "option.toml", "[site]\nname = \"Option\"\n");
    let variables = env(&[("MAINSTAY_CONFIG", named.to_str().unwrap())]);

    assert_eq!(Config::load(None, variables.clone()).unwrap().site.name, "Named");
    assert_eq!(Config::load(Some(&option), variables).unwrap().site.name, "Option");
}

#[test]
fn a_missing_file_and_a_file_that_is_no_toml_are_errors_without_a_picture_of_the_line() {
    let folder = TempDir::new().unwrap();
    let missing = folder.path().join("missing.toml");
    let broken = file(&folder, "broken.toml", "[mail]\nsmtp_url = \"smtps://a:hunter2@b\n");

    let error = Config::load(Some(&missing), env(&[])).unwrap_err().to_string();
    assert!(error.contains("missing.toml: cannot be read"), "{error}");

    let error = Config::load(Some(&broken), env(&[])).unwrap_err().to_string();
    assert!(error.contains("broken.toml: line 2 is not valid TOML"), "{error}");
    assert!(!error.contains("hunter2") && error.lines().count() == 1, "{error}");
}

#[test]
fn every_mistake_of_every_layer_is_reported_at_once() {
    let folder = TempDir::new().unwrap();
    let text = r#"
bind = "127.0.0.1:80"
[server]
bind = "localhost"
wrokers = 2
workers = "many"
[sever]
mode = "production"
[site]
currencies = ["EUR", "QQQ"]
default_currency = "CHF"
[site.organisation]
receipt_series = "receipt no"
[limits]
minimum = "5"
"#;
    let path = file(&folder, "site.toml", text);
    let variables = env(&[
        ("MAINSTAY_DATABASE__POOL_SIZE", "lots"),
        ("MAINSTAY_SERVER_MODE", "production"),
        ("MAINSTAY_STORE__URL", "x"),
        ("MAINSTAY_SITE__TIME_ZONE", "Mars/Base"),
        ("MAINSTAY_LIMITS__MAXIMUM__JPY", "1.50"),
        ("MAINSTAY_LOG__LEVEL", "inof"),
    ]);

    let errors = Config::load(Some(&path), variables).unwrap_err();

    let shown = errors.to_string().replace(path.to_str().unwrap(), "site.toml");
    for expected in [
        "bind (site.toml): stands outside of every section",
        "[server] bind (site.toml): \"localhost\" is not an IP address with a port; write for example bind = \"127.0.0.1:8080\"",
        "[server] wrokers (site.toml): unknown key; the keys are allow_custom_gateways, api_bytes_max, bind",
        "[server] workers (site.toml): is of type string, but must be a whole number; write for example workers = 0",
        "[sever] (site.toml): unknown section; the sections are account, bank_transfer, comments, database",
        "[site] currencies (site.toml): \"QQQ\" is not a known ISO 4217 currency code",
        "[site.organisation] receipt_series (site.toml): \"receipt no\" is not 1 to 8",
        "[limits] minimum (site.toml): is a section",
        "[database] pool_size (environment MAINSTAY_DATABASE__POOL_SIZE): \"lots\" is not a whole number; \
         write for example MAINSTAY_DATABASE__POOL_SIZE=0",
        "[server] mode (environment MAINSTAY_SERVER_MODE): has no effect under this name; \
         two underscores follow a section: MAINSTAY_SERVER__MODE",
        "[store] (environment MAINSTAY_STORE__URL): unknown section",
        "[site] time_zone (environment MAINSTAY_SITE__TIME_ZONE): \"Mars/Base\" is not the IANA name",
        "[limits.maximum] JPY (environment MAINSTAY_LIMITS__MAXIMUM__JPY): \"1.50\" is not an amount",
        "[log] level (environment MAINSTAY_LOG__LEVEL): \"inof\" is not a level",
    ] {
        assert!(shown.contains(expected), "missing {expected:?} in\n{shown}");
    }
    assert_eq!(errors.problems().len(), 14, "{shown}");
    assert_eq!(shown.lines().count(), 14);
}

#[test]
fn values_that_contradict_each_other_are_reported() {
    let shown = messages(&[
        ("MAINSTAY_SITE__DEFAULT_CURRENCY", "CHF"),
        ("MAINSTAY_SITE__DEFAULT_LOCALE", "nl"),
        ("MAINSTAY_LIMITS__MINIMUM__USD", "20000"),
        ("MAINSTAY_JOBS__LEASE_S", "60"),
        ("MAINSTAY_MAIL__TRANSPORT", "smtp"),
    ]);

    assert!(shown.contains("CHF is not among site.currencies"), "{shown}");
    assert!(shown.contains("\"nl\" is not among site.locales"), "{shown}");
    assert!(shown.contains("[limits.minimum] USD"), "{shown}");
    assert!(shown.contains("60 is not longer than mail.timeout_s"), "{shown}");
    assert!(shown.contains("[mail] smtp_url (default): is empty"), "{shown}");
    assert_eq!(shown.lines().count(), 5, "{shown}");
}

#[test]
fn secrets_come_from_files_without_their_last_line_break() {
    let folder = TempDir::new().unwrap();
    let token = file(&folder, "token", "correct horse \r\n");
    let token = token.to_str().unwrap();

    let config = load(&[("MAINSTAY_SERVER__METRICS_TOKEN_FILE", token)]).unwrap();
    let MetricsAccess::Token(secret) = &config.server.metrics else { panic!("no token") };
    assert_eq!(secret.expose(), "correct horse ");
    assert!(config.effective().contains("metrics_token = \"***\"  # secret file"), "{}", config.effective());

    let both =
        messages(&[("MAINSTAY_SERVER__METRICS_TOKEN_FILE", token), ("MAINSTAY_SERVER__METRICS_TOKEN", "x")]);
    assert!(both.contains("metrics_token is set as well"), "{both}");

    let missing = messages(&[("MAINSTAY_DATABASE__URL_FILE", "no/such/file")]);
    assert!(missing.contains("[database] url_file") && missing.contains("cannot be read"), "{missing}");
    assert_eq!(missing.lines().count(), 1, "{missing}");
}

#[cfg(unix)]
#[test]
fn production_refuses_a_secret_file_that_every_user_may_read() {
    let folder = TempDir::new().unwrap();
    let token = file(&folder, "token", "correct horse\n");
    let setting = [("MAINSTAY_SERVER__METRICS_TOKEN_FILE", token.to_str().unwrap())];

    set_mode(&token, 0o644);
    assert!(load(&setting).is_ok());
    let refused = production(&setting).unwrap_err().to_string();
    assert!(refused.contains("every user of this machine can read it"), "{refused}");

    set_mode(&token, 0o640);
    assert!(production(&setting).is_ok());
}

#[test]
fn no_secret_is_ever_printed() {
    let config = production(&[
        ("MAINSTAY_DATABASE__URL", "postgres://site:hunter2@db.example.org/mainstay"),
        ("MAINSTAY_SERVER__METRICS_TOKEN", "hunter2"),
        ("MAINSTAY_SANDBOX__WEBHOOK_SECRET", "hunter2"),
    ])
    .unwrap();

    let shown = format!("{} {config:?}", config.effective());
    assert!(!shown.contains("hunter2"), "{shown}");
    assert!(config.effective().contains("url = \"postgres://site:***@db.example.org/mainstay\""));

    let errors = messages(&[
        ("MAINSTAY_DATABASE__URL", "mysql://site:hunter2@db.example.org/mainstay"),
        ("MAINSTAY_MAIL__SMTP_URL", "http://site:hunter2@mail.example.org"),
    ]);
    assert!(!errors.contains("hunter2") && errors.lines().count() == 2, "{errors}");
}

#[test]
fn the_effective_settings_are_toml_that_says_where_values_come_from() {
    let text = load(&[("MAINSTAY_SITE__NAME", "A \"quoted\" # name")]).unwrap().effective();

    assert!(text.contains("# environment MAINSTAY_SITE__NAME"), "{text}");
    let table: toml::Table = text.parse().unwrap();
    assert_eq!(table["site"]["name"].as_str(), Some("A \"quoted\" # name"));
    assert_eq!(table["sandbox"]["enabled"].as_bool(), Some(true));
    assert_eq!(table["limits"]["minimum"]["EUR"].as_str(), Some("1.00"));
}

#[test]
fn production_with_its_own_settings_starts_and_leaves_the_invented_gateways_off() {
    let config = production(&[]).unwrap();

    assert_eq!(config.server.public_url.as_deref(), Some("https://give.example.org"));
    assert!(matches!(config.server.metrics, MetricsAccess::Off));
    assert!(config.bank_transfer.is_none());
    assert!(!config.sandbox.enabled);
    assert_eq!(config.log.format, LogFormat::Json);
    assert!(config.effective().contains("iban = \"\""), "{}", config.effective());
}

#[test]
fn production_refuses_what_is_only_good_for_trying_out() {
    let shown = messages(&[("MAINSTAY_SERVER__MODE", "production")]);
    assert!(shown.contains("[server] public_url (default): is empty; production needs"), "{shown}");
    assert!(shown.contains("[mail] transport (default): \"file\" would write receipts to files"), "{shown}");
    assert!(
        shown.contains("[mail] from (default): \"Mainstay <donations@localhost>\" cannot be answered"),
        "{shown}"
    );
    assert_eq!(shown.lines().count(), 3, "{shown}");

    for (name, value, expected) in [
        ("MAINSTAY_SERVER__PUBLIC_URL", "http://give.example.org", "production needs https://"),
        ("MAINSTAY_SERVER__PUBLIC_URL", "https://example.org/give", "more than scheme, host and port"),
        ("MAINSTAY_SANDBOX__ENABLED", "true", "let anybody pretend to have paid"),
        ("MAINSTAY_MAIL__SMTP_URL", "smtp://a:b@mail.example.org?tls=none", "send the password unencrypted"),
    ] {
        let refused = production(&[(name, value)]).unwrap_err().to_string();
        assert!(refused.contains(expected) && refused.lines().count() == 1, "{refused}");
    }
}

#[test]
fn the_account_is_whole_or_absent_and_never_the_invented_one_in_production() {
    let demo = [
        ("MAINSTAY_BANK_TRANSFER__ACCOUNT_HOLDER", "Example Press"),
        ("MAINSTAY_BANK_TRANSFER__IBAN", "DE02120300000000202051"),
    ];
    assert!(load(&demo).unwrap().bank_transfer.is_some());
    let refused = production(&demo).unwrap_err().to_string();
    assert!(refused.contains("invented account of the demonstration"), "{refused}");

    let half = messages(&[("MAINSTAY_BANK_TRANSFER__IBAN", "GB33BUKB20201555555555")]);
    assert!(half.contains("[bank_transfer] account_holder"), "{half}");
    let half = messages(&[("MAINSTAY_BANK_TRANSFER__ACCOUNT_HOLDER", "Example Press")]);
    assert!(half.contains("[bank_transfer] iban"), "{half}");

    assert!(load(&[("MAINSTAY_BANK_TRANSFER__IBAN", "")]).unwrap().bank_transfer.is_none());
    let own = [demo[0], ("MAINSTAY_BANK_TRANSFER__IBAN", "GB33 BUKB 2020 1555 5555 55")];
    assert_eq!(production(&own).unwrap().bank_transfer.unwrap().iban, "GB33BUKB20201555555555");
}

#[test]
fn the_sandbox_can_be_switched_in_the_file_by_a_bare_word() {
    let folder = TempDir::new().unwrap();
    let path = file(&folder, "site.toml", "[sandbox]\nenabled = false\n");

    assert!(!Config::load(Some(&path), env(&[])).unwrap().sandbox.enabled);
}

#[test]
fn stripe_is_off_without_keys_and_on_with_both() {
    assert!(load(&[]).unwrap().stripe.is_none());

    let key = ("MAINSTAY_STRIPE__SECRET_KEY", "sk_live_abcdefgh");
    let secrets = ("MAINSTAY_STRIPE__WEBHOOK_SECRET", "whsec_abcdefgh,whsec_ijklmnop");
    let config = production(&[key, secrets]).unwrap();

    let (stripe, terms) = (config.stripe.as_ref().unwrap(), &config.stripe_terms);
    assert_eq!(terms.api_base, "https://api.stripe.com");
    assert_eq!((stripe.webhook_secrets.len(), terms.fee_basis_points, terms.fee_fixed_minor), (2, 150, 25));
    assert!(!format!("{config:?}").contains("abcdefgh") && !config.effective().contains("abcdefgh"));
}

#[test]
fn half_the_credentials_of_stripe_are_an_error_that_says_what_to_do() {
    let key = ("MAINSTAY_STRIPE__SECRET_KEY", "sk_test_abcdefgh");
    let message = messages(&[key]);
    assert!(message.contains("[stripe] webhook_secret (default)"), "{message}");
    assert!(message.contains("run `mainstay stripe setup`"), "{message}");

    let message = messages(&[("MAINSTAY_STRIPE__WEBHOOK_SECRET", "whsec_abcdefgh")]);
    assert!(message.contains("[stripe] secret_key (default)") && message.contains("API keys"), "{message}");

    let setup = Config::load_for(Purpose::StripeSetup, None, env(&[key])).unwrap().stripe.unwrap();
    assert!(setup.webhook_secrets.is_empty());
    assert!(Config::load_for(Purpose::StripeSetup, None, env(&[])).unwrap().stripe.is_none());
}

#[test]
fn mistakes_in_the_section_of_stripe_are_told_without_the_secrets() {
    let message = production(&[
        ("MAINSTAY_STRIPE__SECRET_KEY", "sk_test_abcdefgh"),
        ("MAINSTAY_STRIPE__WEBHOOK_SECRET", "abcdefgh"),
        ("MAINSTAY_STRIPE__API_BASE", "http://127.0.0.1:4010"),
        ("MAINSTAY_STRIPE__ACCOUNT_ID", "me"),
        ("MAINSTAY_STRIPE__FEE_BASIS_POINTS", "9000"),
    ])
    .unwrap_err()
    .to_string();

    for part in ["test mode", "whsec_", "allow_custom_gateways", "acct_", "from 0 to 2000"] {
        assert!(message.contains(part), "{part}: {message}");
    }
    assert!(message.lines().count() == 5 && !message.contains("abcdefgh"), "{message}");
}

#[test]
fn the_example_for_production_is_valid() {
    let folder = TempDir::new().unwrap();
    let secret = file(&folder, "smtp-url", "smtps://site:secret@mail.example.org\n");
    #[cfg(unix)]
    set_mode(&secret, 0o600);
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/example.toml");
    let variables = env(&[("MAINSTAY_MAIL__SMTP_URL_FILE", secret.to_str().unwrap())]);

    let config = Config::load(Some(&example), variables).unwrap();

    assert_eq!(config.site.organisation.legal_name, "Example Press CIO");
    assert!(config.bank_transfer.is_none());
}

#[test]
fn every_default_is_documented() {
    let text = include_str!("../../config/default.toml");
    let mut commented = false;
    for line in text.lines() {
        match line {
            line if line.starts_with('#') => commented = true,
            line if line.is_empty() || line.starts_with('[') => {
                commented = line.starts_with('[') && commented;
            }
            line => assert!(commented, "{line} has no comment above"),
        }
    }
}

const PAYPAL: [(&str, &str); 3] = [
    ("MAINSTAY_PAYPAL__CLIENT_ID", "AClient"),
    ("MAINSTAY_PAYPAL__CLIENT_SECRET", "ESecret"),
    ("MAINSTAY_PAYPAL__WEBHOOK_ID", "8PT597110X687430L"),
];

#[test]
fn paypal_is_off_without_an_app_and_on_with_all_three() {
    assert!(load(&[]).unwrap().paypal.is_none());
    let config = load(&PAYPAL).unwrap();
    assert_eq!(config.paypal.unwrap().client_id, "AClient");
    let terms = config.paypal_terms;
    assert_eq!(terms.place.api_base, "https://api-m.paypal.com");
    assert_eq!(terms.place.page_origins, ["https://www.paypal.com"]);
    assert_eq!(terms.test.page_origins, ["https://www.sandbox.paypal.com"]);
    assert_eq!((terms.certificate_hosts, terms.authorities), (vec!["paypal.com".to_owned()], None));
    for left_out in 0..3 {
        let mut some = PAYPAL.to_vec();
        let (name, _) = some.remove(left_out);
        let key = name.rsplit_once("__").unwrap().1.to_lowercase();
        let message = load(&some).unwrap_err().to_string();
        assert!(message.contains(&format!("[paypal] {key} (default)")), "{message}");
        assert!(!message.contains("ESecret"), "{message}");
    }
    let setup = Config::load_for(Purpose::PaypalSetup, None, env(&PAYPAL[..2])).unwrap();
    assert_eq!(setup.paypal.unwrap().webhook_id, "");
}

#[test]
fn production_takes_paypals_own_addresses_only() {
    let production = |more: &[(&'static str, &'static str)]| {
        let mut all = vec![("MAINSTAY_SERVER__MODE", "production")];
        all.extend(PAYPAL);
        all.extend(more);
        load(&all).map_or_else(|errors| errors.to_string(), |_| String::new())
    };
    assert!(!production(&[]).contains("[paypal]"));
    for (name, value) in [
        ("MAINSTAY_PAYPAL__API_BASE", "https://api-m.sandbox.paypal.com"),
        ("MAINSTAY_PAYPAL__API_BASE", "http://127.0.0.1:9"),
        ("MAINSTAY_PAYPAL__WEBHOOK_CERT_HOSTS", "paypal.com,127.0.0.1"),
        ("MAINSTAY_PAYPAL__WEBHOOK_CERT_HOSTS", "evilpaypal.com"),
        ("MAINSTAY_PAYPAL__WEBHOOK_CA_FILE", "/etc/ca.pem"),
    ] {
        let message = production(&[(name, value)]);
        assert!(
            message.contains("[paypal]") && message.contains("allow_custom_gateways"),
            "{name}: {message}"
        );
    }
}

#[test]
fn patreon_is_off_without_an_app_and_half_of_one_is_an_error() {
    const ID: (&str, &str) = ("MAINSTAY_PATREON__CLIENT_ID", "id");
    const SECRET: (&str, &str) = ("MAINSTAY_PATREON__CLIENT_SECRET", "hunter2");
    assert!(load(&[]).unwrap().patreon.app.is_none());
    assert!(!load(&[]).unwrap().patreon.join_by_address, "nobody is joined unless somebody wants it");
    let app = load(&[ID, SECRET]).unwrap().patreon.app.unwrap();
    assert_eq!((app.api_base.as_str(), app.tokens.is_some()), ("https://www.patreon.com", false));
    let wrong = |pairs: &[(&str, &str)]| load(pairs).unwrap_err().to_string();
    for (pairs, key) in [
        (&[ID][..], "client_secret"),
        (&[SECRET][..], "client_id"),
        (&[("MAINSTAY_PATREON__WEBHOOK_SECRET", "hunter2")][..], "client_id"),
        (&[ID, SECRET, ("MAINSTAY_PATREON__REFRESH_TOKEN", "hunter2")][..], "access_token"),
    ] {
        let told = wrong(pairs);
        assert!(told.contains(&format!("[patreon] {key} (default)")) && !told.contains("hunter2"), "{told}");
    }
}

#[test]
fn the_page_at_patreon_is_one_of_theirs() {
    let page = |url: &str| load(&[("MAINSTAY_PATREON__PAGE_URL", url)]);
    for own in ["https://www.patreon.com/lantern", "https://patreon.com/c/lantern"] {
        assert_eq!(page(own).unwrap().patreon.page_url.as_deref(), Some(own));
    }
    assert!(page("").unwrap().patreon.page_url.is_none());
    for wrong in [
        "http://www.patreon.com/x",
        "https://patreon.com.example.org/x",
        "https://notpatreon.com/x",
        "https://a:b@patreon.com/x",
        "https://patreon.com:444/x",
        "https://patreon.com/",
        "javascript:alert(1)",
        "patreon.com/x",
    ] {
        let told = page(wrong).unwrap_err().to_string();
        assert!(told.contains("[patreon] page_url"), "{wrong}: {told}");
    }
}
