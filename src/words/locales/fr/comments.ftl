### What readers say below articles.

comments-count = { $count ->
    [one] { $count } commentaire
    [many] { $count } de commentaires
   *[other] { $count } commentaires
}
comments-feed = Commentaires : { $title }
comments-first = Soyez la première personne à commenter
comments-none = Aucun commentaire
comments-closed = Cet article n’accepte plus de commentaires.
comments-write = Laisser un commentaire
comments-answer = Répondre
comments-reply-to = Répondre à { $name }
comments-removed = Ce commentaire a été retiré.
comments-text = Commentaire
comments-text-hint = Texte simple, 2 000 caractères au plus. Chaque commentaire est lu avant de paraître.
comments-name = Nom
comments-name-hint = Il figure au-dessus de votre commentaire.
comments-email = Adresse électronique
comments-email-hint = Votre adresse électronique ne sera pas publiée.
comments-send = Envoyer le commentaire
comments-privacy = Nous conservons votre commentaire avec votre nom et votre adresse électronique, sans transmettre ni l’un ni l’autre. Nous ne cherchons pas à savoir si vous avez fait un don.
comments-held-title = Merci de votre commentaire
comments-held = Il est en attente de modération : il n’est pas encore visible et le sera dès que quelqu’un ici l’aura lu et approuvé.
comments-back = Retour à l’article
comments-edited = modifié le { $date }
comments-wants-answers = M’écrire quand quelqu’un répond
comments-wants-answers-note = Chaque courriel porte un lien pour ne plus en recevoir.
comments-own-title = Votre commentaire
comments-own-held = Il attend d’être lu ici ; personne d’autre ne peut encore le voir.
comments-own-approved = Tout le monde peut le lire sous l’article.
comments-own-rejected = Il n’est pas affiché.
comments-own-spam = Il n’est pas affiché.
comments-done-changed = Votre commentaire a été modifié.
comments-done-answers = Nous vous écrirons quand quelqu’un répondra.
comments-done-no-answers = Nous ne vous écrirons plus au sujet des réponses.
comments-done-known = Ce navigateur sera reconnu pendant un an.
comments-done-shown = Merci : votre commentaire est affiché.
comments-change = Le modifier
comments-change-hint = Texte simple, 2 000 caractères au plus. Ce qui a été modifié peut être relu ici avant d’être affiché.
comments-change-save = Enregistrer la modification
comments-answers = Réponses
comments-answers-yes = Nous vous écrivons quand quelqu’un répond dans ce fil.
comments-answers-no = Nous ne vous écrivons pas quand quelqu’un répond.
comments-answers-begin = M’écrire au sujet des réponses
comments-answers-stop = Ne plus m’écrire au sujet des réponses
comments-known = Commenter sans attendre
comments-known-note = Qui a déjà plusieurs commentaires approuvés n’attend pas, depuis un navigateur connu. Un cookie s’en souvient pendant un an.
comments-known-button = Se souvenir de moi dans ce navigateur
comments-remove = Le retirer
comments-remove-note = Ce que vous avez écrit disparaît aussitôt et pour toujours, avec votre nom et votre adresse. Si d’autres ont répondu, leurs réponses restent.
comments-remove-all = Retirer tout ce qui a été écrit ici depuis mon adresse
comments-keep = Le garder
comments-letter-shown-subject = Votre commentaire est affiché
comments-letter-shown = votre commentaire sur « { $article } » a été lu ici, et tout le monde peut maintenant le voir.
comments-letter-read = Le lire
comments-letter-own = Vous pouvez le modifier ou le retirer. Quiconque a ce lien le peut aussi : gardez-le pour vous.
comments-letter-own-button = Modifier ou retirer
comments-letter-told = Nous vous écrirons quand quelqu’un répondra dans ce fil.
comments-letter-answered-subject = { $by } a répondu
comments-letter-answered = { $by } a écrit dans un de vos fils, sous « { $article } » :
comments-letter-stop = Vous avez demandé à être prévenu des réponses.
comments-letter-stop-button = Ne plus recevoir ces courriels
comments-letter-reason = Vous recevez ce courriel parce que cette adresse a été donnée avec un commentaire sur { $site }. Il ne concerne que ce commentaire ; vous n’êtes sur aucune liste.

field-comment-name-missing = Veuillez indiquer un nom ; il figure au-dessus de votre commentaire
field-comment-email-missing = Veuillez indiquer votre adresse électronique ; elle n’est pas publiée
field-comment-missing = Veuillez écrire quelque chose
field-comment-gone = Le commentaire auquel vous répondez n’est plus là ; envoyé de nouveau, le vôtre paraîtra seul
field-comment-same = Vous avez déjà écrit exactement cela ici
error-comments-closed = Cet article n’accepte plus de commentaires ; ce que vous avez écrit n’a pas été envoyé
error-comments-paused = Les commentaires sont suspendus pour quelques heures ; ce que vous avez écrit n’a pas été envoyé. Revenez plus tard, s’il vous plaît
