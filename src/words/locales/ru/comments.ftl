### What readers say below articles.

comments-count = { $count ->
    [one] { $count } комментарий
    [few] { $count } комментария
    [many] { $count } комментариев
   *[other] { $count } комментария
}
comments-feed = Комментарии: { $title }
comments-first = Станьте первым, кто оставит комментарий
comments-none = Комментариев нет
comments-closed = К этой статье комментарии больше не принимаются.
comments-write = Оставить комментарий
comments-answer = Ответить
comments-reply-to = Ответ: { $name }
comments-removed = Этот комментарий удалён.
comments-text = Комментарий
comments-text-hint = Простой текст, до 2000 знаков. Каждый комментарий прочитывают, прежде чем показать.
comments-name = Имя
comments-name-hint = Оно стоит над вашим комментарием.
comments-email = Адрес электронной почты
comments-email-hint = Ваш адрес электронной почты не будет опубликован.
comments-send = Отправить комментарий
comments-privacy = Мы храним ваш комментарий вместе с именем и адресом электронной почты и никому их не передаём. Мы не проверяем, есть ли вы среди тех, кто нас поддержал.
comments-held-title = Спасибо за ваш комментарий
comments-held = Он ожидает проверки: пока его не видно, он появится, когда кто-нибудь из нас прочтёт и одобрит его.
comments-back = Назад к статье
comments-edited = изменено { $date }
comments-wants-answers = Напишите мне, когда кто-нибудь ответит
comments-wants-answers-note = В каждом письме есть ссылка, чтобы больше их не получать.
comments-own-title = Ваш комментарий
comments-own-held = Он ждёт, пока его прочитают в редакции; пока его никто больше не видит.
comments-own-approved = Его могут прочитать все под статьёй.
comments-own-rejected = Он не показан.
comments-own-spam = Он не показан.
comments-done-changed = Ваш комментарий изменён.
comments-done-answers = Мы напишем вам, когда кто-нибудь ответит.
comments-done-no-answers = Мы больше не будем писать вам об ответах.
comments-done-known = Этот браузер запомнен на год.
comments-done-shown = Спасибо: ваш комментарий опубликован.
comments-change = Изменить
comments-change-hint = Простой текст, до 2000 знаков. Изменённое могут прочитать в редакции ещё раз, прежде чем показать.
comments-change-save = Сохранить изменение
comments-answers = Ответы
comments-answers-yes = Мы пишем вам, когда кто-нибудь отвечает в этой ветке.
comments-answers-no = Мы не пишем вам, когда кто-нибудь отвечает.
comments-answers-begin = Пишите мне об ответах
comments-answers-stop = Не пишите мне об ответах
comments-known = Комментарии без ожидания
comments-known-note = Тем, у кого одобрено несколько комментариев, не нужно ждать в знакомом браузере. Его помнит cookie, в течение года.
comments-known-button = Запомнить меня в этом браузере
comments-remove = Убрать
comments-remove-note = Написанное исчезнет сразу и навсегда вместе с именем и адресом. Если другие ответили, их ответы останутся.
comments-remove-all = Убрать всё, что написано здесь с моего адреса
comments-keep = Оставить
comments-letter-shown-subject = Ваш комментарий опубликован
comments-letter-shown = ваш комментарий к статье «{ $article }» прочитан, и теперь его видят все.
comments-letter-read = Прочитать
comments-letter-own = Вы можете изменить его или убрать. Это может каждый, у кого есть эта ссылка, поэтому никому её не передавайте.
comments-letter-own-button = Изменить или убрать
comments-letter-told = Мы напишем вам, когда кто-нибудь ответит в этой ветке.
comments-letter-answered-subject = Новый ответ: { $by }
comments-letter-answered = { $by } пишет в вашей ветке под статьёй «{ $article }»:
comments-letter-stop = Вы просили сообщать вам об ответах.
comments-letter-stop-button = Больше не получать эти письма
comments-letter-reason = Вы получили это письмо, потому что этот адрес был указан с комментарием на сайте { $site }. Оно касается только этого комментария; вас нет ни в каких списках.

field-comment-name-missing = Пожалуйста, укажите имя; оно стоит над вашим комментарием
field-comment-email-missing = Пожалуйста, укажите адрес электронной почты; он не публикуется
field-comment-missing = Пожалуйста, напишите что-нибудь
field-comment-gone = Комментария, на который вы отвечаете, больше нет; отправьте ещё раз, и ваш будет стоять отдельно
field-comment-same = Именно это вы здесь уже писали
error-comments-closed = К этой статье комментарии больше не принимаются; то, что вы написали, не отправлено
error-comments-paused = Комментарии приостановлены на несколько часов; то, что вы написали, не отправлено. Пожалуйста, вернитесь позже
