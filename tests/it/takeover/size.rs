//! A blog of years. Small here; with `MAINSTAY_TRIALS=full` a thousand posts and ten thousand comments.

use super::blog::{Said, export, post, said};
use super::{WHOLE, files_of};
use crate::office::content::publication;
use crate::support::both;
use crate::trials::is_full;

/// Comments on each post, and how many of them are held.
pub(crate) const COMMENTS: u64 = 10;
pub(crate) const HELD: usize = 1;

fn posts() -> u64 {
    if is_full() { 1_000 } else { 60 }
}

/// The export of a blog with so many posts.
pub(crate) fn years(posts: u64) -> String {
    let one = |number: u64| {
        let first = number * COMMENTS;
        // Every third answers the one before; the last waits.
        let comment = |index: u64| {
            let parent = if index % 3 == 2 { first + index - 1 } else { 0 };
            said(
                first + index,
                parent,
                if index == COMMENTS { "0" } else { "1" },
                "Some <em>words</em> of a reader.",
            )
        };
        let comments: Vec<Said<'_>> = (1..=COMMENTS).map(comment).collect();
        let html =
            "<!-- wp:paragraph --><p>A paragraph with <strong>weight</strong>.</p><!-- /wp:paragraph -->\n"
                .repeat(20);
        post(number, &format!("post-{number}"), &format!("Post {number}"), &html, &comments)
    };
    export(&(1..=posts).map(one).collect::<String>())
}

both! {
    async fn a_blog_of_years_cut_off_again_and_again_ends_as_one_taken_over_at_once(engine) {
        let xml = years(posts());
        let all = usize::try_from(posts()).unwrap();
        let said = usize::try_from(COMMENTS).unwrap();
        let (whole, whole_folder) = publication(engine).await;
        let (report, taken) = whole.moves_in(whole_folder.path(), &xml, WHOLE).await;
        assert_eq!((report.new, report.addresses, report.refused), (all, 2 * all, 0), "{:?}", report.noted);
        assert_eq!((taken.shown, taken.held), (all * (said - HELD), all * HELD));

        let (cut, cut_folder) = publication(engine).await;
        for part in [all / 5, all / 2, 1] {
            cut.moves_in(cut_folder.path(), &xml, part).await;
        }
        let (report, taken) = cut.moves_in(cut_folder.path(), &xml, WHOLE).await;
        assert_eq!((report.new, report.same), (all - all / 2, all / 2));
        assert_eq!((taken.shown + taken.held, taken.known), ((all - all / 2) * said, all / 2 * said));

        assert_eq!(files_of(cut_folder.path()), files_of(whole_folder.path()));
        let rows = cut.past_comments().await;
        assert_eq!(rows.len(), all * said);
        assert_eq!(rows, whole.past_comments().await);
        let last = format!("/articles/post-{all}");
        let page = cut.client().get(&last).await.text();
        assert!(page.contains(&format!("Post {all}")) && page.matches("words of a reader").count() == said - HELD, "{page}");
        let moved = cut.client().get(&format!("/?p={all}")).await;
        assert_eq!(moved.header("location"), last);
        cut.finish().await;
        whole.finish().await;
        println!("trial blog {engine:?}: {all} posts with {} comments, cut off 3 times, 0 lost, 0 doubled", all * said);
    }
}
