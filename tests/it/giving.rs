//! Giving once, from the form to the receipt.

use crate::support::command::pdf_text;
use crate::support::flow;

flow! {
    async fn a_gift_through_the_sandbox_is_settled_and_receipted_once(app) {
        let donor = app.client();
        let form = [("campaign", "press-fund"), ("amount", "25"), ("currency", "EUR"), ("gateway", "sandbox"),
            ("email", "ann@example.org"), ("name", "Ann Reader"), ("form_id", "f1")];

        let to_gateway = donor.post("/donate", &form).await;
        let page = to_gateway.location().to_owned();
        assert!(page.starts_with("/sandbox/pay/"), "{page}");
        let thanks = donor.post(&page, &[("outcome", "succeed"), ("delivery", "twice")]).await.location().to_owned();
        assert!(donor.get(&thanks).await.text().contains("Waiting for your payment"));
        app.run_jobs().await;

        let page = donor.get(&thanks).await.text();
        assert!(page.contains("Thank you, Ann Reader."), "{page}");
        let letters = app.letters();
        assert_eq!(letters.len(), 1);
        assert_eq!(letters[0].subject, "Thank you: receipt R2026-000001 for your gift of €25.00");
        let pdf = pdf_text(&letters[0].attachments[0].bytes);
        assert!(pdf.contains("R2026-000001") && pdf.contains("€25.00") && pdf.contains("Ann Reader"), "{pdf}");
    }
}
