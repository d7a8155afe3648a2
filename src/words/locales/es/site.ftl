### Lo que rodea cada página, y cómo se escriben importes y fechas.

language-name = Español

day = { $day } de { $month ->
    [1] enero
    [2] febrero
    [3] marzo
    [4] abril
    [5] mayo
    [6] junio
    [7] julio
    [8] agosto
    [9] septiembre
    [10] octubre
    [11] noviembre
   *[12] diciembre
} de { $year }
month-year = { $month ->
    [1] enero
    [2] febrero
    [3] marzo
    [4] abril
    [5] mayo
    [6] junio
    [7] julio
    [8] agosto
    [9] septiembre
    [10] octubre
    [11] noviembre
   *[12] diciembre
} de { $year }

amount = { $sign }{ $number }{"\u00A0"}{ $symbol }
currency-symbol = { $code ->
    [EUR] €
    [USD] US$
   *[other] { $code }
}

skip = Ir al texto
nav-main = Navegación principal
nav-articles = Artículos
nav-give = Donar
nav-patrons = Mecenas
nav-language = Idioma
colophon = Lo pagan sus lectores. Leer aquí no deja cookies ni carga nada de otros sitios.

articles-title = Artículos
articles-none = Todavía no se ha publicado nada. Vuelva pronto.
article-by = Por
article-and = y
article-more = Más para leer
list-pages = Páginas
list-before = Página anterior
list-after = Página siguiente
list-section = Sección
list-series = Serie
list-author = Artículos de { $name }
article-part = Parte { $number } de { $count }
article-also-in = También en
article-related = Relacionado
appeal-bar = Una petición de esta publicación
appeal-choose = Elija un importe
appeal-other = Otro importe
appeal-other-in = Otro importe, en { $currency }
appeal-instead = O donar en otra moneda:
appeal-ways = Formas de pago: { $ways }. Verá todo una vez más antes de pagar.
appeal-patreon = Hágase mecenas en Patreon
currency-name = { $code ->
    [EUR] euros
    [USD] dólares estadounidenses
    [GBP] libras esterlinas
    [CHF] francos suizos
    [JPY] yenes
   *[other] { $code }
}

give-kicker = Una donación
give-problem-title = Hay algo que requiere su atención
give-problem-note = No se ha cobrado nada, y lo que escribió sigue aquí.
give-empty = Deje esto vacío
give-part = Su donación
give-currency = Moneda
give-how-much = ¿Cuánto desea donar?
give-other = Otro importe
give-other-in = Otro importe, en { $currency }
give-amount-in = Importe, en { $currency }
give-from-to = Cualquier importe de { $minimum } a { $maximum }.
give-from = Cualquier importe a partir de { $minimum }.
give-cover = Añadir un poco para cubrir la comisión del pago, de modo que llegue la donación entera
give-cover-note = (las transferencias no la tienen)
give-you = Sobre usted
give-optional = (opcional)
give-name = Nombre
give-name-hint = Tal como debe figurar en su recibo.
give-email = Correo electrónico
give-email-hint = Ahí llega su recibo. Nunca se publica.
give-hidden = No incluir mi nombre en ninguna lista de donantes
give-campaign = Sobre esta campaña
give-wall = Figurar entre quienes apoyan
give-wall-yes = Mostrar mi nombre en la página de esta campaña
give-wall-note = Su nombre aparece allí cuando su donación ha llegado. Puede hacerlo retirar en cualquier momento.
give-wall-name = Nombre que se muestra
give-wall-name-hint = Si se deja vacío, es el nombre de arriba.
give-wall-amount = Mostrar cuánto he donado
give-pay = Cómo paga
give-more = Añadir un mensaje o una dedicatoria
give-message = Un mensaje para nosotros
give-tribute = Donar en nombre de otra persona
give-tribute-none = Sin dedicatoria
give-tribute-honour = En honor de
give-tribute-memory = En memoria de
give-tribute-name = ¿A nombre de quién?
give-continue = Continuar
give-privacy = Usamos su nombre y su correo electrónico para registrar esta donación, enviarle el recibo y llevar las cuentas que exige la ley. Nunca los vendemos ni los cedemos; solo los ve el servicio de pago que usted elija. Los números de tarjeta se escriben en la página de ese servicio y nunca llegan a nosotros.
give-often = ¿Con qué frecuencia?
often-once = Una vez
often-weekly = Cada semana
often-monthly = Cada mes
often-quarterly = Cada tres meses
often-yearly = Cada año
per-weekly = a la semana
per-monthly = al mes
per-quarterly = cada tres meses
per-yearly = al año
give-tier = Nivel
give-tier-none = Sin nivel, un importe propio
give-often-hint = El apoyo periódico puede cambiarse, suspenderse o terminarse en cualquier momento.
gateway-stripe = Tarjeta o monedero electrónico
gateway-paypal = PayPal
gateway-sandbox = Pago de prueba
gateway-bank_transfer = Transferencia bancaria
gateway-cash = Efectivo
gateway-cheque = Cheque
gateway-import = Donado anteriormente
gateway-stripe-hint = Tarjeta, Apple Pay, Google Pay y formas de pago locales, en la página segura de Stripe.
gateway-paypal-hint = Con su cuenta de PayPal, en la página segura de PayPal.
gateway-sandbox-hint = Para probar el sitio: verá una página de pago, y no se mueve dinero.
gateway-bank_transfer-hint = Recibirá los datos de la cuenta y una referencia, aquí y por correo electrónico.

campaign-kicker = Una campaña
campaign-progress = Hasta dónde hemos llegado
campaign-raised-of = Han llegado { $raised } de { $goal }: { $percent } %.
campaign-raised = Han llegado { $raised }.
campaign-converted = Entre ellos { $net }, contados como { $worth }: un { $currency } valía { $rate } { $into } el { $day }, según { $source }.
campaign-beside = Además llegaron { $net }, para los que no se indica ningún cambio.
campaign-gifts = { $gifts ->
    [0] Ninguna donación todavía
    [one] Una donación hasta ahora
    [many] { $gifts } de donaciones hasta ahora
   *[other] { $gifts } donaciones hasta ahora
}
campaign-starts = Esta campaña acepta donaciones desde el { $day }.
campaign-ends = Acepta donaciones hasta el { $day }.
campaign-ended = Esta campaña terminó el { $day } y ya no acepta donaciones.
campaign-give = Donar a esta campaña
campaign-updates = Lo que ha pasado desde entonces
campaign-feed = Novedades: { $title }
campaign-follow = Seguir como fuente web:
campaign-wall = Quienes apoyan
campaign-wall-none = Aquí todavía no se nombra a nadie.
campaign-wall-first = Los nombres más recientes
campaign-wall-more = Más nombres
campaign-wall-how = Solo se nombra a quien lo ha pedido, con el nombre que eligió.
campaign-share = Contarlo a otros
campaign-share-address = Dirección de esta página
campaign-share-mail = Por correo electrónico
campaign-share-note = Son enlaces sencillos: no se carga nada de otros sitios y nadie sabe que usted estuvo aquí si no sigue uno.

patrons-title = Hágase mecenas
patrons-intro = El apoyo periódico es lo que nos permite planificar. Elija un nivel o un importe propio.
patrons-amount = { $amount } { $per }
patrons-choose = Hacerse mecenas
patrons-full = Todas las plazas están ocupadas
patrons-left = { $places ->
    [one] Queda { $places } plaza
    [many] Quedan { $places } de plazas
   *[other] Quedan { $places } plazas
}
patrons-own = Donar un importe propio
patrons-how = Puede cambiar el importe, suspenderlo o dejarlo cuando quiera, sin escribir a nadie. Cada pago tiene su propio recibo.
patrons-none = Por ahora no hay niveles; aun así puede donar periódicamente un importe propio.

gift-title = Su donación
gift-waiting = Gracias. Falta un paso.
gift-pending = Esperando su pago
gift-processing = Su pago está en camino
gift-thanks = Gracias.
gift-thanks-name = Gracias, { $name }.
gift-failed = El pago no se ha realizado
gift-expired = Esta donación no se completó
gift-cancelled = Usted canceló esta donación
gift-partly-refunded = Se ha devuelto una parte de su donación
gift-refunded = Se ha devuelto su donación
gift-waiting-text = Envíe { $amount } desde su banco con la referencia de abajo. Por ella reconocemos su donación.
gift-pending-text = El servicio de pago aún no nos ha comunicado el resultado. Suele tardar unos segundos, y esta página lo mostrará por sí sola.
gift-processing-text = El servicio de pago lo ha aceptado y sigue tramitándolo. Algunas formas de pago tardan unos días. Usted no tiene que hacer nada más.
gift-fulfilled-text = Su donación de { $amount } ha llegado. Gracias a ella, este trabajo continúa y sigue siendo de lectura libre para todos.
gift-failed-text = El servicio de pago lo rechazó, y no se ha cobrado nada. A menudo funciona otra tarjeta u otra forma de pago.
gift-expired-text = No nos llegó ningún pago a tiempo, por lo que hemos dejado de esperar. Si lo envió, nada se pierde: en cuanto llegue lo registramos y le enviamos su recibo.
gift-cancelled-text = No se ha cobrado nada. Si fue un descuido, puede empezar de nuevo; si no, gracias por haberlo pensado.
gift-partly-refunded-text = Hemos devuelto una parte de su donación de { $amount } por la misma vía. Gracias por el resto.
gift-refunded-text = Hemos devuelto su donación de { $amount } por la misma vía. Los bancos suelen mostrarlo en unos días hábiles.
gift-other-text = Esta página muestra en qué punto está su donación de { $amount }.
gift-recurring = Nos apoya con { $amount } { $per }.
bank-details = Datos bancarios
bank-to = A nombre de
bank-amount = Importe
bank-reference = Referencia
bank-code = Los mismos datos como código para la aplicación de su banco
bank-scan = Escanéelo con la aplicación de su banco y todo quedará rellenado.
gift-transfer-time = Una transferencia suele tardar uno o dos días hábiles. También hemos enviado estos datos a { $email }, y su recibo llegará cuando entre el dinero.
gift-amount = Importe
gift-for = Para
gift-payment = Pago
gift-promised = Prometida el
gift-received = Recibida el
gift-receipt = Recibo
gift-receipt-number = N.º { $number }
gift-receipt-sent = N.º { $number }, enviado a { $email }
gift-back-to-payment = Volver al pago
gift-again = Intentarlo de nuevo
gift-back = Volver a la lectura
gift-private = Esta página es solo para usted. Guarde su dirección: siempre mostrará en qué punto está su donación.
