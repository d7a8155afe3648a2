error-home = Ir a la portada
error-mention = Si nos escribe por esto, mencione { $id }.
error-title-400 = Esta petición no se puede leer
error-title-403 = Se ha rechazado
error-title-404 = Página no encontrada
error-title-409 = Ahora no es posible
error-title-413 = Es demasiado de una vez
error-title-422 = Revise lo que ha escrito
error-title-429 = Un poco más despacio, por favor
error-title-503 = Volvemos en un momento
error-title-other = Algo ha salido mal
error-not-found = { $what ->
    [article] Ese artículo no existe aquí.
    [campaign] Esa campaña no existe aquí.
   *[other] Esa página no existe aquí.
} Quizá la dirección haya cambiado o esté mal escrita.
error-method-not-allowed = Esta dirección no admite ese tipo de petición.
error-internal-error = Algo ha salido mal por nuestra parte. Nada de lo que envió se ha perdido ni contado dos veces.
error-unavailable = El sitio está ocupado por un momento. Inténtelo de nuevo en un minuto; no se ha cobrado nada.
error-invalid = Algunos campos requieren su atención.
error-held = Una persona lo está revisando. Nada se ha perdido; inténtelo más tarde.
error-rate-limited = Ha habido muchos intentos desde aquí en poco tiempo. Espere unos minutos e inténtelo de nuevo.
error-gateway-refused = El servicio de pago no lo ha aceptado. No se ha cobrado nada.

field-amount-empty = Indique un importe
field-amount-no-number = «{ $typed }» no es un importe; escriba un número como 25 o 25,50
field-amount-not-positive = El importe debe ser mayor que cero
field-amount-ambiguous = «{ $typed }» puede leerse de dos maneras; escriba { $thousands } o { $decimal }
field-amount-too-precise = «{ $typed }» es más preciso de lo que se puede pagar en { $currency }
field-amount-too-small = La donación mínima es de { $limit }
field-amount-too-large = La donación máxima aquí es de { $limit }; para una mayor, escríbanos
field-amount-not-payable = Este importe no se puede pagar así; elija otro importe u otra forma de pago
field-below-tier = Este nivel empieza en un importe mayor
field-unknown-campaign = Esta campaña no existe; vuelva al artículo
field-campaign-closed = Esta campaña no recibe donaciones en este momento
field-gateway-missing = Elija cómo desea pagar
field-unknown-gateway = Aquí no se ofrece esa forma de pago
field-unknown-currency = No conocemos esa moneda; elija una de las mostradas
field-currency-not-taken = Aquí no se aceptan donaciones en esa moneda
field-unknown-frequency = Esa frecuencia no se ofrece; elija una de las mostradas
field-unknown-tier = Ese nivel ya no existe
field-tier-not-offered = Ese nivel no se ofrece con esa frecuencia y en esa moneda
field-tier-full = Todas las plazas de ese nivel están ocupadas
field-invalid-email = No parece un correo electrónico; debe escribirse como nombre@example.org
field-email-missing = Indique su correo electrónico; ahí llega el recibo
field-too-long = Utilice como máximo { $max } caracteres
field-tribute-kind-missing = Elija si la donación es en honor o en memoria de alguien
field-tribute-name-missing = Indique el nombre de la persona
field-unknown-tribute = Ese tipo de dedicatoria no existe
