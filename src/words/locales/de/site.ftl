### Was um jede Seite steht, und wie Beträge und Tage geschrieben werden.

language-name = Deutsch

day = { $day }. { $month ->
    [1] Januar
    [2] Februar
    [3] März
    [4] April
    [5] Mai
    [6] Juni
    [7] Juli
    [8] August
    [9] September
    [10] Oktober
    [11] November
   *[12] Dezember
} { $year }
month-year = { $month ->
    [1] Januar
    [2] Februar
    [3] März
    [4] April
    [5] Mai
    [6] Juni
    [7] Juli
    [8] August
    [9] September
    [10] Oktober
    [11] November
   *[12] Dezember
} { $year }

amount = { $sign }{ $number }{"\u00A0"}{ $symbol }
currency-symbol = { $code ->
    [EUR] €
    [GBP] £
    [USD] $
    [JPY] ¥
   *[other] { $code }
}

skip = Zum Text springen
nav-main = Hauptnavigation
nav-articles = Artikel
nav-give = Spenden
nav-patrons = Förderer
nav-language = Sprache
colophon = Bezahlt von seinen Lesern. Wer hier liest, bekommt keine Cookies, und nichts wird von anderswo geladen.

articles-title = Artikel
articles-none = Noch ist nichts erschienen. Bitte schauen Sie bald wieder vorbei.
article-by = Von
article-and = und
article-more = Mehr zu lesen
list-pages = Seiten
list-before = Vorige Seite
list-after = Nächste Seite
list-section = Rubrik
list-series = Serie
list-author = Artikel von { $name }
article-part = Teil { $number } von { $count }
article-also-in = Auch auf
article-related = Gehört dazu
appeal-bar = Eine Bitte dieser Publikation
appeal-choose = Betrag wählen
appeal-other = Anderer Betrag
appeal-other-in = Anderer Betrag, in { $currency }
appeal-instead = Oder in einer anderen Währung spenden:
appeal-ways = Zahlungsarten: { $ways }. Vor dem Bezahlen sehen Sie alles noch einmal.
appeal-patreon = Förderer auf Patreon werden
currency-name = { $code ->
    [EUR] Euro
    [USD] US-Dollar
    [GBP] Pfund
    [CHF] Schweizer Franken
    [JPY] Yen
   *[other] { $code }
}

give-kicker = Eine Spende
give-problem-title = Bitte sehen Sie noch einmal nach
give-problem-note = Es wurde nichts abgebucht, und Ihre Eingaben sind noch da.
give-empty = Bitte leer lassen
give-part = Ihre Spende
give-currency = Währung
give-how-much = Wie viel möchten Sie geben?
give-other = Anderer Betrag
give-other-in = Anderer Betrag, in { $currency }
give-amount-in = Betrag, in { $currency }
give-from-to = Jeder Betrag von { $minimum } bis { $maximum }.
give-from = Jeder Betrag ab { $minimum }.
give-cover = Etwas für die Zahlungsgebühr hinzufügen, damit die ganze Spende ankommt
give-cover-note = (bei Überweisungen fällt keine an)
give-you = Zu Ihnen
give-optional = (freiwillig)
give-name = Name
give-name-hint = So, wie er auf Ihrem Beleg stehen soll.
give-email = E-Mail-Adresse
give-email-hint = Dorthin geht Ihr Beleg. Sie wird nie veröffentlicht.
give-hidden = Meinen Namen in keiner Liste von Unterstützern nennen
give-campaign = Über diese Kampagne
give-wall = Unter den Unterstützern genannt werden
give-wall-yes = Meinen Namen auf der Seite dieser Kampagne zeigen
give-wall-note = Ihr Name erscheint dort, sobald Ihre Spende eingegangen ist. Sie können ihn jederzeit entfernen lassen.
give-wall-name = Name, der gezeigt wird
give-wall-name-hint = Bleibt das Feld leer, ist es der Name von oben.
give-wall-amount = Zeigen, wie viel ich gegeben habe
give-pay = Wie Sie bezahlen
give-more = Eine Nachricht oder Widmung hinzufügen
give-message = Eine Nachricht an uns
give-tribute = Im Namen eines anderen Menschen spenden
give-tribute-none = Keine Widmung
give-tribute-honour = Zu Ehren von
give-tribute-memory = Im Gedenken an
give-tribute-name = Wem gilt die Widmung?
give-continue = Weiter
give-privacy = Wir verwenden Ihren Namen und Ihre E-Mail-Adresse, um diese Spende zu verbuchen, Ihnen den Beleg zu senden und die Bücher zu führen, die das Gesetz verlangt. Wir verkaufen oder verleihen sie nie; nur der Zahlungsdienst, den Sie wählen, sieht sie. Kartennummern geben Sie auf der Seite dieses Dienstes ein; zu uns gelangen sie nie.
give-often = Wie oft?
often-once = Einmal
often-weekly = Wöchentlich
often-monthly = Monatlich
often-quarterly = Vierteljährlich
often-yearly = Jährlich
per-weekly = pro Woche
per-monthly = pro Monat
per-quarterly = alle drei Monate
per-yearly = pro Jahr
give-tier = Stufe
give-tier-none = Keine Stufe, eigener Betrag
give-often-hint = Regelmäßige Unterstützung lässt sich jederzeit ändern, aussetzen oder beenden.
gateway-stripe = Karte oder Wallet
gateway-paypal = PayPal
gateway-sandbox = Testzahlung
gateway-bank_transfer = Überweisung
gateway-cash = Bargeld
gateway-cheque = Scheck
gateway-import = Früher gegeben
gateway-stripe-hint = Karte, Apple Pay, Google Pay und örtliche Zahlungsarten, auf der sicheren Seite von Stripe.
gateway-paypal-hint = Mit Ihrem PayPal-Konto, auf der sicheren Seite von PayPal.
gateway-sandbox-hint = Zum Ausprobieren: Sie sehen eine Zahlungsseite, und es fließt kein Geld.
gateway-bank_transfer-hint = Sie erhalten die Kontodaten und einen Verwendungszweck, hier und per E-Mail.

campaign-kicker = Eine Kampagne
campaign-progress = So weit sind wir
campaign-raised-of = { $raised } von { $goal } sind eingegangen: { $percent } %.
campaign-raised = { $raised } sind eingegangen.
campaign-converted = Darunter { $net }, gezählt als { $worth }: Ein { $currency } war am { $day } laut { $source } { $rate } { $into } wert.
campaign-beside = Außerdem kamen { $net }; dafür ist kein Kurs angegeben.
campaign-gifts = { $gifts ->
    [0] Noch keine Spende
    [one] Bisher eine Spende
   *[other] Bisher { $gifts } Spenden
}
campaign-starts = Diese Kampagne nimmt ab dem { $day } Spenden an.
campaign-ends = Sie nimmt Spenden bis zum { $day } an.
campaign-ended = Diese Kampagne endete am { $day } und nimmt keine Spenden mehr an.
campaign-give = Für diese Kampagne spenden
campaign-updates = Was seither geschah
campaign-feed = Neuigkeiten: { $title }
campaign-follow = Als Feed abonnieren:
campaign-wall = Unterstützer
campaign-wall-none = Hier ist noch niemand genannt.
campaign-wall-first = Die neuesten Namen
campaign-wall-more = Weitere Namen
campaign-wall-how = Genannt wird nur, wer es wünscht, und unter dem Namen, den er gewählt hat.
campaign-share = Weitersagen
campaign-share-address = Adresse dieser Seite
campaign-share-mail = Per E-Mail
campaign-share-note = Das sind einfache Links: Nichts wird von anderswo geladen, und niemand erfährt, dass Sie hier waren, solange Sie keinem folgen.

patrons-title = Förderer werden
patrons-intro = Regelmäßige Unterstützung lässt uns planen. Wählen Sie eine Stufe oder einen eigenen Betrag.
patrons-amount = { $amount } { $per }
patrons-choose = Fördern
patrons-full = Alle Plätze sind vergeben
patrons-left = { $places ->
    [one] Noch { $places } Platz
   *[other] Noch { $places } Plätze
}
patrons-own = Einen eigenen Betrag geben
patrons-how = Sie können den Betrag ändern, aussetzen oder aufhören, wann immer Sie möchten, ohne jemandem zu schreiben. Zu jeder Zahlung gibt es einen eigenen Beleg.
patrons-none = Zurzeit gibt es keine Stufen; mit einem eigenen Betrag können Sie uns trotzdem regelmäßig unterstützen.

gift-title = Ihre Spende
gift-waiting = Vielen Dank. Ein Schritt fehlt noch.
gift-pending = Wir warten auf Ihre Zahlung
gift-processing = Ihre Zahlung ist unterwegs
gift-thanks = Vielen Dank.
gift-thanks-name = Vielen Dank, { $name }.
gift-failed = Die Zahlung ist nicht zustande gekommen
gift-expired = Diese Spende wurde nicht abgeschlossen
gift-cancelled = Sie haben diese Spende abgebrochen
gift-partly-refunded = Ein Teil Ihrer Spende wurde zurückgezahlt
gift-refunded = Ihre Spende wurde zurückgezahlt
gift-waiting-text = Bitte überweisen Sie { $amount } von Ihrer Bank mit dem Verwendungszweck unten. An ihm erkennen wir Ihre Spende.
gift-pending-text = Der Zahlungsdienst hat uns das Ergebnis noch nicht mitgeteilt. Meist dauert das einige Sekunden, und diese Seite zeigt es von selbst.
gift-processing-text = Der Zahlungsdienst hat sie angenommen und bearbeitet sie noch. Manche Zahlungsarten brauchen einige Tage. Sie müssen nichts weiter tun.
gift-fulfilled-text = Ihre Spende von { $amount } ist angekommen. Sie hält diese Arbeit am Leben und für alle frei lesbar.
gift-failed-text = Der Zahlungsdienst hat sie abgelehnt, und es wurde nichts abgebucht. Oft hilft eine andere Karte oder eine andere Zahlungsart.
gift-expired-text = Es ist keine Zahlung rechtzeitig bei uns eingegangen, daher warten wir nicht länger. Falls Sie sie doch abgeschickt haben, ist nichts verloren: Sobald sie eintrifft, verbuchen wir sie und senden Ihren Beleg.
gift-cancelled-text = Es wurde nichts abgebucht. War das ein Versehen, können Sie neu beginnen; wenn nicht, danken wir, dass Sie daran gedacht haben.
gift-partly-refunded-text = Wir haben einen Teil Ihrer Spende von { $amount } auf demselben Weg zurückgezahlt. Danke für den Rest.
gift-refunded-text = Wir haben Ihre Spende von { $amount } auf demselben Weg zurückgezahlt. Banken zeigen das meist innerhalb weniger Werktage an.
gift-other-text = Diese Seite zeigt, wie es um Ihre Spende von { $amount } steht.
gift-recurring = Sie unterstützen uns mit { $amount } { $per }.
bank-details = Bankverbindung
bank-to = Empfänger
bank-amount = Betrag
bank-reference = Verwendungszweck
bank-code = Dieselben Angaben als Code für Ihre Banking-App
bank-scan = Scannen Sie den Code mit Ihrer Banking-App, und alles ist ausgefüllt.
gift-transfer-time = Eine Überweisung dauert meist ein bis zwei Werktage. Wir haben diese Angaben auch an { $email } gesendet; Ihr Beleg folgt, sobald das Geld da ist.
gift-amount = Betrag
gift-for = Für
gift-payment = Zahlung
gift-promised = Zugesagt am
gift-received = Eingegangen am
gift-receipt = Beleg
gift-receipt-number = Nr. { $number }
gift-receipt-sent = Nr. { $number }, gesendet an { $email }
gift-back-to-payment = Zurück zur Zahlung
gift-again = Noch einmal versuchen
gift-back = Zurück zum Lesen
gift-private = Diese Seite gehört nur Ihnen. Heben Sie die Adresse auf: Sie zeigt jederzeit, wie es um Ihre Spende steht.
