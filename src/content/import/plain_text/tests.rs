use super::*;
use crate::content::import::{ImportOptions, import};
use crate::content::markdown;

/// The shape of a text copied from a page, about something else.
const COPIED: &str = "\
Report: Ten winters at the old mill 2\r\n\
\r\n\
The old mill closed ten years ago this winter. The papers wrote of machines; nobody asked the people who had worked \
there what became of them and of the valley, though ’progress’ was on every page.\r\n\
\r\n\
Ten winters at the old mill.\r\n\
\r\n\
\r\n\
The miller’s account book\r\n\
\r\n\
A letter from the river\r\n\
\r\n\
Songs of the night shift\r\n\
\r\n\
Why the wheel stopped turning\r\n\
\r\n\
\r\n\
The wheel stopped on a Monday, and for a week the valley was so quiet that people could not sleep in their beds.\r\n\
\r\n\
We print three pieces (’The miller’s account book’ and two shorter ones) that tell how it came to that.\r\n\
\r\n\
The first winter\r\n\
\r\n\
In the first of them, the account book, the miller writes:\r\n\
\r\n\
\"The snow came early and the carts stayed away. We had flour for a month, and after that nothing but the cat and \
the clock.\r\n\
\r\n\
\"Then the owner came [from the town] and counted the sacks, and I understood that he would not come again.\" (The \
Account Book, page 40).\r\n\
\r\n\
The quarrel of the two owners, who had the same customers and nearly the same name, soon led to the closing of the \
bridge\r\n\
\r\n\
Nobody crossed it for three years.\r\n\
\r\n\
Note. It has often been said that the miller burnt the second book himself.\r\n\
\r\n\
Special appeal to the readers of\r\n\
\r\n\
Support printing this paper keeps the mill’s story alive. It costs more than we have.\r\n\
Please give what you can.\r\n\
\r\n\
Donate via Paypal\r\n\
\r\n\
Liked this? Please write to us.\r\n\
Become a patron at Example!\r\n\
\r\n\
Be the first to comment\r\n\
\r\n\
Leave a Reply\r\n\
\r\n\
Your email address will not be published.\r\n\
\r\n\
\r\n\
March 2003";

fn read_text(text: &str) -> Draft {
    read(&text.replace("\r\n", "\n"))
}

#[test]
fn a_copied_page_is_taken_apart() {
    let draft = read_text(COPIED);

    assert_eq!(draft.kicker.as_deref(), Some("Report"));
    assert_eq!(draft.title, "Ten winters at the old mill");
    assert_eq!(draft.date.unwrap().iso(), "2003-03");
    assert!(draft.standfirst.unwrap().starts_with("The old mill closed ten years ago"));
    let expected = "\
- The miller’s account book
- A letter from the river
- Songs of the night shift

## Why the wheel stopped turning

The wheel stopped on a Monday, and for a week the valley was so quiet that people could not sleep in their beds.

We print three pieces (’The miller’s account book’ and two shorter ones) that tell how it came to that.

## The first winter

In the first of them, the account book, the miller writes:

> The snow came early and the carts stayed away. We had flour for a month, and after that nothing but the cat and \
the clock.
>
> Then the owner came [from the town] and counted the sacks, and I understood that he would not come again.
>
> — The Account Book, page 40

The quarrel of the two owners, who had the same customers and nearly the same name, soon led to the closing of the \
bridge

Nobody crossed it for three years.

---

*Note.* It has often been said that the miller burnt the second book himself.";
    assert_eq!(draft.body, expected);
}

#[test]
fn the_appeal_stands_apart_and_furniture_nowhere() {
    let draft = read_text(COPIED);

    let appeal = draft.appeal.unwrap();
    assert_eq!(appeal.heading, "Special appeal to the readers");
    assert_eq!(
        appeal.body,
        "Support printing this paper keeps the mill’s story alive. It costs more than we have.\n\n\
         Please give what you can.\n\nLiked this? Please write to us."
    );
    for furniture in ["Paypal", "patron", "first to comment", "Leave a Reply", "will not be published"] {
        assert!(!draft.body.contains(furniture) && !appeal.body.contains(furniture), "{furniture}");
        assert!(draft.notes.iter().any(|note| note.contains(furniture)), "{furniture}");
    }
}

#[test]
fn a_plain_letter_needs_neither_headings_nor_date() {
    let draft = read_text("On bread\n\nBread is old.\n\nIt was made before it was written about.");

    assert_eq!(draft.title, "On bread");
    assert_eq!(draft.body, "Bread is old.\n\nIt was made before it was written about.");
    assert_eq!((draft.date, draft.standfirst, draft.kicker, draft.appeal), (None, None, None, None));
    assert_eq!(draft.notes, Vec::<String>::new());
}

#[test]
fn numbers_that_belong_to_a_headline_stay() {
    assert_eq!(read_text("The flight of Apollo 11\n\nText.").title, "The flight of Apollo 11");
    assert_eq!(read_text("Bread: a history\n\nText.").title, "Bread: a history");
    assert_eq!(read_text("Review: Bread\n\nText.").title, "Bread");
    assert_eq!(read_text("Bread, part 2\n\nBread, part 2\n\nText.").title, "Bread, part 2");
    assert_eq!(read_text(&format!("{}.\n\nText.", "long words ".repeat(30))).title, "");
}

#[test]
fn author_and_date_may_stand_below_the_headline() {
    let draft = read_text("On bread\nBy Ann Lee and Bo Ek\n5 March 2003\n\nBread is old.");

    assert_eq!(draft.authors, ["Ann Lee", "Bo Ek"]);
    assert_eq!(draft.date.unwrap().iso(), "2003-03-05");
    assert_eq!(draft.body, "Bread is old.");
}

#[test]
fn hard_wrapped_text_is_joined() {
    let text = "On bread\n\nBread is older than writing, and the first that was\nwritten about it are accounts: so many \
                measures\nof grain, so many loaves, so many mouths to feed.\n\nThe oven\n\nOf ovens we know less.";

    let draft = read_text(text);

    assert_eq!(
        draft.body,
        "Bread is older than writing, and the first that was written about it are accounts: so many measures of \
         grain, so many loaves, so many mouths to feed.\n\n## The oven\n\nOf ovens we know less."
    );
}

#[test]
fn short_lines_in_a_row_are_lists_or_headings() {
    let body =
        |middle: &str| read_text(&format!("On bread\n\nA first.\n\n{middle}\n\nText follows here.")).body;

    assert!(body("Part one\n\nThe oven").contains("## Part one\n\n### The oven"));
    assert!(
        body("It needs:\n\nFlour\n\nWater\n\nSalt").contains("It needs:\n\n- Flour\n- Water\n- Salt\n\nText")
    );
    let signed = read_text("On bread\n\nDear friends, this is a letter.\n\nMore of it.\n\nAnn Lee").body;
    assert!(signed.ends_with("\n\nAnn Lee"), "{signed}");
}

#[test]
fn only_long_or_announced_quotations_are_set_apart() {
    let body =
        |middle: &str| read_text(&format!("On bread\n\nA first.\n\n{middle}\n\nText follows here.")).body;

    assert!(body("\"Short.\"").contains("\n\n\"Short.\"\n\n"));
    assert!(body("She said:\n\n\"Short.\"").contains("\n\n> Short.\n\n"));
    assert!(body("“Bread,” she said, “is old.”").contains("“Bread,” she said"));
    assert!(body("\"Never closed.\n\nNor here.").contains("\"Never closed."));
    let long = "old ".repeat(60);
    assert!(body(&format!("“{}.”", long.trim())).contains("> old old"));
}

#[test]
fn calls_in_the_middle_of_an_article_stay_there() {
    let long = "The readers answered with more than anyone had thought possible. ".repeat(60);
    let text = format!("On papers\n\nA first.\n\nA second.\n\nThe readers’ fund appeal\n\n{long}");

    let draft = read_text(&text);

    assert_eq!(draft.appeal, None);
    assert!(draft.body.contains("## The readers’ fund appeal"));
}

#[test]
fn signs_of_markdown_are_shown_as_they_are() {
    let lines = [
        "1. is the first",
        "# not a heading",
        "> not a quotation",
        "- not an item",
        "5 * 3 * 2 and snake_case and _this_",
        "<b>not bold</b> & &amp; AT&T;",
        "`code` ~~struck~~ \\* [a](b) [^1] [c]: d",
        "--- not a rule",
        "C:\\path\\*",
    ];
    for line in lines {
        assert_eq!(markdown::to_text(&escaped(line)), line.replace("---", "—"), "{}", escaped(line));
    }
    assert_eq!(escaped("See https://example.org/a_b."), "See <https://example.org/a_b>.");
}

#[test]
fn a_short_question_is_kept_and_noted() {
    let draft = read_text("On bread\n\nA first.\n\nWhat next?\n\nText follows here.");

    assert!(draft.body.contains("\n\nWhat next?\n\n"));
    assert!(draft.notes[0].contains("What next?"));
}

/// Reads the publisher's original if its path is named; its text is not ours to keep here.
#[test]
#[expect(clippy::disallowed_methods, reason = "names a file of the tester, not a setting")]
fn the_publishers_original_is_taken_apart() {
    let Ok(path) = std::env::var("MAINSTAY_ORIGINAL_ARTICLE") else {
        return;
    };
    let bytes = std::fs::read(path).unwrap();

    let imported = import(&bytes, "original-article.txt", &ImportOptions::default()).unwrap();

    let article = &imported.article;
    assert_eq!(article.headline(), "Theory: 50 years since the death of Stalin");
    assert_eq!(article.slug.as_str(), "50-years-since-the-death-of-stalin");
    assert_eq!(article.date.unwrap().text(), "March 2003");
    assert!(article.standfirst.as_ref().unwrap().starts_with("The death of Joseph Stalin"));
    assert!(article.body.starts_with(
        "- Stalinism and Bolshevism\n- Twenty years of Stalinist degeneration\n- Letter to the workers of the USSR\n\n\
         ## Only the ideas of genuine socialism"
    ));
    let headings = markdown::to_html(&article.body).headings;
    assert_eq!(headings.len(), 4, "{headings:?}");
    assert_eq!(article.body.matches("\n> ").count(), 3);
    assert!(article.body.contains("\n\nThe antagonism between"));
    assert!(article.body.contains("’guidance’"));
    assert!(article.body.contains("\n\n---\n\n*Note.* There have been"));
    let appeal = imported.appeal.unwrap();
    assert_eq!(appeal.heading, "Special financial appeal to all readers");
    let all = format!("{} {}", article.body, appeal.body);
    for furniture in
        ["Paypal", "Become a patron", "Be the first", "Leave a Reply", "email address", "Special fin"]
    {
        assert!(!all.contains(furniture), "{furniture}");
    }
}
