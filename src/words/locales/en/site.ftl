### What stands around every page, and how amounts and days are written.

language-name = English

# CLDR: long date. The months are whole words in the form that stands in a date.
day = { $day } { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
} { $year }

month-year = { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
} { $year }

# CLDR: the currency pattern. A code keeps its distance; a sign does not.
amount = { $is-code ->
    [yes] { $sign }{ $symbol }{"\u00A0"}{ $number }
   *[no] { $sign }{ $symbol }{ $number }
}
currency-symbol = { $code ->
    [EUR] €
    [GBP] £
    [USD] $
    [JPY] ¥
   *[other] { $code }
}

skip = Skip to the text
nav-main = Main
nav-articles = Articles
nav-give = Give
nav-patrons = Patrons
nav-language = Language
colophon = Paid for by its readers. Reading here sets no cookies and loads nothing from anyone else.

## Articles

articles-title = Articles
articles-none = Nothing has been published yet. Please come back soon.
article-by = By
article-and = and
article-more = More to read
list-pages = Pages
list-before = Previous page
list-after = Next page
list-section = Section
list-series = Series
list-author = Articles by { $name }
article-part = Part { $number } of { $count }
article-also-in = Also in
article-related = Related
appeal-bar = A request of this publication
appeal-choose = Choose an amount
appeal-other = Other amount
appeal-other-in = Other amount, in { $currency }
appeal-instead = Or give in another currency:
appeal-ways = Ways to pay: { $ways }. You will see everything once more before you pay.
appeal-patreon = Become a patron at Patreon
currency-name = { $code ->
    [EUR] euros
    [USD] US dollars
    [GBP] pounds
    [CHF] Swiss francs
    [JPY] yen
   *[other] { $code }
}

## Giving

give-kicker = A gift
give-problem-title = Something needs your attention
give-problem-note = Nothing has been taken, and what you typed is still here.
give-empty = Leave this empty
give-part = Your gift
give-currency = Currency
give-how-much = How much would you like to give?
give-other = Other amount
give-other-in = Other amount, in { $currency }
give-amount-in = Amount, in { $currency }
give-from-to = Any amount from { $minimum } to { $maximum }.
give-from = Any amount from { $minimum }.
give-cover = Add a little to cover the payment fee, so that the whole gift arrives
give-cover-note = (bank transfers have none)
give-you = About you
give-optional = (optional)
give-name = Name
give-name-hint = As it should stand on your receipt.
give-email = E-mail address
give-email-hint = Your receipt goes here. It is never published.
give-hidden = Keep my name out of any list of supporters
give-campaign = About this campaign
give-wall = Be named among the supporters
give-wall-yes = Show my name on the page of this campaign
give-wall-note = Your name appears there once your gift has arrived. You can have it taken down at any time.
give-wall-name = Name to show
give-wall-name-hint = Left empty, it is the name above.
give-wall-amount = Show how much I gave
give-pay = How you pay
give-more = Add a message or a dedication
give-message = A message to us
give-tribute = Give in someone’s name
give-tribute-none = No dedication
give-tribute-honour = In honour of
give-tribute-memory = In memory of
give-tribute-name = Whose name?
give-continue = Continue
give-privacy = We use your name and e-mail address to record this gift, send your receipt and keep the accounts the law asks for. We never sell or lend them; only the payment service you choose sees them. Card numbers are typed on that service’s own page and never reach us.
give-often = How often?
often-once = Once
often-weekly = Weekly
often-monthly = Monthly
often-quarterly = Every three months
often-yearly = Yearly
per-weekly = a week
per-monthly = a month
per-quarterly = every three months
per-yearly = a year
give-tier = Level
give-tier-none = No level, my own amount
give-often-hint = Support that comes back can be changed, paused or ended at any time.
gateway-stripe = Card or wallet
gateway-paypal = PayPal
gateway-sandbox = Test payment
gateway-bank_transfer = Bank transfer
gateway-cash = Cash
gateway-cheque = Cheque
gateway-import = Given earlier
gateway-stripe-hint = Card, Apple Pay, Google Pay and local ways to pay, on Stripe’s secure page.
gateway-paypal-hint = With your account at PayPal, on PayPal’s secure page.
gateway-sandbox-hint = For trying the site: you are shown a payment page, and no money moves.
gateway-bank_transfer-hint = You get the account details and a reference, here and by e-mail.

## Campaigns

campaign-kicker = A campaign
campaign-progress = How far it has come
campaign-raised-of = { $raised } of { $goal } have arrived: { $percent } %.
campaign-raised = { $raised } have arrived.
campaign-converted = Among them { $net }, counted as { $worth }: one { $currency } was { $rate } { $into } on { $day }, says { $source }.
campaign-beside = { $net } came besides; no rate is given for them.
campaign-gifts = { $gifts ->
    [0] No gift so far
    [one] One gift so far
   *[other] { $gifts } gifts so far
}
campaign-starts = This campaign takes gifts from { $day }.
campaign-ends = It takes gifts until { $day }.
campaign-ended = This campaign ended on { $day } and takes no more gifts.
campaign-give = Give to this campaign
campaign-updates = What happened since
campaign-feed = News: { $title }
campaign-follow = Follow as a feed:
campaign-wall = Supporters
campaign-wall-none = Nobody is named here yet.
campaign-wall-first = The latest names
campaign-wall-more = More names
campaign-wall-how = Only those who asked for it are named here, by the name that they chose.
campaign-share = Tell others
campaign-share-address = Address of this page
campaign-share-mail = By e-mail
campaign-share-note = These are plain links: nothing is loaded from elsewhere, and nobody learns that you were here unless you follow one.

## Patrons

patrons-title = Become a patron
patrons-intro = Support that comes back is what lets us plan. Choose a level, or an amount of your own.
patrons-amount = { $amount } { $per }
patrons-choose = Become a patron
patrons-full = All places are taken
patrons-left = { $places ->
    [one] One place left
   *[other] { $places } places left
}
patrons-own = Give an amount of your own
patrons-how = You can change the amount, pause or stop whenever you like, without writing to anybody. Each payment has its own receipt.
patrons-none = There are no levels at the moment; you can still give regularly, with an amount of your own.

## The page of a gift

gift-title = Your gift
gift-waiting = Thank you. One step is left.
gift-pending = Waiting for your payment
gift-processing = Your payment is on its way
gift-thanks = Thank you.
gift-thanks-name = Thank you, { $name }.
gift-failed = The payment did not go through
gift-expired = This gift was not completed
gift-cancelled = You cancelled this gift
gift-partly-refunded = Part of your gift has been returned
gift-refunded = Your gift has been returned
gift-waiting-text = Please send { $amount } from your bank with the reference below. The reference is how we know the gift is yours.
gift-pending-text = The payment service has not told us the result yet. This usually takes a few seconds, and this page will show it by itself.
gift-processing-text = The payment service has accepted it and is still working on it. Some kinds of payment take a few days. There is nothing more for you to do.
gift-fulfilled-text = Your gift of { $amount } has arrived. It keeps this work going, and free to read for everyone.
gift-failed-text = The payment service refused it, and no money was taken. A different card or another way to pay often works.
gift-expired-text = No payment reached us in time, so we have stopped waiting. If you did send it, nothing is lost: the moment it arrives we record it and send your receipt.
gift-cancelled-text = Nothing was taken. If that was a slip, you can start again; if not, thank you for considering it.
gift-partly-refunded-text = We have sent back part of your gift of { $amount }, the way it came. Thank you for the rest.
gift-refunded-text = We have sent back your gift of { $amount }, the way it came. Banks usually show it within a few working days.
gift-other-text = This page shows where your gift of { $amount } stands.
gift-recurring = You support us with { $amount } { $per }.
bank-details = Bank details
bank-to = To
bank-amount = Amount
bank-reference = Reference
bank-code = The same details as a code for your banking app
bank-scan = Scan this with your banking app and everything is filled in.
gift-transfer-time = A transfer usually takes one or two working days. We have sent these details to { $email } as well, and your receipt will follow when the money arrives.
gift-amount = Amount
gift-for = For
gift-payment = Payment
gift-promised = Promised
gift-received = Received
gift-receipt = Receipt
gift-receipt-number = No. { $number }
gift-receipt-sent = No. { $number }, sent to { $email }
gift-back-to-payment = Go back to the payment
gift-again = Try again
gift-back = Back to reading
gift-private = This page is private to you. Keep its address: it will always show where your gift stands.
