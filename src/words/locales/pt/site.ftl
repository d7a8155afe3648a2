### O que rodeia cada página, e como se escrevem valores e datas.

language-name = Português

day = { $day } de { $month ->
    [1] janeiro
    [2] fevereiro
    [3] março
    [4] abril
    [5] maio
    [6] junho
    [7] julho
    [8] agosto
    [9] setembro
    [10] outubro
    [11] novembro
   *[12] dezembro
} de { $year }
month-year = { $month ->
    [1] janeiro
    [2] fevereiro
    [3] março
    [4] abril
    [5] maio
    [6] junho
    [7] julho
    [8] agosto
    [9] setembro
    [10] outubro
    [11] novembro
   *[12] dezembro
} de { $year }

amount = { $sign }{ $symbol }{"\u00A0"}{ $number }
currency-symbol = { $code ->
    [BRL] R$
    [EUR] €
    [GBP] £
    [USD] US$
    [JPY] JP¥
   *[other] { $code }
}

skip = Ir para o texto
nav-main = Navegação principal
nav-articles = Artigos
nav-give = Doar
nav-patrons = Apoiadores
nav-language = Idioma
colophon = Pago por quem lê. Ler aqui não grava cookies nem carrega nada de outros sites.

articles-title = Artigos
articles-none = Ainda nada foi publicado. Volte em breve.
article-by = Por
article-and = e
article-more = Mais para ler
list-pages = Páginas
list-before = Página anterior
list-after = Página seguinte
list-section = Secção
list-series = Série
list-author = Artigos de { $name }
article-part = Parte { $number } de { $count }
article-also-in = Também em
article-related = Relacionado
appeal-bar = Um pedido desta publicação
appeal-choose = Escolha um valor
appeal-other = Outro valor
appeal-other-in = Outro valor, em { $currency }
appeal-instead = Ou doar em outra moeda:
appeal-ways = Formas de pagamento: { $ways }. Tudo será mostrado mais uma vez antes do pagamento.
appeal-patreon = Apoie pelo Patreon
currency-name = { $code ->
    [BRL] reais
    [EUR] euros
    [USD] dólares americanos
    [GBP] libras esterlinas
    [CHF] francos suíços
    [JPY] ienes
   *[other] { $code }
}

give-kicker = Uma doação
give-problem-title = Algo precisa da sua atenção
give-problem-note = Nada foi cobrado, e o que foi escrito continua aqui.
give-empty = Deixe este campo vazio
give-part = A sua doação
give-currency = Moeda
give-how-much = Quanto deseja doar?
give-other = Outro valor
give-other-in = Outro valor, em { $currency }
give-amount-in = Valor, em { $currency }
give-from-to = Qualquer valor de { $minimum } a { $maximum }.
give-from = Qualquer valor a partir de { $minimum }.
give-cover = Acrescentar um pouco para cobrir a taxa de pagamento, para que a doação chegue inteira
give-cover-note = (transferências não têm taxa)
give-you = Os seus dados
give-optional = (opcional)
give-name = Nome
give-name-hint = Como deve constar no recibo.
give-email = E-mail
give-email-hint = O recibo será enviado para cá. O endereço nunca é publicado.
give-hidden = Não incluir o meu nome em nenhuma lista de apoiadores
give-campaign = Sobre esta campanha
give-wall = Ser nomeado entre quem apoia
give-wall-yes = Mostrar o meu nome na página desta campanha
give-wall-note = O seu nome aparece ali quando o donativo tiver chegado. Pode pedir que seja retirado a qualquer momento.
give-wall-name = Nome a mostrar
give-wall-name-hint = Se ficar vazio, é o nome acima.
give-wall-amount = Mostrar quanto dei
give-pay = Como deseja pagar
give-more = Acrescentar uma mensagem ou uma dedicatória
give-message = Uma mensagem para nós
give-tribute = Doar em nome de alguém
give-tribute-none = Sem dedicatória
give-tribute-honour = Em homenagem a
give-tribute-memory = Em memória de
give-tribute-name = Em nome de quem?
give-continue = Continuar
give-privacy = O seu nome e o seu e-mail servem para registrar esta doação, enviar o recibo e manter a contabilidade que a lei exige. Nunca os vendemos nem emprestamos; só o serviço de pagamento escolhido os vê. Os números de cartão são digitados na página desse serviço e nunca chegam a nós.
give-often = Com que frequência?
often-once = Uma vez
often-weekly = Toda semana
often-monthly = Todo mês
often-quarterly = A cada três meses
often-yearly = Todo ano
per-weekly = por semana
per-monthly = por mês
per-quarterly = a cada três meses
per-yearly = por ano
give-tier = Nível
give-tier-none = Sem nível, um valor livre
give-often-hint = O apoio regular pode ser alterado, suspenso ou encerrado a qualquer momento.
gateway-stripe = Cartão ou carteira digital
gateway-paypal = PayPal
gateway-sandbox = Pagamento de teste
gateway-bank_transfer = Transferência bancária
gateway-cash = Dinheiro
gateway-cheque = Cheque
gateway-import = Doado anteriormente
gateway-stripe-hint = Cartão, Apple Pay, Google Pay e formas de pagamento locais, na página segura da Stripe.
gateway-paypal-hint = Com a sua conta PayPal, na página segura da PayPal.
gateway-sandbox-hint = Para experimentar o site: aparece uma página de pagamento, e nenhum dinheiro é movimentado.
gateway-bank_transfer-hint = Os dados da conta e uma referência aparecem aqui e são enviados por e-mail.

campaign-kicker = Uma campanha
campaign-progress = Até onde chegámos
campaign-raised-of = Chegaram { $raised } de { $goal }: { $percent } %.
campaign-raised = Chegaram { $raised }.
campaign-converted = Entre eles { $net }, contados como { $worth }: um { $currency } valia { $rate } { $into } em { $day }, segundo { $source }.
campaign-beside = Além disso chegaram { $net }, para os quais não é indicado nenhum câmbio.
campaign-gifts = { $gifts ->
    [0] Ainda nenhum donativo
    [one] Um donativo até agora
    [many] { $gifts } de donativos até agora
   *[other] { $gifts } donativos até agora
}
campaign-starts = Esta campanha recebe donativos a partir de { $day }.
campaign-ends = Recebe donativos até { $day }.
campaign-ended = Esta campanha terminou em { $day } e já não recebe donativos.
campaign-give = Doar a esta campanha
campaign-updates = O que aconteceu desde então
campaign-feed = Novidades: { $title }
campaign-follow = Seguir por feed:
campaign-wall = Quem apoia
campaign-wall-none = Ainda ninguém é nomeado aqui.
campaign-wall-first = Os nomes mais recentes
campaign-wall-more = Mais nomes
campaign-wall-how = Só é nomeado quem o pediu, com o nome que escolheu.
campaign-share = Contar a outros
campaign-share-address = Endereço desta página
campaign-share-mail = Por correio eletrónico
campaign-share-note = São ligações simples: nada é carregado de outros sítios e ninguém sabe que esteve aqui se não seguir nenhuma.

patrons-title = Apoie regularmente
patrons-intro = É o apoio regular que nos permite planejar. Escolha um nível ou um valor livre.
patrons-amount = { $amount } { $per }
patrons-choose = Apoiar
patrons-full = Todas as vagas estão ocupadas
patrons-left = { $places ->
    [one] Resta { $places } vaga
    [many] Restam { $places } de vagas
   *[other] Restam { $places } vagas
}
patrons-own = Doar um valor livre
patrons-how = É possível alterar o valor, suspender ou parar quando quiser, sem escrever a ninguém. Cada pagamento tem o seu próprio recibo.
patrons-none = No momento não há níveis; ainda assim é possível doar regularmente um valor livre.

gift-title = A sua doação
gift-waiting = Agradecemos. Falta um passo.
gift-pending = Aguardando o seu pagamento
gift-processing = O seu pagamento está a caminho
gift-thanks = Agradecemos de coração.
gift-thanks-name = Agradecemos de coração, { $name }.
gift-failed = O pagamento não foi concluído
gift-expired = Esta doação não foi concluída
gift-cancelled = Esta doação foi cancelada por si
gift-partly-refunded = Parte da sua doação foi devolvida
gift-refunded = A sua doação foi devolvida
gift-waiting-text = Envie { $amount } pelo seu banco com a referência abaixo. É por ela que reconhecemos a sua doação.
gift-pending-text = O serviço de pagamento ainda não nos informou o resultado. Costuma levar alguns segundos, e esta página o mostrará por si só.
gift-processing-text = O serviço de pagamento aceitou e ainda está processando. Algumas formas de pagamento levam alguns dias. Não há mais nada a fazer.
gift-fulfilled-text = A sua doação de { $amount } chegou. Graças a ela, este trabalho continua e permanece de leitura livre para todos.
gift-failed-text = O serviço de pagamento recusou, e nada foi cobrado. Outro cartão ou outra forma de pagamento costuma funcionar.
gift-expired-text = Nenhum pagamento chegou a tempo, por isso deixamos de esperar. Se ele foi enviado, nada se perdeu: assim que chegar, será registrado e o recibo será enviado.
gift-cancelled-text = Nada foi cobrado. Se foi um engano, é possível começar de novo; se não, agradecemos a intenção.
gift-partly-refunded-text = Devolvemos parte da sua doação de { $amount } pelo mesmo caminho. Agradecemos o restante.
gift-refunded-text = Devolvemos a sua doação de { $amount } pelo mesmo caminho. Os bancos costumam mostrá-la em alguns dias úteis.
gift-other-text = Esta página mostra em que ponto está a sua doação de { $amount }.
gift-recurring = O seu apoio é de { $amount } { $per }.
bank-details = Dados bancários
bank-to = Favorecido
bank-amount = Valor
bank-reference = Referência
bank-code = Os mesmos dados em código para o aplicativo do seu banco
bank-scan = Leia o código com o aplicativo do seu banco e tudo estará preenchido.
gift-transfer-time = Uma transferência costuma levar um ou dois dias úteis. Também enviamos estes dados para { $email }, e o recibo seguirá quando o dinheiro chegar.
gift-amount = Valor
gift-for = Para
gift-payment = Pagamento
gift-promised = Prometida em
gift-received = Recebida em
gift-receipt = Recibo
gift-receipt-number = N.º { $number }
gift-receipt-sent = N.º { $number }, enviado para { $email }
gift-back-to-payment = Voltar ao pagamento
gift-again = Tentar novamente
gift-back = Voltar à leitura
gift-private = Esta página é só sua. Guarde o endereço: ele sempre mostrará em que ponto está a sua doação.
