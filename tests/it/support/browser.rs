//! A real browser: headless Chromium, driven through ChromeDriver, with JavaScript or without.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::OnceLock;
use std::time::Duration;

use fantoccini::actions::{InputSource, MOUSE_BUTTON_LEFT, MouseActions, PointerAction};
use fantoccini::elements::Element;
use fantoccini::wd::{Capabilities, WebDriverCompatibleCommand};
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// How long the browser may take to start, and a page to show what is clicked, filled or read: long enough for a machine
/// that compiles something else meanwhile, as nothing waits longer than it must.
const WAIT: Duration = Duration::from_mins(2);
/// How often [`Browser::wait_for_text`] looks.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Whether pages may run scripts. Without, the browser behaves as for a visitor who switched them off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JavaScript {
    On,
    Off,
}

/// The colour scheme that the visitor's system asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ColorScheme {
    Light,
    Dark,
}

/// A browser with one window and a profile of its own; it ends, with all its processes, when dropped.
pub(crate) struct Browser {
    pub(crate) client: Client,
    driver: Driver,
}

impl Browser {
    /// Starts a browser whose pages are `width` × `height` CSS pixels large.
    pub(crate) async fn open(javascript: JavaScript, width: u32, height: u32) -> Self {
        let (driver, port) = Driver::start().await;
        let capabilities = capabilities(javascript, driver.profile.path());
        let mut connector = ClientBuilder::new(HttpConnector::new());
        let url = format!("http://127.0.0.1:{port}");
        let session = connector.capabilities(capabilities).connect(&url);
        let client = timeout(WAIT, session).await.expect("Chromium did not start in time").unwrap();

        let browser = Self { client, driver };
        browser.resize(width, height).await;
        browser
    }

    /// Gives the page another size. A window would not do: Chromium makes none narrower than a phone in landscape.
    pub(crate) async fn resize(&self, width: u32, height: u32) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", size).await;
    }

    pub(crate) async fn color_scheme(&self, scheme: ColorScheme) {
        let value = match scheme {
            ColorScheme::Light => "light",
            ColorScheme::Dark => "dark",
        };
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": value }] });
        self.devtools("Emulation.setEmulatedMedia", features).await;
    }

    /// Opens `url` and waits until it is loaded.
    pub(crate) async fn goto(&self, url: &str) {
        self.client.goto(url).await.unwrap();
    }

    /// The address of the page shown.
    pub(crate) async fn url(&self) -> String {
        self.client.current_url().await.unwrap().to_string()
    }

    /// Clicks the first element that matches. When that leads to another page, use [`follow`](Self::follow).
    pub(crate) async fn click(&self, css: &str) {
        self.scroll_to(css).await;
        let clicked = self.element(css).await.click().await;
        clicked.unwrap_or_else(|error| panic!("cannot click {css:?}: {error}"));
    }

    /// Presses the mouse twice on the first element that matches, as fast as an impatient person and faster.
    pub(crate) async fn double_click(&self, css: &str) {
        self.scroll_to(css).await;
        let element = self.element(css).await;
        let press = || PointerAction::Down { button: MOUSE_BUTTON_LEFT };
        let release = || PointerAction::Up { button: MOUSE_BUTTON_LEFT };
        let there = PointerAction::MoveToElement { element, duration: None, x: 0.0, y: 0.0 };
        let actions = MouseActions::new("mouse".to_owned()).then(there);
        let actions = actions.then(press()).then(release()).then(press()).then(release());
        self.client.perform_actions(actions).await.unwrap();
    }

    /// Clicks the first link or button that matches, and waits until another page is loaded in place of this one.
    ///
    /// A plain click may return before the browser has begun to leave: 1 of 20 reads then saw the old page.
    pub(crate) async fn follow(&self, css: &str) {
        let old_page = self.page().await;
        self.click(css).await;
        self.has_left(&old_page, css).await;
    }

    /// The page that is there now.
    pub(crate) async fn page(&self) -> Element {
        self.element("html").await
    }

    /// Waits until another page is there in place of `old_page`, to which `css` led.
    pub(crate) async fn has_left(&self, old_page: &Element, css: &str) {
        let mut looks = tokio::time::interval(LOOK_EVERY);
        let left = timeout(WAIT, async {
            while old_page.tag_name().await.is_ok() {
                looks.tick().await;
            }
        });
        assert!(left.await.is_ok(), "{css:?} led to no other page in {WAIT:?}");
        self.loaded().await;
    }

    /// Types `text` into the first field that matches, in place of what was there.
    pub(crate) async fn fill(&self, css: &str, text: &str) {
        let field = self.element(css).await;
        field.clear().await.unwrap_or_else(|error| panic!("cannot clear {css:?}: {error}"));
        field.send_keys(text).await.unwrap_or_else(|error| panic!("cannot type into {css:?}: {error}"));
    }

    /// The visible text of the first element that matches.
    pub(crate) async fn text(&self, css: &str) -> String {
        self.element(css).await.text().await.unwrap()
    }

    /// The number of elements that match.
    pub(crate) async fn count(&self, css: &str) -> usize {
        self.client.find_all(Locator::Css(css)).await.unwrap().len()
    }

    /// Waits until the first element that matches shows `text`, even when the page is replaced meanwhile.
    pub(crate) async fn wait_for_text(&self, css: &str, text: &str) {
        let mut looks = tokio::time::interval(LOOK_EVERY);
        let mut seen = None;
        let shown = timeout(WAIT, async {
            loop {
                looks.tick().await;
                // An element that went away with its page is looked for again.
                if let Ok(element) = self.client.find(Locator::Css(css)).await {
                    seen = element.text().await.ok().or_else(|| seen.take());
                }
                if seen.as_ref().is_some_and(|seen| seen.contains(text)) {
                    break;
                }
            }
        });
        let is_shown = shown.await.is_ok();
        assert!(is_shown, "{css:?} did not show {text:?} in {WAIT:?}; last seen: {seen:?}");
    }

    /// What axe-core finds wrong on the page shown (WCAG 2.2 AA and its best practices), one line for each element.
    ///
    /// The check is run by the driver, so the page's content security policy does not stop it. It needs
    /// [`JavaScript::On`].
    pub(crate) async fn axe(&self) -> Vec<String> {
        let tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
        self.axe_run(json!({ "type": "tag", "values": tags })).await
    }

    /// Likewise, of a page that is looked at in both: what does not hang on colours is the same in the dark.
    pub(crate) async fn axe_in(&self, scheme: ColorScheme) -> Vec<String> {
        match scheme {
            ColorScheme::Light => self.axe().await,
            ColorScheme::Dark => {
                let rules = ["color-contrast", "link-in-text-block"];
                self.axe_run(json!({ "type": "rule", "values": rules })).await
            }
        }
    }

    async fn axe_run(&self, only: Value) -> Vec<String> {
        const RUN: &str = "
            const done = arguments[arguments.length - 1];
            // Colours on their way from light to dark are neither; what moves without end cannot be ended.
            document.getAnimations().forEach(animation => { try { animation.finish(); } catch {} });
            axe.run(document, { runOnly: arguments[0], resultTypes: ['violations'] }).then(
                ({ violations }) => done(violations.flatMap(rule => rule.nodes.map(node =>
                    `${rule.id} (${rule.impact}) at ${node.target.flat().join(' ')}: ${rule.help}; ` +
                    node.any.concat(node.all, node.none).map(check => check.message).join('; ')))),
                error => done(['axe failed: ' + error]));";
        self.loaded().await;
        // Half a megabyte: handed over once for each page, however often it is looked at.
        let is_there = self.client.execute("return typeof axe === 'object'", Vec::new()).await.unwrap();
        if is_there != Value::Bool(true) {
            self.client.execute(axe_source(), Vec::new()).await.unwrap();
        }
        let lines = self.client.execute_async(RUN, vec![only]).await.unwrap();
        serde_json::from_value(lines).unwrap()
    }

    /// Waits until the page is there with its styles and fonts: its text is readable before. Asked again and again, as a
    /// page without scripts tells nobody when it is.
    async fn loaded(&self) {
        const LOADED: &str =
            "return document.readyState === 'complete' && document.fonts.status === 'loaded'";
        let mut looks = tokio::time::interval(LOOK_EVERY);
        let is_loaded = timeout(WAIT, async {
            while self.client.execute(LOADED, Vec::new()).await.ok() != Some(Value::Bool(true)) {
                looks.tick().await;
            }
        });
        assert!(is_loaded.await.is_ok(), "the page was not loaded in {WAIT:?}: {}", self.url().await);
    }

    /// What the page wrote to the console since the last call: script errors, failed loads, and everything that the
    /// content security policy stopped.
    pub(crate) async fn console(&self) -> Vec<String> {
        let log = json!({ "type": "browser" });
        let entries = self.client.issue_cmd(VendorCommand { path: "se/log", body: log }).await.unwrap();
        let entries = entries.as_array().cloned().unwrap_or_default();
        entries.iter().map(|entry| format!("{} {}", entry["level"], entry["message"])).collect()
    }

    /// Writes a PNG of the visible part of the page to `path`.
    pub(crate) async fn screenshot(&self, path: &Path) {
        let png = self.client.screenshot().await.unwrap();
        std::fs::write(path, png).unwrap();
    }

    /// Brings the element into the middle of the window at once: ChromeDriver clicks while a smooth scroll still runs.
    async fn scroll_to(&self, css: &str) {
        let here = serde_json::to_value(self.element(css).await).unwrap();
        let scroll = "arguments[0].scrollIntoView({ block: 'center', behavior: 'instant' })";
        self.client.execute(scroll, vec![here]).await.unwrap();
    }

    async fn element(&self, css: &str) -> Element {
        let found = self.client.wait().at_most(WAIT).for_element(Locator::Css(css)).await;
        found.unwrap_or_else(|error| panic!("no element {css:?} on the page: {error}"))
    }

    /// A command of the protocol that developers' tools use, and its answer.
    pub(crate) async fn devtools(&self, command: &str, parameters: Value) -> Value {
        let body = json!({ "cmd": command, "params": parameters });
        self.client.issue_cmd(VendorCommand { path: "goog/cdp/execute", body }).await.unwrap()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.driver.kill();
    }
}

/// ChromeDriver, which is the parent of the browser. Both, and the browser's helpers, are one process group.
struct Driver {
    child: Child,
    profile: tempfile::TempDir,
}

impl Driver {
    /// Starts ChromeDriver on a port that the system chooses, and returns the port.
    ///
    /// It takes a free port of IPv4 and wants the same one of IPv6: when another has that one, it ends at once, and is
    /// started again.
    async fn start() -> (Self, u16) {
        const TRIES: usize = 10;
        for _ in 0..TRIES {
            if let Some(started) = Self::try_to_start().await {
                return started;
            }
        }
        panic!("chromedriver ended at once, {TRIES} times")
    }

    /// None if it ended at once.
    async fn try_to_start() -> Option<(Self, u16)> {
        let mut child = Command::new("chromedriver")
            .arg("--port=0")
            .process_group(0)
            .kill_on_drop(true)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver is missing; run scripts/test-setup");
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let driver = Self { child, profile: tempfile::tempdir().unwrap() };

        let port = timeout(WAIT, async {
            while let Some(line) = lines.next_line().await.unwrap() {
                let port = line.rsplit_once(" on port ").map(|(_, port)| port.trim_end_matches('.').parse());
                if let Some(Ok(port)) = port
                    && port != 0
                {
                    return Some(port);
                }
            }
            None
        });
        let port = port.await.expect("chromedriver did not start in time")?;
        Some((driver, port))
    }

    fn kill(&mut self) {
        let Some(id) = self.child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw) else {
            return;
        };
        // It fails only when all of them have ended already.
        let _ = kill_process_group(id, Signal::KILL);
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.kill();
    }
}

fn capabilities(javascript: JavaScript, profile: &Path) -> Capabilities {
    let mut args: Vec<String> = [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-breakpad",
    ]
    .map(str::to_owned)
    .to_vec();
    args.push(format!("--user-data-dir={}", profile.display()));

    let mut options = json!({ "args": args });
    if let Some(binary) = chromium() {
        options["binary"] = json!(binary);
    }
    if javascript == JavaScript::Off {
        options["prefs"] = json!({ "profile.managed_default_content_settings.javascript": 2 });
    }
    let mut capabilities = Capabilities::new();
    capabilities.insert("goog:chromeOptions".to_owned(), options);
    let patience = u64::try_from(WAIT.as_millis()).unwrap();
    capabilities.insert("timeouts".to_owned(), json!({ "script": patience, "pageLoad": patience }));
    capabilities.insert("goog:loggingPrefs".to_owned(), json!({ "browser": "ALL" }));
    capabilities
}

/// The browser's program; `None` leaves the choice to ChromeDriver.
fn chromium() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|file| file.is_file())
}

/// The source of axe-core: the file that `MAINSTAY_AXE` names, else the one that `scripts/axe` fetched.
fn axe_source() -> &'static str {
    static SOURCE: OnceLock<String> = OnceLock::new();
    SOURCE.get_or_init(|| {
        let named = std::env::var_os("MAINSTAY_AXE").map(PathBuf::from);
        let file = named.or_else(fetched_axe).expect("axe-core is missing; type: scripts/axe");
        std::fs::read_to_string(&file)
            .unwrap_or_else(|error| panic!("cannot read {}: {error}", file.display()))
    })
}

fn fetched_axe() -> Option<PathBuf> {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/test-tools");
    let is_axe = |path: &PathBuf| path.to_string_lossy().ends_with(".min.js");
    std::fs::read_dir(tools).ok()?.flatten().map(|entry| entry.path()).find(is_axe)
}

/// A command of ChromeDriver beyond the standard protocol.
#[derive(Debug)]
struct VendorCommand {
    /// Below `/session/ID/`.
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for VendorCommand {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.body.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt;
    use tokio::net::TcpListener;

    use super::*;

    const PAGE: &str = "<!doctype html><html lang=en><title>Page</title>\
        <meta name=viewport content='width=device-width'>\
        <style>p { color: black } @media (prefers-color-scheme: dark) { p { color: white } }</style>\
        <main><h1>Give</h1><p id=script>no script</p>\
        <form><label>Amount <input id=amount name=amount value=1></label> <button>Go</button></form></main>\
        <script>document.getElementById('script').textContent = 'script ran'</script>\
        <script nonce=n>addEventListener('load', () => setTimeout(() => \
            document.getElementById('script').textContent += ' late', 100))</script></html>";
    const FAULTY: &str = "<!doctype html><html lang=en><title>Page</title><main><h1>Give</h1><img src='data:,'>\
        </main></html>";

    /// Answers every request to `/` with a page under a strict policy.
    async fn site() -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            loop {
                let mut stream = BufReader::new(listener.accept().await.unwrap().0);
                let mut request = String::new();
                stream.read_line(&mut request).await.unwrap();
                let mut header = String::new();
                while stream.read_line(&mut header).await.is_ok_and(|bytes| bytes > 2) {
                    header.clear();
                }
                let body = if request.contains("/faulty") { FAULTY } else { PAGE };
                let answer = format!(
                    "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\
                     Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; script-src 'nonce-n'\r\n\
                     Connection: close\r\n\r\n{body}",
                    body.len()
                );
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        url
    }

    #[tokio::test]
    async fn a_page_is_used_and_checked_under_its_policy() {
        let (site, folder) = (site().await, tempfile::tempdir().unwrap());
        let browser = Browser::open(JavaScript::On, 320, 640).await;

        browser.goto(&site).await;
        browser.wait_for_text("#script", "no script late").await;
        let width = browser.client.execute("return innerWidth", Vec::new()).await.unwrap();
        assert_eq!(width, 320);
        assert!(browser.console().await.iter().any(|line| line.contains("Content Security Policy")));
        assert_eq!(browser.axe().await, Vec::<String>::new());

        browser.color_scheme(ColorScheme::Dark).await;
        let color = browser.element("p").await.css_value("color").await.unwrap();
        assert_eq!(color, "rgba(255, 255, 255, 1)");
        browser.color_scheme(ColorScheme::Light).await;
        browser.resize(1280, 800).await;
        browser.screenshot(&folder.path().join("page.png")).await;
        assert!(std::fs::read(folder.path().join("page.png")).unwrap().starts_with(b"\x89PNG"));

        browser.goto(&format!("{site}/faulty")).await;
        let faults = browser.axe().await;
        assert!(faults.iter().any(|line| line.contains("image-alt") && line.contains("img")), "{faults:?}");
    }

    #[tokio::test]
    async fn without_scripts_forms_still_work() {
        let site = site().await;
        let browser = Browser::open(JavaScript::Off, 800, 600).await;

        browser.goto(&site).await;
        browser.fill("#amount", "25").await;
        browser.follow("button").await;

        assert_eq!(browser.url().await, format!("{site}/?amount=25"));
        assert_eq!(browser.text("#script").await, "no script");
        assert_eq!(browser.count("main").await, 1);
    }

    #[tokio::test]
    async fn a_dropped_browser_leaves_no_process() {
        let browser = Browser::open(JavaScript::On, 800, 600).await;
        let group = Pid::from_raw(i32::try_from(browser.driver.child.id().unwrap()).unwrap()).unwrap();
        let profile = browser.driver.profile.path().to_owned();

        drop(browser);

        assert!(!profile.exists());
        timeout(WAIT, async {
            let mut looks = tokio::time::interval(LOOK_EVERY);
            while rustix::process::test_kill_process_group(group).is_ok() {
                looks.tick().await;
            }
        })
        .await
        .unwrap();
    }
}
