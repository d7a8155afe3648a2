### Личные страницы жертвователей под /account и письма к ним.

account-nav-label = Ваш кабинет
account-nav-overview = Обзор
account-nav-history = Пожертвования и квитанции
account-nav-statements = Годовые справки
account-nav-settings = Ваши данные
account-nav-privacy = Конфиденциальность
account-sign-out = Выйти

account-sign-in-title = Вход
account-sign-in-kicker = Для тех, кто нас поддерживает
account-sign-in-lead = Здесь можно увидеть свои пожертвования, получить любую квитанцию, изменить или прекратить поддержку. Пароля нет: мы присылаем ссылку на адрес, с которого вы жертвовали.
account-sign-in-email = Адрес электронной почты
account-sign-in-email-hint = Адрес, на который приходят ваши квитанции.
account-sign-in-button = Прислать ссылку
account-sign-in-fine = Для чтения кабинет не нужен. При входе сохраняется один файл cookie, который лишь помнит, что вы вошли.
account-problem-heading = Пожалуйста, обратите внимание

account-mail-title = Пожалуйста, проверьте почту
account-mail-lead = Если с этого адреса нам делали пожертвования, на него отправлено письмо со ссылкой.
account-mail-works = Ссылка действует один раз, десять минут, в том браузере, которым вы сейчас пользуетесь. В другом браузере дополнительно понадобится код из письма.
account-mail-none = Письма нет через несколько минут? Посмотрите в нежелательной почте. Возможно, вы жертвовали с другого адреса: квитанции приходят на нужный.
account-mail-again = Попробовать другой адрес

account-enter-title = Войдите здесь
account-enter-lead = Ещё один шаг: он не даёт программам, которые открывают все ссылки, войти вместо вас.
account-enter-button = Войти
account-enter-elsewhere = Это не тот браузер, в котором вы запросили ссылку. Пожалуйста, введите код из письма.
account-enter-code = Код из письма
account-enter-code-hint = Восемь букв и цифр, прописные или строчные, с дефисом или без него.
account-enter-wrong = Это не тот код. Осталось попыток: { $left }.
account-enter-missing = Пожалуйста, введите код из письма.
account-closed-title = Эта ссылка больше не действует
account-closed-lead = Ссылка действует один раз и десять минут, а новая заменяет прежнюю. Ничего не произошло; пожалуйста, запросите другую.
account-closed-button = Запросить новую ссылку

account-done-saved = Ваши данные сохранены. Письмо это подтвердит.
account-done-same = Отличий не было, поэтому ничего не изменено.
account-done-visibility = Сохранено. Письмо это подтвердит.
account-done-session = Сеанс в том браузере завершён.
account-done-address = Отправлены два письма, по одному на каждый адрес. Пожалуйста, откройте ссылку в обоих.
account-done-address-dropped = Ваш адрес остаётся прежним.
account-done-erasure-dropped = Вы остаётесь с нами. Ничего не удалено.
account-done-signed-out = Вы вышли.
account-done-changed = Готово. Письмо это подтвердит.
account-done-pending = Ваше желание записано, платёжная служба его подтверждает. Письмо сообщит, когда всё будет готово.
account-done-mended = Все платежи прошли. Спасибо.
account-done-still = Платежи повторяются. Прошедшие вскоре исчезнут с этой страницы; для остальных может помочь другая карта.

account-overview-title = Ваша поддержка
account-overview-hello = Добро пожаловать, { $name }
account-overview-since = Вы с нами с { $date }. Спасибо.
account-overview-running = Ваша регулярная поддержка
account-overview-running-none = Сейчас регулярной поддержки у вас нет.
account-overview-become = Поддерживать регулярно
account-overview-waiting = Ожидается оплата
account-overview-recent = Ваши последние пожертвования
account-overview-recent-none = Пожертвований пока не поступало.
account-overview-all = Все пожертвования и квитанции
account-overview-ended = Прежняя поддержка
account-overview-mend = Платёж не прошёл. Пока мы ждём, все преимущества сохраняются; исправить можно за минуту.
account-overview-mend-link = Исправить сейчас
account-amount = Сумма
account-frequency = Как часто
account-charged-by = Кто списывает
account-last = Последний платёж
account-next = Следующий платёж
account-status = Состояние
account-for = На что
account-date = Дата
account-receipt = Квитанция
account-made = Обещано
account-reference = Назначение платежа
account-open-pledge = Посмотреть или изменить
account-wait-page = Как оплатить

account-by-stripe = Ваша карта или кошелёк, через Stripe
account-by-paypal = Ваш счёт PayPal
account-by-sandbox = Пробная платёжная служба; деньги ненастоящие
account-by-bank_transfer = Ваше постоянное поручение в вашем банке

account-every-weekly = каждую неделю
account-every-monthly = каждый месяц
account-every-quarterly = каждые три месяца
account-every-yearly = каждый год

account-status-pending = Ожидается оплата
account-status-active = Действует
account-status-past_due = Последний платёж не прошёл
account-status-paused = Приостановлено
account-status-fulfilled = Получено
account-status-cancelled = Завершено
account-status-expired = Не было завершено
account-status-failed = Платёж не прошёл
account-status-succeeded = Получено
account-status-processing = В пути
account-status-partly_refunded = Частично возвращено
account-status-refunded = Возвращено
account-status-disputed = Оспорено в вашем банке
account-status-lost = Отозвано вашим банком

account-history-title = Пожертвования и квитанции
account-history-lead = Все поступившие пожертвования, начиная с последнего. Каждая квитанция — PDF.
account-history-older = Более ранние пожертвования
account-history-newest = Назад к последним
account-history-returned = из них возвращено { $amount }
account-receipt-file = Квитанция { $number }, PDF
account-receipt-void = больше не действует

account-statements-title = Годовые справки
account-statements-lead = Что вы пожертвовали за год, за вычетом возвращённого вам. Год появляется здесь, когда он закончился.
account-statements-none = Справок пока нет. Первая появится здесь, когда закончится год.
account-statement-title = Справка за { $year } год
account-statement-pdf = В PDF
account-statement-lead = { $organisation }: получены от вас эти пожертвования за { $year } год. Возвращённое вам не учтено.
account-statement-to = Кому
account-statement-from = От кого
account-statement-gift = Пожертвование
account-statement-kept = Учтено
account-statement-paid-by = Способ оплаты
account-statement-total = Итого, { $currency }
account-statement-receipts = На каждое пожертвование есть своя квитанция. Эта справка лишь перечисляет их; пожалуйста, не используйте обе для одного пожертвования.
account-statement-footer = { $organisation } · Справка за { $year } год
account-statement-number = { $year } год

account-settings-title = Ваши данные
account-settings-about = О вас
account-settings-name = Имя
account-settings-name-hint = Как оно должно стоять на следующих квитанциях. Уже выданные квитанции не меняются.
account-settings-postal = Почтовый адрес
account-settings-postal-hint = Только если он нужен вам в годовой справке.
account-settings-locale = Язык наших писем
account-settings-save = Сохранить
account-settings-email = Адрес электронной почты
account-settings-email-now = Письма и квитанции приходят на { $email }.
account-settings-email-new = Новый адрес электронной почты
account-settings-email-hint = Мы присылаем ссылку на оба адреса. Новый начнёт действовать, только когда открыты обе, и вы выйдете из кабинета везде.
account-settings-email-button = Изменить адрес
account-settings-email-waiting = Смена на { $email } ожидает подтверждений.
account-settings-email-old-proved = Нынешний адрес подтверждён.
account-settings-email-old-open = Нынешний адрес ещё не подтверждён.
account-settings-email-new-proved = Новый адрес подтверждён.
account-settings-email-new-open = Новый адрес ещё не подтверждён.
account-settings-email-drop = Отказаться от смены
account-settings-visibility = Ваше имя на людях
account-settings-visibility-lead = Там, где мы благодарим, ваше имя может стоять или нет. Вы решаете это для каждого пожертвования, сколько угодно раз.
account-settings-visibility-named = Ваше имя можно показывать.
account-settings-visibility-hidden = Ваше имя скрыто.
account-settings-hide = Скрыть моё имя
account-settings-show = Показывать моё имя
account-settings-browsers = Где вы вошли
account-settings-browsers-link = Посмотреть и завершить сеансы

account-sessions-title = Где вы вошли
account-sessions-lead = Если какой-то из них вам незнаком, завершите его.
account-sessions-this = этот браузер
account-sessions-seen = Последнее посещение { $time }, вход { $since }
account-sessions-end = Завершить сеанс: { $browser }
account-sessions-all = Выйти везде

account-support-title = { $amount } { $every }
account-support-since = С
account-support-card = Карта
account-support-card-until = { $card }, действует до { $date }
account-support-tier = Уровень
account-support-pending = Платёжная служба подтверждает ваше изменение. Письмо сообщит, когда всё будет готово.
account-support-owed = Платёж от { $date } не прошёл. Пока мы ждём, все преимущества сохраняются.
account-support-ends = Завершится { $date }. До тех пор всё оплачено; больше ничего не спишется.
account-support-paused = Приостановлено до { $date }.
account-support-paused-open = Приостановлено, пока вы не продолжите.
account-support-ended = Завершилось { $date }.
account-support-next = { $date } вы платите { $amount }, { $every }.
account-support-change = Изменить
account-support-change-lead = С { $date } вы будете платить новую сумму. До этого ничего не списывается и не возвращается.
account-support-change-lead-open = Новая сумма действует со следующего платежа. До этого ничего не списывается и не возвращается.
account-support-change-amount = Сумма в { $currency }
account-support-change-frequency = Как часто
account-support-change-button = Изменить
account-support-own = Своя сумма
account-support-pause = Приостановить
account-support-pause-until = Продолжить само собой
account-support-pause-hint = Оставьте пустым, чтобы продолжить самому.
account-support-pause-button = Приостановить
account-support-resume-button = Продолжить сейчас
account-support-cancel = Прекратить
account-support-cancel-lead = Оплаченное остаётся за вами до { $date }. Больше ничего не списывается.
account-support-cancel-lead-open = Больше ничего не списывается.
account-support-cancel-reason = Почему? (необязательно)
account-support-cancel-reason-hint = Это поможет нам; читают только наши сотрудники.
account-support-cancel-button = Прекратить поддержку
account-support-keep-button = Всё же оставить
account-support-return = Вернуться
account-support-return-lead = Как было: { $amount }, { $every }.
account-support-return-later = Первый платёж — { $date }, когда закончится оплаченное.
account-support-return-button = Начать снова
account-support-card-button = Другая карта
account-support-day-wrong = Пожалуйста, выберите будущий день, например 2026-12-31.
account-support-refused = Платёжная служба этого не приняла. Ничего не изменено.
account-mend-title = Исправить непрошедшее
account-mend-lead = Сначала укажите на странице платёжной службы действующую карту. Затем попросите повторить платежи.
account-mend-none = Долгов нет. Спасибо.
account-mend-card = Указать другую карту
account-mend-try = Повторить все платежи
account-mend-try-lead = Когда карта указана, всё непрошедшее сразу повторяется.

account-address-title = Подтвердите этот адрес
account-address-lead-old = Кто-то, вошедший в ваш кабинет, хочет, чтобы письма впредь приходили на { $email }. Если это были вы, подтвердите.
account-address-lead-new = Кто-то попросил, чтобы письма о его пожертвованиях впредь приходили на этот адрес: { $email }. Если это были вы, подтвердите.
account-address-button = Подтвердить
account-address-fine = Если это были не вы, закройте страницу: ничего не изменится.
account-address-noted-title = Спасибо, это одно из двух
account-address-noted-lead = Пожалуйста, откройте и ссылку в письме на { $email }.
account-address-changed-title = Ваш адрес изменён
account-address-changed-lead = Письма впредь приходят на { $email }. Вы вышли везде; пожалуйста, войдите с новым адресом.
account-address-taken-title = У этого адреса есть свои пожертвования
account-address-taken-lead = С нового адреса уже жертвовали, поэтому две записи пришлось бы объединять. Пожалуйста, напишите нам; ничего не изменено.
account-address-closed-title = Эта ссылка больше не действует
account-address-closed-lead = Она уже использована, устарела, или от смены отказались. Ничего не произошло.

account-privacy-title = Конфиденциальность
account-privacy-export = Всё, что мы о вас знаем
account-privacy-export-lead = Архив с вашими данными, обещаниями, пожертвованиями, квитанциями и изменениями: таблицы для людей (CSV) и для программ (JSON).
account-privacy-export-button = Скачать архив
account-privacy-erase = Быть забытым
account-privacy-erase-lead = Мы удаляем из наших записей ваше имя, адреса, сообщения и посвящения, а перед этим прекращаем регулярную поддержку. Отменить это нельзя.
account-privacy-erase-stays = Что остаётся: суммы и дни пожертвований и квитанции, как они были выданы. Закон требует хранить квитанции { $years ->
    [one] { $years } год
    [few] { $years } года
    [many] { $years } лет
   *[other] { $years } года
} после их года; затем ваше имя удаляется и из них. Войти и увидеть их никто уже не сможет, поэтому скачайте нужное заранее.
account-privacy-erase-button = Я хочу быть забытым
account-privacy-confirm-title = Вы уверены?
account-privacy-confirm-lead = Это второй шаг. Регулярная поддержка прекращается сейчас, вы выходите из кабинета, а ваше имя, адреса и сообщения удаляются. Затем мы пришлём последнее письмо.
account-privacy-confirm-tick = Я понимаю, что отменить это нельзя.
account-privacy-confirm-missing = Если вы уверены, поставьте, пожалуйста, отметку.
account-privacy-confirm-button = Удалить всё
account-privacy-keep-button = Нет, оставить мои данные
account-privacy-changes = Что вы недавно изменили
account-farewell-title = Вы будете забыты
account-farewell-lead = Ваше желание исполняется. Последнее письмо сообщит, когда всё будет сделано. Спасибо за вашу поддержку.
account-home = На главную страницу

account-change-details = Ваши данные
account-change-visibility = Ваше имя на людях
account-change-email = Ваш адрес электронной почты
account-change-export = Ваши данные были скачаны
account-change-erasure_asked = Вы попросили вас забыть
account-change-erasure_dropped = Вы отозвали эту просьбу
account-change-signed_out = Вы вышли везде

account-letter-dear = Здравствуйте, { $name }!
account-letter-hello = Здравствуйте!
account-letter-not-you = Если это были не вы, сразу ответьте на это письмо.
account-letter-reason = Вы получили это письмо из-за вашего кабинета на { $site }. Оно только о нём; ни в каких рассылках вы не состоите.
account-letter-sign-in-subject = Ваша ссылка для входа
account-letter-sign-in-lead = Вот ссылка на ваши пожертвования и квитанции. Она действует один раз, десять минут.
account-letter-sign-in-button = Войти
account-letter-sign-in-code = В другом браузере, не в том, где вы её запросили, понадобится этот код:
account-letter-sign-in-ignore = Если вы её не запрашивали, делать ничего не нужно: без этого письма никто не войдёт. Никому не сообщайте код; мы никогда его не спрашиваем.
account-letter-proof-subject = Пожалуйста, подтвердите адрес
account-letter-proof-old = Кто-то, вошедший в ваш кабинет, хочет, чтобы наши письма впредь приходили на { $email }. Если это были вы, подтвердите, пожалуйста. Такое же письмо ушло на другой адрес; оба нужно подтвердить в течение суток.
account-letter-proof-new = Кто-то попросил, чтобы письма о его пожертвованиях впредь приходили на этот адрес: { $email }. Если это были вы, подтвердите, пожалуйста. Такое же письмо ушло на другой адрес; оба нужно подтвердить в течение суток.
account-letter-proof-button = Подтвердить адрес
account-letter-proof-ignore = Если это были не вы, не открывайте ссылку: без неё ничего не изменится.
account-letter-notice-subject-details = Ваши данные изменены
account-letter-notice-subject-visibility = Ваше имя на людях
account-letter-notice-subject-email = Ваш адрес электронной почты изменён
account-letter-notice-subject-export = Ваши данные были скачаны
account-letter-notice-subject-erasure_asked = Вы попросили вас забыть
account-letter-notice-subject-erasure_dropped = Вы не забыты
account-letter-notice-subject-signed_out = Вы вышли везде
account-letter-notice-details = Ваши данные изменены на странице вашего кабинета.
account-letter-notice-visibility-named = Для пожертвования «{ $campaign }» ваше имя теперь можно показывать.
account-letter-notice-visibility-hidden = Для пожертвования «{ $campaign }» ваше имя теперь скрыто.
account-letter-notice-email = Письма и квитанции впредь приходят на этот адрес. Сеансы во всех браузерах завершены.
account-letter-notice-farewell = Письма и квитанции впредь приходят на другой адрес, что подтверждено ссылкой с этого. Сеансы во всех браузерах завершены.
account-letter-notice-export = Со страницы вашего кабинета скачан архив со всем, что мы о вас знаем.
account-letter-notice-erasure_asked = Вы попросили вас забыть. Пока ничего не произошло: второй шаг на странице кабинета это подтвердит.
account-letter-notice-erasure_dropped = Просьба вас забыть отозвана. Всё остаётся как есть.
account-letter-notice-signed_out = Сеансы вашего кабинета завершены во всех браузерах.
account-letter-notice-button = Перейти в кабинет
account-letter-statement-subject = Ваша справка за { $year } год
account-letter-statement-lead = К письму приложена справка о том, что вы пожертвовали за { $year } год. Получатель: { $organisation }. Спасибо: этот год стал возможен благодаря вашей поддержке.
account-letter-statement-total = Всего: { $total }
account-letter-erased-subject = Вы забыты
account-letter-erased-lead = Как вы просили, ваше имя, адреса и сообщения удалены из наших записей, а регулярная поддержка прекращена.
account-letter-erased-stays = Суммы, дни и выданные квитанции остаются: закон требует хранить их { $years ->
    [one] { $years } год
    [few] { $years } года
    [many] { $years } лет
   *[other] { $years } года
} после их года.
account-letter-erased-last = Это было наше последнее письмо. Спасибо за вашу поддержку и прощайте.
