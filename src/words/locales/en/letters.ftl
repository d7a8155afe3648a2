### Letters to donors. Those to staff are in English.

letter-dear = Dear { $name },
letter-hello = Hello,
letter-thanks = With thanks,
letter-why = You receive this letter because this address was given with a gift to { $site }. It is about that gift only; you are on no list.

## Bank details

instructions-subject = Bank details for your gift of { $amount }
instructions-preheader = Reference { $reference }. One step is left: the transfer from your bank.
instructions-heading = One step is left
instructions-lead = Thank you for your gift of { $amount } to “{ $campaign }”. Please send it from your bank with these details.
instructions-reference = The reference is how we know the gift is yours, so please copy it as it stands. A transfer usually takes one or two working days; when it arrives we send your receipt to this address.
instructions-open = We keep this gift open until { $date }. A transfer that comes later is still recorded. If you have changed your mind, there is nothing to do.
instructions-page = See where your gift stands

## The receipt

receipt-subject = Thank you: receipt { $number } for your gift of { $amount }
receipt-subject-corrected = Corrected receipt { $number } for your gift
receipt-preheader = Your gift of { $amount } has arrived. The receipt is attached as a PDF.
receipt-preheader-corrected = A corrected receipt for your gift, attached as a PDF.
receipt-heading = Thank you
receipt-heading-corrected = A corrected receipt
receipt-lead = Your gift of { $amount } to “{ $campaign }” has arrived. It keeps this work going, and free to read for everyone.
receipt-lead-corrected = Here is a corrected receipt for your gift to “{ $campaign }”.
receipt-lead-replaces = It takes the place of receipt { $number }, which is no longer valid.
receipt-row-number = Receipt
receipt-row-gift = Gift
receipt-row-returned = Returned
receipt-row-remaining = Remaining
receipt-row-received = Received
receipt-row-paid-by = Paid by
receipt-row-dedicated = Dedicated
receipt-row-fee = Fee
receipt-attached = The receipt itself is attached as a PDF, for your records.
receipt-page = Your gift has its own page, too.

## A gift returned

refund-subject = Your gift of { $amount } is being returned
refund-subject-part = { $refunded } of your gift is being returned
refund-preheader = { $refunded } goes back the way it came.
refund-heading = Your gift is being returned
refund-heading-part = Part of your gift is being returned
refund-lead = We are returning your gift of { $amount } to “{ $campaign }”. It goes back the way it came. Banks usually show it within a few working days.
refund-lead-part = We are returning { $refunded } of your gift of { $amount } to “{ $campaign }”. It goes back the way it came. Banks usually show it within a few working days.
refund-preheader-by-hand = { $refunded } is given back to you by hand.
refund-lead-by-hand = We are returning your gift of { $amount } to “{ $campaign }”. As it came as cash or as a cheque, we hand it back or send it to you; reply to this letter if you do not know how.
refund-lead-part-by-hand = We are returning { $refunded } of your gift of { $amount } to “{ $campaign }”. As it came as cash or as a cheque, we hand it back or send it to you; reply to this letter if you do not know how.
refund-reason = Reason: { $reason }
refund-receipt = Receipt { $number } is no longer valid; please do not use it for your taxes.
refund-rest = A corrected receipt for the remaining { $rest } follows in a letter of its own.
refund-unexpected = If you did not expect this, please reply to this letter.
void-subject = About your gift of { $amount }
void-heading = Your gift does not count any more
void-lead = We had recorded your gift of { $amount } to “{ $campaign }”. The money is not there, so the gift was taken off our books.

## Recurring support

patron-button = Your support
patron-gives = { $amount } { $per }
welcome-subject = Welcome among the patrons of { $site }
welcome-heading = Welcome, and thank you.
welcome-preheader = { $gives }: thank you.
welcome-lead = You now support “{ $campaign }” with { $gives }. Support that comes back is what lets us plan.
welcome-lead-tier = You now support “{ $campaign }” with { $gives }, as { $tier }. Support that comes back is what lets us plan.
welcome-next = The next payment is on { $date }.
welcome-transfer = Your bank sends it by your standing order; please give the reference { $reference } with each payment.
welcome-charged = It is charged by itself, and each payment has its own receipt.
welcome-free = You can change the amount, pause or stop whenever you like, without writing to anybody.
failed-subject = Your payment to { $site } did not go through
failed-subject-again = A reminder: your payment to { $site } did not go through
failed-heading = Your payment did not go through
failed-preheader = Nothing is lost: one step mends it.
failed-lead = The payment of { $amount } for “{ $campaign }” that was due on { $date } was declined by your bank. This happens to the best of cards: it expired, was replaced, or a limit was reached.
failed-grace = Everything that you have as a patron stays as it is until { $date }. With one step you mend every payment that failed:
failed-button = Mend the payment
failed-stop = If you would rather stop, you can do that on the same page. It is tried again by itself within a few days.
expiring-subject = Your card expires soon
expiring-preheader = It pays for your support of { $site }.
expiring-lead = The card that pays { $gives } for “{ $campaign }” can be charged until { $date }.
expiring-lead-card = The card that pays { $gives } for “{ $campaign }” ({ $card }) can be charged until { $date }.
expiring-note = Many banks pass the new card on by themselves; then there is nothing to do. To be sure, you can name the new one here:
expiring-button = Name another card
changed-change = Your support was changed
changed-pause = Your support is paused
changed-resume = Your support goes on
changed-cancel = Your support will end
changed-keep = Your support goes on as before
changed-preheader = { $site } confirms what you asked for.
changed-lead-change = From { $date } on you give { $gives } for “{ $campaign }”. Nothing is charged before, and nothing in between.
changed-lead-change-soon = From the next payment on you give { $gives } for “{ $campaign }”. Nothing is charged before, and nothing in between.
changed-tier = Your level: { $tier }.
changed-lead-pause = Nothing is charged for “{ $campaign }” until you say so.
changed-lead-pause-until = Nothing is charged for “{ $campaign }” until { $date }; then it goes on by itself.
changed-lead-cancel = Your support of “{ $campaign }” ends. Nothing more is charged. Thank you for everything that you gave.
changed-lead-cancel-on = Your support of “{ $campaign }” ends on { $date }, when the time that you have paid for is over. Nothing more is charged. Thank you for everything that you gave.
changed-lead-goes-on = You give { $gives } for “{ $campaign }”.
changed-transfer = Your bank does not hear this from us: please change your standing order there, too.
changed-unasked = If you did not ask for this, please reply to this letter.
ended-subject = Your support of { $site } has ended
ended-heading = Your support has ended
ended-preheader = Nothing more is charged.
ended-lead = Your support of “{ $campaign }” ended on { $date }. Nothing more is charged.
ended-lead-failed = The payments for “{ $campaign }” did not come for some time, so your support ended on { $date }. Nothing more is charged, and nothing is owed.
ended-lead-dispute = A payment for “{ $campaign }” was taken back through your bank, so we ended your support on { $date }. Nothing more is charged.
ended-thanks = Thank you for everything that you gave. Should you wish to come back, your place is kept: it takes a minute.
ended-button = Come back
due-subject = Your standing order to { $site } did not arrive
due-heading = Your standing order did not arrive
due-preheader = It was expected on { $date }.
due-lead = We expected { $amount } for “{ $campaign }” on { $date }, and have not seen it. If it is on its way, there is nothing to do.
due-again = If it was lost, please send it again with the reference { $reference }. Everything that you have as a patron stays as it is until { $date }.
due-stop = If you would rather stop, tell your bank, and tell us on that page; you will then hear no more of this.
