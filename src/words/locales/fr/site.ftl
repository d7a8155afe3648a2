### Ce qui entoure chaque page, et la façon d’écrire les montants et les dates.

language-name = Français

day = { $day ->
    [1] 1er
   *[other] { $day }
} { $month ->
    [1] janvier
    [2] février
    [3] mars
    [4] avril
    [5] mai
    [6] juin
    [7] juillet
    [8] août
    [9] septembre
    [10] octobre
    [11] novembre
   *[12] décembre
} { $year }
month-year = { $month ->
    [1] janvier
    [2] février
    [3] mars
    [4] avril
    [5] mai
    [6] juin
    [7] juillet
    [8] août
    [9] septembre
    [10] octobre
    [11] novembre
   *[12] décembre
} { $year }

amount = { $sign }{ $number }{"\u00A0"}{ $symbol }
currency-symbol = { $code ->
    [EUR] €
    [GBP] £GB
    [USD] $US
    [JPY] JPY
   *[other] { $code }
}

skip = Aller au texte
nav-main = Navigation principale
nav-articles = Articles
nav-give = Donner
nav-patrons = Mécènes
nav-language = Langue
colophon = Un journal payé par ses lecteurs. Lire ici ne dépose aucun cookie et ne charge rien depuis un autre site.

## Articles

articles-title = Articles
articles-none = Rien n’a encore été publié. Revenez bientôt.
article-by = Par
article-and = et
article-more = À lire aussi
list-pages = Pages
list-before = Page précédente
list-after = Page suivante
list-section = Rubrique
list-series = Série
list-author = Articles de { $name }
article-part = Partie { $number } sur { $count }
article-also-in = Aussi en
article-related = Sur le même sujet
appeal-bar = Une demande de cette publication
appeal-choose = Choisissez un montant
appeal-other = Autre montant
appeal-other-in = Autre montant, en { $currency }
appeal-instead = Ou donner dans une autre devise :
appeal-ways = Moyens de paiement : { $ways }. Vous verrez tout encore une fois avant de payer.
appeal-patreon = Devenir mécène sur Patreon
currency-name = { $code ->
    [EUR] euros
    [USD] dollars américains
    [GBP] livres sterling
    [CHF] francs suisses
    [JPY] yens
   *[other] { $code }
}

## Donner

give-kicker = Un don
give-problem-title = Un point demande votre attention
give-problem-note = Rien n’a été prélevé, et ce que vous avez saisi est toujours là.
give-empty = Laissez ce champ vide
give-part = Votre don
give-currency = Devise
give-how-much = Combien souhaitez-vous donner ?
give-other = Autre montant
give-other-in = Autre montant, en { $currency }
give-amount-in = Montant, en { $currency }
give-from-to = Tout montant de { $minimum } à { $maximum }.
give-from = Tout montant à partir de { $minimum }.
give-cover = Ajouter un peu pour couvrir les frais de paiement, afin que le don arrive en entier
give-cover-note = (les virements n’en ont pas)
give-you = Vous
give-optional = (facultatif)
give-name = Nom
give-name-hint = Tel qu’il doit figurer sur votre reçu.
give-email = Adresse électronique
give-email-hint = Votre reçu y sera envoyé. Elle n’est jamais publiée.
give-hidden = Ne pas faire figurer mon nom dans une liste de donateurs
give-campaign = À propos de cette campagne
give-wall = Être nommé parmi les soutiens
give-wall-yes = Afficher mon nom sur la page de cette campagne
give-wall-note = Votre nom y paraît dès que votre don est arrivé. Vous pouvez le faire retirer à tout moment.
give-wall-name = Nom à afficher
give-wall-name-hint = Laissé vide, c’est le nom ci-dessus.
give-wall-amount = Afficher combien j’ai donné
give-pay = Votre moyen de paiement
give-more = Ajouter un message ou une dédicace
give-message = Un message pour nous
give-tribute = Donner au nom de quelqu’un
give-tribute-none = Sans dédicace
give-tribute-honour = En l’honneur de
give-tribute-memory = À la mémoire de
give-tribute-name = Au nom de qui ?
give-continue = Continuer
give-privacy = Votre nom et votre adresse nous servent à enregistrer ce don, à envoyer votre reçu et à tenir les comptes que la loi exige. Nous ne les vendons ni ne les prêtons jamais ; seul le service de paiement que vous choisissez les voit. Les numéros de carte sont saisis sur la page de ce service et ne nous parviennent jamais.
give-often = À quel rythme ?
often-once = Une fois
often-weekly = Chaque semaine
often-monthly = Chaque mois
often-quarterly = Tous les trois mois
often-yearly = Chaque année
per-weekly = par semaine
per-monthly = par mois
per-quarterly = tous les trois mois
per-yearly = par an
give-tier = Formule
give-tier-none = Sans formule, un montant libre
give-often-hint = Un soutien régulier peut être modifié, suspendu ou arrêté à tout moment.
gateway-stripe = Carte ou portefeuille électronique
gateway-paypal = PayPal
gateway-sandbox = Paiement d’essai
gateway-bank_transfer = Virement bancaire
gateway-cash = Espèces
gateway-cheque = Chèque
gateway-import = Donné auparavant
gateway-stripe-hint = Carte, Apple Pay, Google Pay et moyens de paiement locaux, sur la page sécurisée de Stripe.
gateway-paypal-hint = Avec votre compte PayPal, sur la page sécurisée de PayPal.
gateway-sandbox-hint = Pour essayer le site : une page de paiement s’affiche, et aucun argent ne circule.
gateway-bank_transfer-hint = Vous recevez les coordonnées du compte et une référence, ici et par courriel.

## Mécènes

campaign-kicker = Une campagne
campaign-progress = Où nous en sommes
campaign-raised-of = { $raised } sur { $goal } sont arrivés : { $percent } %.
campaign-raised = { $raised } sont arrivés.
campaign-converted = Dont { $net }, comptés pour { $worth } : un { $currency } valait { $rate } { $into } le { $day }, selon { $source }.
campaign-beside = { $net } sont arrivés en plus ; aucun taux n’est indiqué pour eux.
campaign-gifts = { $gifts ->
    [0] Aucun don pour l’instant
    [one] Un don jusqu’ici
    [many] { $gifts } de dons jusqu’ici
   *[other] { $gifts } dons jusqu’ici
}
campaign-starts = Cette campagne reçoit des dons à partir du { $day }.
campaign-ends = Elle reçoit des dons jusqu’au { $day }.
campaign-ended = Cette campagne s’est terminée le { $day } et ne reçoit plus de dons.
campaign-give = Donner à cette campagne
campaign-updates = Ce qui s’est passé depuis
campaign-feed = Nouvelles : { $title }
campaign-follow = Suivre par flux :
campaign-wall = Celles et ceux qui soutiennent
campaign-wall-none = Personne n’est encore nommé ici.
campaign-wall-first = Les noms les plus récents
campaign-wall-more = D’autres noms
campaign-wall-how = N’est nommé ici que qui l’a demandé, sous le nom choisi.
campaign-share = En parler
campaign-share-address = Adresse de cette page
campaign-share-mail = Par courriel
campaign-share-note = Ce sont de simples liens : rien n’est chargé d’ailleurs, et personne n’apprend que vous étiez ici si vous n’en suivez aucun.

patrons-title = Devenir mécène
patrons-intro = C’est le soutien régulier qui nous permet de prévoir. Choisissez une formule, ou un montant libre.
patrons-amount = { $amount } { $per }
patrons-choose = Devenir mécène
patrons-full = Toutes les places sont prises
patrons-left = { $places ->
    [one] Il reste { $places } place
    [many] Il reste { $places } de places
   *[other] Il reste { $places } places
}
patrons-own = Donner un montant libre
patrons-how = Vous pouvez modifier le montant, suspendre ou arrêter quand vous le souhaitez, sans écrire à personne. Chaque paiement a son propre reçu.
patrons-none = Il n’y a pas de formule en ce moment ; vous pouvez néanmoins donner régulièrement un montant libre.

## La page d’un don

gift-title = Votre don
gift-waiting = Merci. Il reste une étape.
gift-pending = En attente de votre paiement
gift-processing = Votre paiement est en route
gift-thanks = Merci.
gift-thanks-name = Merci, { $name }.
gift-failed = Le paiement n’a pas abouti
gift-expired = Ce don n’a pas été achevé
gift-cancelled = Vous avez annulé ce don
gift-partly-refunded = Une partie de votre don vous a été rendue
gift-refunded = Votre don vous a été rendu
gift-waiting-text = Veuillez envoyer { $amount } depuis votre banque avec la référence ci-dessous. C’est à elle que nous reconnaissons votre don.
gift-pending-text = Le service de paiement ne nous a pas encore donné le résultat. Cela prend d’ordinaire quelques secondes, et cette page l’affichera d’elle-même.
gift-processing-text = Le service de paiement l’a accepté et le traite encore. Certains paiements prennent quelques jours. Vous n’avez plus rien à faire.
gift-fulfilled-text = Votre don de { $amount } est arrivé. Grâce à lui, ce travail continue et reste libre d’accès pour tous.
gift-failed-text = Le service de paiement l’a refusé, et rien n’a été prélevé. Une autre carte ou un autre moyen de paiement convient souvent.
gift-expired-text = Aucun paiement ne nous est parvenu à temps ; nous avons donc cessé d’attendre. Si vous l’avez envoyé, rien n’est perdu : dès son arrivée, nous l’enregistrons et envoyons votre reçu.
gift-cancelled-text = Rien n’a été prélevé. Si c’était une erreur, vous pouvez recommencer ; sinon, merci d’y avoir songé.
gift-partly-refunded-text = Nous avons rendu une partie de votre don de { $amount }, par le même chemin. Merci pour le reste.
gift-refunded-text = Nous avons rendu votre don de { $amount }, par le même chemin. Les banques l’affichent d’ordinaire sous quelques jours ouvrés.
gift-other-text = Cette page indique où en est votre don de { $amount }.
gift-recurring = Vous nous soutenez avec { $amount } { $per }.
bank-details = Coordonnées bancaires
bank-to = À
bank-amount = Montant
bank-reference = Référence
bank-code = Les mêmes coordonnées sous forme de code pour votre application bancaire
bank-scan = Scannez ce code avec votre application bancaire : tout est rempli d’avance.
gift-transfer-time = Un virement prend d’ordinaire un ou deux jours ouvrés. Nous avons aussi envoyé ces coordonnées à { $email }, et votre reçu suivra dès l’arrivée de l’argent.
gift-amount = Montant
gift-for = Pour
gift-payment = Paiement
gift-promised = Promis le
gift-received = Reçu le
gift-receipt = Reçu
gift-receipt-number = N° { $number }
gift-receipt-sent = N° { $number }, envoyé à { $email }
gift-back-to-payment = Retourner au paiement
gift-again = Réessayer
gift-back = Retour à la lecture
gift-private = Cette page n’appartient qu’à vous. Gardez son adresse : elle indiquera toujours où en est votre don.
