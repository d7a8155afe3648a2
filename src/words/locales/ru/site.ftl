### То, что окружает каждую страницу, и как пишутся суммы и даты.

language-name = Русский

day = { $day } { $month ->
    [1] января
    [2] февраля
    [3] марта
    [4] апреля
    [5] мая
    [6] июня
    [7] июля
    [8] августа
    [9] сентября
    [10] октября
    [11] ноября
   *[12] декабря
} { $year } г.
month-year = { $month ->
    [1] январь
    [2] февраль
    [3] март
    [4] апрель
    [5] май
    [6] июнь
    [7] июль
    [8] август
    [9] сентябрь
    [10] октябрь
    [11] ноябрь
   *[12] декабрь
} { $year } г.

amount = { $sign }{ $number }{"\u00A0"}{ $symbol }
currency-symbol = { $code ->
    [RUB] ₽
    [EUR] €
    [GBP] £
    [USD] $
    [JPY] ¥
   *[other] { $code }
}

skip = Перейти к тексту
nav-main = Основное меню
nav-articles = Статьи
nav-give = Поддержать
nav-patrons = Меценаты
nav-language = Язык
colophon = Существует на средства читателей. При чтении здесь не ставятся куки и ничего не загружается с чужих сайтов.

articles-title = Статьи
articles-none = Пока ничего не опубликовано. Загляните к нам в ближайшее время.
article-by = Автор:
article-and = и
article-more = Читайте также
list-pages = Страницы
list-before = Предыдущая страница
list-after = Следующая страница
list-section = Рубрика
list-series = Серия
list-author = Статьи автора: { $name }
article-part = Часть { $number } из { $count }
article-also-in = Также на языке:
article-related = По теме
appeal-bar = Просьба этого издания
appeal-choose = Выберите сумму
appeal-other = Другая сумма
appeal-other-in = Другая сумма, валюта: { $currency }
appeal-instead = Или поддержать в другой валюте:
appeal-ways = Способы оплаты: { $ways }. Перед оплатой вы ещё раз увидите все данные.
appeal-patreon = Стать меценатом на Patreon
currency-name = { $code ->
    [EUR] евро
    [USD] доллары США
    [GBP] фунты стерлингов
    [CHF] швейцарские франки
    [JPY] иены
   *[other] { $code }
}

give-kicker = Пожертвование
give-problem-title = Пожалуйста, проверьте форму
give-problem-note = Деньги не списаны, всё введённое сохранилось.
give-empty = Оставьте это поле пустым
give-part = Ваше пожертвование
give-currency = Валюта
give-how-much = Сколько вы хотите пожертвовать?
give-other = Другая сумма
give-other-in = Другая сумма, валюта: { $currency }
give-amount-in = Сумма, валюта: { $currency }
give-from-to = Любая сумма от { $minimum } до { $maximum }.
give-from = Любая сумма от { $minimum }.
give-cover = Добавить немного на комиссию за платёж, чтобы пожертвование дошло целиком
give-cover-note = (за банковский перевод комиссии нет)
give-you = О вас
give-optional = (необязательно)
give-name = Имя
give-name-hint = Так, как оно должно стоять в квитанции.
give-email = Адрес электронной почты
give-email-hint = На него придёт квитанция. Адрес никогда не публикуется.
give-hidden = Не указывать моё имя в списках жертвователей
give-campaign = Об этой кампании
give-wall = Быть названным среди поддержавших
give-wall-yes = Показать моё имя на странице этой кампании
give-wall-note = Имя появится там, когда пожертвование поступит. Его можно убрать в любое время.
give-wall-name = Имя для показа
give-wall-name-hint = Если оставить пустым, будет показано имя выше.
give-wall-amount = Показать, сколько я пожертвовал(а)
give-pay = Способ оплаты
give-more = Добавить сообщение или посвящение
give-message = Сообщение для нас
give-tribute = Пожертвовать от чьего-либо имени
give-tribute-none = Без посвящения
give-tribute-honour = В честь
give-tribute-memory = В память
give-tribute-name = Чьё имя?
give-continue = Продолжить
give-privacy = Ваше имя и адрес нужны нам, чтобы записать пожертвование, выслать квитанцию и вести учёт, которого требует закон. Мы никогда не продаём и не передаём их; их видит только выбранная вами платёжная служба. Номера карт вводятся на странице этой службы и к нам не попадают.
give-often = Как часто?
often-once = Один раз
often-weekly = Каждую неделю
often-monthly = Каждый месяц
often-quarterly = Раз в три месяца
often-yearly = Каждый год
per-weekly = в неделю
per-monthly = в месяц
per-quarterly = раз в три месяца
per-yearly = в год
give-tier = Уровень
give-tier-none = Без уровня, своя сумма
give-often-hint = Регулярную поддержку можно в любое время изменить, приостановить или прекратить.
gateway-stripe = Карта или электронный кошелёк
gateway-paypal = PayPal
gateway-sandbox = Пробный платёж
gateway-bank_transfer = Банковский перевод
gateway-cash = Наличные
gateway-cheque = Чек
gateway-import = Пожертвовано ранее
gateway-stripe-hint = Карта, Apple Pay, Google Pay и местные способы оплаты на защищённой странице Stripe.
gateway-paypal-hint = С вашего счёта PayPal, на защищённой странице PayPal.
gateway-sandbox-hint = Чтобы испытать сайт: откроется страница оплаты, но деньги не движутся.
gateway-bank_transfer-hint = Реквизиты счёта и назначение платежа появятся здесь и придут по почте.

campaign-kicker = Кампания
campaign-progress = Как далеко мы продвинулись
campaign-raised-of = Получено { $raised } из { $goal }: { $percent } %.
campaign-raised = Получено { $raised }.
campaign-converted = Из них { $net } засчитаны как { $worth }: один { $currency } стоил { $rate } { $into }, дата курса – { $day }, источник – { $source }.
campaign-beside = Кроме того, пришло { $net }; курс для них не указан.
campaign-gifts = { $gifts ->
    [0] Пожертвований пока нет
    [one] Пока { $gifts } пожертвование
    [few] Пока { $gifts } пожертвования
    [many] Пока { $gifts } пожертвований
   *[other] Пока { $gifts } пожертвования
}
campaign-starts = Сбор в этой кампании начинается { $day }.
campaign-ends = Пожертвования принимаются до { $day } включительно.
campaign-ended = Эта кампания закончилась { $day } и больше не принимает пожертвований.
campaign-give = Пожертвовать на эту кампанию
campaign-updates = Что произошло с тех пор
campaign-feed = Новости: { $title }
campaign-follow = Подписаться на ленту:
campaign-wall = Кто поддержал
campaign-wall-none = Здесь пока никто не назван.
campaign-wall-first = Последние имена
campaign-wall-more = Другие имена
campaign-wall-how = Здесь названы только те, кто об этом попросил, и под тем именем, которое они выбрали.
campaign-share = Рассказать другим
campaign-share-address = Адрес этой страницы
campaign-share-mail = По электронной почте
campaign-share-note = Это простые ссылки: ничего не загружается с других сайтов, и никто не узнает, что вы были здесь, если вы не перейдёте по ним.

patrons-title = Станьте меценатом
patrons-intro = Регулярная поддержка позволяет нам строить планы. Выберите уровень или свою сумму.
patrons-amount = { $amount } { $per }
patrons-choose = Стать меценатом
patrons-full = Все места заняты
patrons-left = { $places ->
    [one] Осталось { $places } место
    [few] Осталось { $places } места
    [many] Осталось { $places } мест
   *[other] Осталось { $places } места
}
patrons-own = Выбрать свою сумму
patrons-how = Вы можете изменить сумму, сделать перерыв или прекратить поддержку, когда захотите, никому не сообщая. К каждому платежу выдаётся отдельная квитанция.
patrons-none = Сейчас уровней нет; вы можете регулярно поддерживать нас любой суммой.

gift-title = Ваше пожертвование
gift-waiting = Спасибо. Остался один шаг.
gift-pending = Ожидаем ваш платёж
gift-processing = Ваш платёж в пути
gift-thanks = Спасибо.
gift-thanks-name = Спасибо, { $name }.
gift-failed = Платёж не прошёл
gift-expired = Пожертвование не завершено
gift-cancelled = Вы отменили пожертвование
gift-partly-refunded = Часть вашего пожертвования возвращена
gift-refunded = Ваше пожертвование возвращено
gift-waiting-text = Пожалуйста, переведите { $amount } из своего банка с указанным ниже назначением платежа. По нему мы узнаём ваше пожертвование.
gift-pending-text = Платёжная служба ещё не сообщила результат. Обычно это занимает несколько секунд, и страница сама его покажет.
gift-processing-text = Платёжная служба приняла платёж и ещё обрабатывает его. Некоторые платежи занимают несколько дней. От вас больше ничего не требуется.
gift-fulfilled-text = Ваше пожертвование { $amount } получено. Благодаря ему эта работа продолжается и остаётся открытой для всех.
gift-failed-text = Платёжная служба отклонила платёж, деньги не списаны. Часто помогает другая карта или другой способ оплаты.
gift-expired-text = Платёж не поступил вовремя, и мы перестали ждать. Если вы его отправили, ничего не потеряно: как только он поступит, мы его запишем и вышлем квитанцию.
gift-cancelled-text = Деньги не списаны. Если это вышло случайно, можно начать заново; если нет, спасибо, что подумали об этом.
gift-partly-refunded-text = Мы вернули часть вашего пожертвования { $amount } тем же путём. Спасибо за остальное.
gift-refunded-text = Мы вернули ваше пожертвование { $amount } тем же путём. Обычно банк показывает возврат в течение нескольких рабочих дней.
gift-other-text = На этой странице видно, что происходит с вашим пожертвованием { $amount }.
gift-recurring = Вы поддерживаете нас: { $amount } { $per }.
bank-details = Банковские реквизиты
bank-to = Получатель
bank-amount = Сумма
bank-reference = Назначение платежа
bank-code = Те же реквизиты в виде кода для банковского приложения
bank-scan = Отсканируйте код банковским приложением, и всё заполнится само.
gift-transfer-time = Перевод обычно занимает один-два рабочих дня. Мы отправили эти реквизиты и на { $email }; квитанция придёт, когда поступят деньги.
gift-amount = Сумма
gift-for = На что
gift-payment = Оплата
gift-promised = Обещано
gift-received = Получено
gift-receipt = Квитанция
gift-receipt-number = № { $number }
gift-receipt-sent = № { $number }, отправлена на { $email }
gift-back-to-payment = Вернуться к оплате
gift-again = Попробовать ещё раз
gift-back = Вернуться к чтению
gift-private = Эта страница видна только вам. Сохраните её адрес: здесь всегда видно, что происходит с вашим пожертвованием.
