//! Where the other site was: which addresses are its own.

/// The addresses of a site.
#[derive(Debug, Clone, Default)]
pub(super) struct Site {
    /// Host and folder of each of its addresses, without scheme, `www.` and a slash at the end.
    bases: Vec<String>,
    /// The part of an address behind which the name of an uploaded file stands; none: it is the path itself.
    uploads: Option<&'static str>,
}

impl Site {
    /// A blog of WordPress at these addresses.
    pub(super) fn of_wordpress(urls: &[&str]) -> Self {
        let bases = urls.iter().filter(|url| !url.is_empty());
        let bases = bases.map(|url| without_scheme(url).trim_end_matches('/').to_owned());
        Self { bases: bases.collect(), uploads: Some("/uploads/") }
    }

    /// A folder of files whose links and pictures are paths.
    pub(super) const fn of_files() -> Self {
        Self { bases: Vec::new(), uploads: None }
    }

    /// What the site is called in notes: host and folder.
    pub(super) fn name(&self) -> &str {
        self.bases.first().map(String::as_str).unwrap_or_default()
    }

    /// The path, query and fragment of an address of the site; none of another site.
    pub(super) fn local(&self, address: &str) -> Option<String> {
        if !address.starts_with("https://") && !address.starts_with("http://") && !address.starts_with("//") {
            return None;
        }
        let bare = without_scheme(address);
        self.bases.iter().find_map(|base| {
            let rest = bare.strip_prefix(base.as_str())?;
            if !(rest.is_empty() || rest.starts_with(['/', '?', '#'])) {
                return None;
            }
            let folder = base.split_once('/').map(|(_, folder)| format!("/{folder}")).unwrap_or_default();
            let path = format!("{folder}{rest}");
            Some(if path.starts_with('/') { path } else { format!("/{path}") })
        })
    }

    /// The name of an uploaded file by its address, as addresses write it.
    pub(super) fn uploaded<'a>(&self, address: &'a str) -> Option<&'a str> {
        let path = address.split(['?', '#']).next()?;
        match self.uploads {
            Some(mark) => path.split_once(mark).map(|(_, name)| name),
            None if path.contains(':') || path.starts_with("//") => None,
            None => Some(path.trim_start_matches('/')),
        }
    }
}

fn without_scheme(address: &str) -> &str {
    let bare = ["https://", "http://", "//"].into_iter().find_map(|scheme| address.strip_prefix(scheme));
    let bare = bare.unwrap_or(address);
    bare.strip_prefix("www.").unwrap_or(bare)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_site_become_paths() {
        let site = Site::of_wordpress(&["https://old.example.org/blog/", "", "http://www.old.example.org"]);
        let local = |address: &str| site.local(address);

        assert_eq!(site.name(), "old.example.org/blog");
        assert_eq!(
            local("http://old.example.org/blog/2019/bread/#a").as_deref(),
            Some("/blog/2019/bread/#a")
        );
        assert_eq!(local("https://www.old.example.org/blog?p=1").as_deref(), Some("/blog?p=1"));
        assert_eq!(local("//old.example.org").as_deref(), Some("/"));
        assert_eq!(local("https://old.example.org?p=2").as_deref(), Some("/?p=2"));
        for other in
            ["https://old.example.org.evil.example/", "/blog/x", "mailto:a@old.example.org", "javascript:x()"]
        {
            assert_eq!(local(other), None, "{other}");
        }
    }

    #[test]
    fn uploads_are_known_by_their_folder() {
        let blog = Site::of_wordpress(&["https://old.example.org"]);
        let address = "https://cdn.example/wp-content/uploads/2019/05/a-300x200.jpg?w=300";
        assert_eq!(blog.uploaded(address), Some("2019/05/a-300x200.jpg"));
        assert_eq!(blog.uploaded("https://old.example.org/logo.png"), None);
        let files = Site::of_files();
        assert_eq!(files.uploaded("/images/a.png"), Some("images/a.png"));
        assert_eq!(files.uploaded("https://old.example.org/a.png"), None);
    }
}
