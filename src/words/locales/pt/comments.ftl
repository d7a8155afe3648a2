### What readers say below articles.

comments-count = { $count ->
    [one] { $count } comentário
    [many] { $count } de comentários
   *[other] { $count } comentários
}
comments-feed = Comentários: { $title }
comments-first = Escreva o primeiro comentário
comments-none = Nenhum comentário
comments-closed = Este artigo já não aceita comentários.
comments-write = Deixar um comentário
comments-answer = Responder
comments-reply-to = Responder a { $name }
comments-removed = Este comentário foi retirado.
comments-text = Comentário
comments-text-hint = Texto simples, até 2.000 caracteres. Cada comentário é lido antes de aparecer.
comments-name = Nome
comments-name-hint = Aparece acima do seu comentário.
comments-email = E-mail
comments-email-hint = O seu e-mail não será publicado.
comments-send = Enviar o comentário
comments-privacy = Guardamos o seu comentário com o seu nome e o seu e-mail e não repassamos nenhum deles. Não procuramos saber se você está entre quem doou.
comments-held-title = Obrigado pelo seu comentário
comments-held = Ele aguarda moderação: ainda não está visível e ficará assim que alguém aqui o tiver lido e aprovado.
comments-back = Voltar ao artigo
comments-edited = alterado em { $date }
comments-wants-answers = Escrevam-me quando alguém responder
comments-wants-answers-note = Cada mensagem traz uma ligação para deixar de as receber.
comments-own-title = O seu comentário
comments-own-held = Espera que alguém o leia aqui; ainda ninguém mais o pode ver.
comments-own-approved = Todos o podem ler por baixo do artigo.
comments-own-rejected = Não é mostrado.
comments-own-spam = Não é mostrado.
comments-done-changed = O seu comentário foi alterado.
comments-done-answers = Escrever-lhe-emos quando alguém responder.
comments-done-no-answers = Já não lhe escreveremos sobre respostas.
comments-done-known = Este navegador será lembrado durante um ano.
comments-done-shown = Obrigado: o seu comentário está à vista.
comments-change = Alterar
comments-change-hint = Texto simples, até 2000 caracteres. O que foi alterado pode ser lido aqui outra vez antes de ser mostrado.
comments-change-save = Guardar a alteração
comments-answers = Respostas
comments-answers-yes = Escrevemos-lhe quando alguém responde nesta conversa.
comments-answers-no = Não lhe escrevemos quando alguém responde.
comments-answers-begin = Escrevam-me sobre respostas
comments-answers-stop = Não me escrevam sobre respostas
comments-known = Comentar sem esperar
comments-known-note = Quem já tem vários comentários aprovados não precisa de esperar, num navegador conhecido. É lembrado por um cookie, durante um ano.
comments-known-button = Lembrar-me neste navegador
comments-remove = Retirar
comments-remove-note = O que escreveu desaparece de imediato e para sempre, com o seu nome e endereço. Se outros responderam, as respostas ficam.
comments-remove-all = Retirar tudo o que foi escrito aqui a partir do meu endereço
comments-keep = Manter
comments-letter-shown-subject = O seu comentário está à vista
comments-letter-shown = o seu comentário sobre “{ $article }” foi lido aqui, e agora todos o podem ver.
comments-letter-read = Ler
comments-letter-own = Pode alterá-lo ou retirá-lo. Quem tiver esta ligação também pode; guarde-a para si, por favor.
comments-letter-own-button = Alterar ou retirar
comments-letter-told = Escrever-lhe-emos quando alguém responder na conversa.
comments-letter-answered-subject = { $by } respondeu
comments-letter-answered = { $by } escreveu numa conversa sua sobre “{ $article }”:
comments-letter-stop = Pediu para ser avisado das respostas.
comments-letter-stop-button = Deixar de receber estas mensagens
comments-letter-reason = Recebe esta mensagem porque este endereço foi indicado com um comentário em { $site }. Trata apenas desse comentário; não está em nenhuma lista.

field-comment-name-missing = Informe um nome; ele aparece acima do seu comentário
field-comment-email-missing = Informe o seu e-mail; ele não é publicado
field-comment-missing = Escreva alguma coisa
field-comment-gone = O comentário a que você responde já não está aqui; enviado de novo, o seu aparecerá sozinho
field-comment-same = Já escreveu exatamente isto aqui
error-comments-closed = Este artigo já não aceita comentários; o que você escreveu não foi enviado
error-comments-paused = Os comentários descansam por algumas horas; o que você escreveu não foi enviado. Volte mais tarde, por favor
