//! A browser that is used by keyboard alone.

use fantoccini::key::Key;

use super::focused;
use crate::support::browser::Browser;

/// Elements of one page at most, before the one that is looked for must have had the focus.
const STEPS_MAX: usize = 120;

impl Browser {
    pub(super) async fn press(&self, key: Key) {
        focused(self).await.send_keys(&char::from(key).to_string()).await.unwrap();
    }

    /// Goes on by the tab key until the first element that matches, or one of its group, has the focus, which must show.
    pub(super) async fn reaches(&self, css: &str) {
        // A page that puts the focus somewhere by itself has none to show before the first key.
        const SHOWN: &str = "if (!document.hasFocus()) return true; const style = getComputedStyle(document.activeElement); \
            const twin = document.activeElement.nextElementSibling; const next = twin ? getComputedStyle(twin) : style; \
            return [style, next].some(s => s.outlineStyle !== 'none' || s.boxShadow !== 'none')";
        for _ in 0..STEPS_MAX {
            if self.is_true(&format!("return document.activeElement.matches({css:?})")).await {
                assert!(
                    self.is_true(SHOWN).await,
                    "the focus on {css} does not show on {}",
                    self.url().await
                );
                return;
            }
            self.press(Key::Tab).await;
        }
        panic!("{css} cannot be reached by keyboard on {}", self.url().await);
    }

    async fn is_true(&self, script: &str) -> bool {
        self.client.execute(script, Vec::new()).await.unwrap() == true
    }

    /// Types into a field, in place of what was there.
    pub(super) async fn types(&self, css: &str, text: &str) {
        self.reaches(css).await;
        let field = focused(self).await;
        field.clear().await.unwrap();
        // Emptying a field takes the focus away.
        self.reaches(css).await;
        focused(self).await.send_keys(text).await.unwrap();
    }

    /// Goes to the end of the text that has the focus.
    pub(super) async fn goes_to_the_end(&self) {
        let keys: String = [Key::Control, Key::End, Key::Null].map(char::from).into_iter().collect();
        focused(self).await.send_keys(&keys).await.unwrap();
    }

    /// Presses Enter on something.
    pub(super) async fn opens(&self, css: &str) {
        self.reaches(css).await;
        self.press(Key::Enter).await;
    }

    /// Presses Enter on something that leads to another page, and waits until it is there.
    pub(super) async fn goes_by(&self, css: &str) {
        let old_page = self.page().await;
        self.opens(css).await;
        self.has_left(&old_page, css).await;
    }

    /// Presses Enter on something, and waits for the page that says so in its address.
    pub(super) async fn presses(&self, css: &str, then: &str) {
        self.goes_by(css).await;
        let url = self.url().await;
        assert!(url.contains(then), "{css} leads to {url} and not to {then}");
    }
}
