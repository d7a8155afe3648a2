error-home = Ir para a página inicial
error-mention = Se nos escrever sobre isto, mencione { $id }.
error-title-400 = Este pedido não pode ser lido
error-title-403 = Isto foi recusado
error-title-404 = Página não encontrada
error-title-409 = Agora não é possível
error-title-413 = É demais de uma só vez
error-title-422 = Verifique o que foi preenchido
error-title-429 = Um pouco mais devagar, por favor
error-title-503 = Voltamos já
error-title-other = Algo deu errado
error-not-found = { $what ->
    [article] Este artigo não existe aqui.
    [campaign] Esta campanha não existe aqui.
   *[other] Esta página não existe aqui.
} Talvez o endereço tenha mudado ou esteja escrito de outra forma.
error-method-not-allowed = Este endereço não aceita esse tipo de pedido.
error-internal-error = Algo deu errado do nosso lado. Nada do que foi enviado se perdeu nem foi contado duas vezes.
error-unavailable = O site está ocupado por um momento. Tente novamente em um minuto; nada foi cobrado.
error-invalid = Alguns campos precisam da sua atenção.
error-held = Uma pessoa está analisando isto. Nada se perdeu; tente novamente mais tarde.
error-rate-limited = Houve muitas tentativas daqui em pouco tempo. Aguarde alguns minutos e tente novamente.
error-gateway-refused = O serviço de pagamento não aceitou. Nada foi cobrado.

field-amount-empty = Indique um valor
field-amount-no-number = “{ $typed }” não é um valor; escreva um número como 25 ou 25,50
field-amount-not-positive = O valor deve ser maior que zero
field-amount-ambiguous = “{ $typed }” pode ser lido de duas formas; escreva { $thousands } ou { $decimal }
field-amount-too-precise = “{ $typed }” é mais preciso do que se pode pagar em { $currency }
field-amount-too-small = A menor doação é de { $limit }
field-amount-too-large = A maior doação aqui é de { $limit }; para valores maiores, escreva para nós
field-amount-not-payable = Este valor não pode ser pago desta forma; escolha outro valor ou outra forma de pagamento
field-below-tier = Este nível começa em um valor maior
field-unknown-campaign = Esta campanha não existe; volte ao artigo
field-campaign-closed = Esta campanha não recebe doações no momento
field-gateway-missing = Escolha como deseja pagar
field-unknown-gateway = Esta forma de pagamento não é oferecida aqui
field-unknown-currency = Não conhecemos esta moeda; escolha uma das mostradas
field-currency-not-taken = Doações nesta moeda não são aceitas aqui
field-unknown-frequency = Esta frequência não é oferecida; escolha uma das mostradas
field-unknown-tier = Este nível não existe mais
field-tier-not-offered = Este nível não é oferecido com esta frequência e nesta moeda
field-tier-full = Todas as vagas deste nível estão ocupadas
field-invalid-email = Isto não parece um e-mail; deve ser escrito como nome@example.org
field-email-missing = Indique o seu e-mail; o recibo será enviado para ele
field-too-long = Use no máximo { $max } caracteres
field-tribute-kind-missing = Escolha se a doação é em homenagem ou em memória de alguém
field-tribute-name-missing = Indique o nome da pessoa
field-unknown-tribute = Este tipo de dedicatória não existe
