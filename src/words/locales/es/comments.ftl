### What readers say below articles.

comments-count = { $count ->
    [one] { $count } comentario
    [many] { $count } de comentarios
   *[other] { $count } comentarios
}
comments-feed = Comentarios: { $title }
comments-first = Escriba el primer comentario
comments-none = Ningún comentario
comments-closed = Este artículo ya no admite comentarios.
comments-write = Dejar un comentario
comments-answer = Responder
comments-reply-to = Responder a { $name }
comments-removed = Este comentario se ha retirado.
comments-text = Comentario
comments-text-hint = Texto sin formato, hasta 2000 caracteres. Cada comentario se lee antes de mostrarse.
comments-name = Nombre
comments-name-hint = Aparece encima de su comentario.
comments-email = Correo electrónico
comments-email-hint = Su correo electrónico no se publicará.
comments-send = Enviar el comentario
comments-privacy = Guardamos su comentario con su nombre y su correo electrónico y no cedemos ninguno de los dos. No buscamos si figura entre quienes han donado.
comments-held-title = Gracias por su comentario
comments-held = Está pendiente de moderación: todavía no se ve, y se verá cuando alguien aquí lo haya leído y aprobado.
comments-back = Volver al artículo
comments-edited = modificado el { $date }
comments-wants-answers = Escríbanme cuando alguien responda
comments-wants-answers-note = Cada correo lleva un enlace para dejar de recibirlos.
comments-own-title = Su comentario
comments-own-held = Espera a que alguien lo lea aquí; nadie más puede verlo todavía.
comments-own-approved = Cualquiera puede leerlo debajo del artículo.
comments-own-rejected = No se muestra.
comments-own-spam = No se muestra.
comments-done-changed = Su comentario se ha modificado.
comments-done-answers = Le escribiremos cuando alguien responda.
comments-done-no-answers = Ya no le escribiremos sobre las respuestas.
comments-done-known = Este navegador se recordará durante un año.
comments-done-shown = Gracias: su comentario ya se ve.
comments-change = Modificarlo
comments-change-hint = Texto sin formato, hasta 2.000 caracteres. Lo modificado puede leerse aquí otra vez antes de mostrarse.
comments-change-save = Guardar el cambio
comments-answers = Respuestas
comments-answers-yes = Le escribimos cuando alguien responde en este hilo.
comments-answers-no = No le escribimos cuando alguien responde.
comments-answers-begin = Escríbanme sobre las respuestas
comments-answers-stop = No me escriban sobre las respuestas
comments-known = Comentarios sin espera
comments-known-note = Quien ya tiene varios comentarios aprobados no tiene que esperar, desde un navegador conocido. Se recuerda con una cookie, durante un año.
comments-known-button = Recordarme en este navegador
comments-remove = Retirarlo
comments-remove-note = Lo que escribió desaparece enseguida y para siempre, con su nombre y su dirección. Si otros respondieron, sus respuestas se quedan.
comments-remove-all = Retirar todo lo que se escribió aquí desde mi dirección
comments-keep = Conservarlo
comments-letter-shown-subject = Su comentario ya se ve
comments-letter-shown = hemos leído su comentario sobre «{ $article }», y ahora todos pueden verlo.
comments-letter-read = Leerlo
comments-letter-own = Puede modificarlo o retirarlo. Puede hacerlo cualquiera que tenga este enlace: no lo comparta, por favor.
comments-letter-own-button = Modificar o retirar
comments-letter-told = Le escribiremos cuando alguien responda en el hilo.
comments-letter-answered-subject = { $by } ha respondido
comments-letter-answered = { $by } ha escrito en un hilo suyo sobre «{ $article }»:
comments-letter-stop = Pidió que le avisáramos de las respuestas.
comments-letter-stop-button = Dejar de recibir estos correos
comments-letter-reason = Recibe este correo porque esta dirección se indicó con un comentario en { $site }. Trata solo de ese comentario; no figura en ninguna lista.

field-comment-name-missing = Indique un nombre; aparece encima de su comentario
field-comment-email-missing = Indique su correo electrónico; no se publica
field-comment-missing = Escriba algo
field-comment-gone = El comentario al que responde ya no está; si lo envía de nuevo, el suyo aparecerá por sí solo
field-comment-same = Esto mismo ya lo ha escrito aquí
error-comments-closed = Este artículo ya no admite comentarios; lo que ha escrito no se ha enviado
error-comments-paused = Los comentarios descansan unas horas; lo que ha escrito no se ha enviado. Vuelva más tarde, por favor
