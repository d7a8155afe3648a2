error-home = Aller à la page d’accueil
error-mention = Si vous nous écrivez à ce sujet, veuillez mentionner { $id }.
error-title-400 = Cette demande est illisible
error-title-403 = Cette demande a été refusée
error-title-404 = Page introuvable
error-title-409 = C’est impossible pour l’instant
error-title-413 = C’est trop à la fois
error-title-422 = Veuillez vérifier votre saisie
error-title-429 = Un peu moins vite, s’il vous plaît
error-title-503 = De retour dans un instant
error-title-other = Une erreur s’est produite
error-not-found = { $what ->
    [article] Cet article n’existe pas ici.
    [campaign] Cette campagne n’existe pas ici.
   *[other] Il n’y a pas de telle page ici.
} L’adresse a peut-être changé, ou elle est mal écrite.
error-method-not-allowed = Cette adresse n’accepte pas ce type de demande.
error-internal-error = Une erreur s’est produite de notre côté. Rien de ce que vous avez envoyé n’a été perdu ni compté deux fois.
error-unavailable = Le site est occupé pour un instant. Veuillez réessayer dans une minute ; rien n’a été débité.
error-invalid = Certains champs demandent votre attention.
error-held = Une personne examine ce cas. Rien n’est perdu ; veuillez réessayer plus tard.
error-rate-limited = Il y a eu beaucoup d’essais d’ici en peu de temps. Veuillez patienter quelques minutes et réessayer.
error-gateway-refused = Le service de paiement n’a pas accepté. Rien n’a été débité.

field-amount-empty = Veuillez indiquer un montant
field-amount-no-number = « { $typed } » n’est pas un montant ; écrivez un nombre comme 25 ou 25,50
field-amount-not-positive = Le montant doit être supérieur à zéro
field-amount-ambiguous = « { $typed } » peut se lire de deux façons ; écrivez { $thousands } ou { $decimal }
field-amount-too-precise = « { $typed } » est plus précis que ce qui peut être payé en { $currency }
field-amount-too-small = Le plus petit don est de { $limit }
field-amount-too-large = Le plus grand don possible ici est de { $limit } ; pour davantage, veuillez nous écrire
field-amount-not-payable = Ce montant ne peut pas être payé ainsi ; veuillez choisir un autre montant ou un autre moyen de paiement
field-below-tier = Cette formule commence à un montant plus élevé
field-unknown-campaign = Cette campagne n’existe pas ; veuillez retourner à l’article
field-campaign-closed = Cette campagne ne reçoit pas de dons en ce moment
field-gateway-missing = Veuillez choisir comment vous souhaitez payer
field-unknown-gateway = Ce moyen de paiement n’est pas proposé ici
field-unknown-currency = Nous ne connaissons pas cette devise ; veuillez en choisir une parmi celles affichées
field-currency-not-taken = Les dons dans cette devise ne sont pas acceptés ici
field-unknown-frequency = Ce rythme n’est pas proposé ; veuillez en choisir un parmi ceux affichés
field-unknown-tier = Cette formule n’existe plus
field-tier-not-offered = Cette formule n’est pas proposée à ce rythme et dans cette devise
field-tier-full = Toutes les places de cette formule sont prises
field-invalid-email = Cela ne ressemble pas à une adresse électronique ; elle devrait s’écrire comme nom@example.org
field-email-missing = Veuillez indiquer votre adresse électronique ; le reçu y sera envoyé
field-too-long = Veuillez vous limiter à { $max } caractères
field-tribute-kind-missing = Veuillez choisir si le don est fait en l’honneur ou à la mémoire de quelqu’un
field-tribute-name-missing = Veuillez indiquer le nom de la personne
field-unknown-tribute = Ce type de dédicace n’existe pas
