error-home = Zur Startseite
error-mention = Wenn Sie uns deswegen schreiben, nennen Sie bitte { $id }.
error-title-400 = Diese Anfrage ist nicht lesbar
error-title-403 = Das wurde abgelehnt
error-title-404 = Seite nicht gefunden
error-title-409 = Das geht im Moment nicht
error-title-413 = Das ist zu viel auf einmal
error-title-422 = Bitte prüfen Sie Ihre Eingaben
error-title-429 = Bitte etwas langsamer
error-title-503 = Gleich wieder da
error-title-other = Etwas ist schiefgegangen
error-not-found = { $what ->
    [article] Diesen Artikel gibt es hier nicht.
    [campaign] Diese Kampagne gibt es hier nicht.
   *[other] Diese Seite gibt es hier nicht.
} Vielleicht ist die Adresse veraltet oder falsch geschrieben.
error-method-not-allowed = Diese Adresse nimmt solche Anfragen nicht an.
error-internal-error = Bei uns ist etwas schiefgegangen. Nichts, was Sie gesendet haben, ist verloren oder doppelt gezählt.
error-unavailable = Die Seite ist einen Moment lang beschäftigt. Bitte versuchen Sie es in einer Minute noch einmal; es wurde nichts abgebucht.
error-invalid = Einige Felder müssen Sie noch einmal ansehen.
error-held = Das sieht sich gerade ein Mensch an. Nichts ist verloren; bitte versuchen Sie es später noch einmal.
error-rate-limited = Von hier kamen in kurzer Zeit viele Versuche. Bitte warten Sie einige Minuten und versuchen Sie es noch einmal.
error-gateway-refused = Der Zahlungsdienst hat das nicht angenommen. Es wurde nichts abgebucht.

field-amount-empty = Bitte geben Sie einen Betrag ein
field-amount-no-number = „{ $typed }“ ist kein Betrag; schreiben Sie eine Zahl wie 25 oder 25,50
field-amount-not-positive = Der Betrag muss größer als null sein
field-amount-ambiguous = „{ $typed }“ lässt sich auf zwei Arten lesen; schreiben Sie { $thousands } oder { $decimal }
field-amount-too-precise = „{ $typed }“ ist genauer, als in { $currency } bezahlt werden kann
field-amount-too-small = Die kleinste Spende ist { $limit }
field-amount-too-large = Die größte Spende hier ist { $limit }; für mehr schreiben Sie uns bitte
field-amount-not-payable = Dieser Betrag lässt sich so nicht bezahlen; bitte wählen Sie einen anderen Betrag oder eine andere Zahlungsart
field-below-tier = Diese Stufe beginnt bei einem höheren Betrag
field-unknown-campaign = Diese Kampagne gibt es nicht; bitte gehen Sie zurück zum Artikel
field-campaign-closed = Diese Kampagne nimmt zurzeit keine Spenden an
field-gateway-missing = Bitte wählen Sie, wie Sie bezahlen möchten
field-unknown-gateway = Diese Zahlungsart gibt es hier nicht
field-unknown-currency = Diese Währung kennen wir nicht; bitte wählen Sie eine der gezeigten
field-currency-not-taken = Spenden in dieser Währung nehmen wir hier nicht an
field-unknown-frequency = So oft wird hier nicht gespendet; bitte wählen Sie einen der gezeigten Abstände
field-unknown-tier = Diese Stufe gibt es nicht mehr
field-tier-not-offered = Diese Stufe gibt es in diesem Abstand und dieser Währung nicht
field-tier-full = Alle Plätze dieser Stufe sind vergeben
field-invalid-email = Das sieht nicht wie eine E-Mail-Adresse aus; sie sollte lauten wie name@example.org
field-email-missing = Bitte geben Sie Ihre E-Mail-Adresse ein; dorthin geht der Beleg
field-too-long = Bitte höchstens { $max } Zeichen
field-tribute-kind-missing = Bitte wählen Sie, ob die Spende zu Ehren oder im Gedenken ist
field-tribute-name-missing = Bitte geben Sie den Namen der Person ein
field-unknown-tribute = Diese Art von Widmung gibt es nicht
