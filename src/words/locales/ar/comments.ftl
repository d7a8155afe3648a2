### What readers say below articles.

comments-count = { $count ->
    [zero] لا تعليقات
    [one] تعليق واحد
    [two] تعليقان
    [few] { $count } تعليقات
    [many] { $count } تعليقًا
   *[other] { $count } تعليق
}
comments-feed = التعليقات: { $title }
comments-first = كن أول من يعلّق
comments-none = لا تعليقات
comments-closed = لم يعد هذا المقال يقبل التعليقات.
comments-write = اترك تعليقًا
comments-answer = رد
comments-reply-to = الرد على { $name }
comments-removed = أُزيل هذا التعليق.
comments-text = التعليق
comments-text-hint = نص عادي لا يزيد على ٢٬٠٠٠ حرف. يُقرأ كل تعليق قبل أن يظهر.
comments-name = الاسم
comments-name-hint = يظهر فوق تعليقك.
comments-email = البريد الإلكتروني
comments-email-hint = لن يُنشر بريدك الإلكتروني.
comments-send = إرسال التعليق
comments-privacy = نحتفظ بتعليقك مع اسمك وبريدك الإلكتروني ولا نسلّم أيًا منهما لأحد. ولا نبحث عنك بين المتبرّعين.
comments-held-title = شكرًا على تعليقك
comments-held = تعليقك قيد المراجعة: لا يظهر بعد، وسيظهر حين يقرؤه أحدنا ويوافق عليه.
comments-back = العودة إلى المقال
comments-edited = عُدّل في { $date }
comments-wants-answers = راسلوني حين يردّ أحد
comments-wants-answers-note = في كل رسالة رابط لإيقافها.
comments-own-title = تعليقك
comments-own-held = ينتظر أن يقرأه أحدنا، ولا يراه أحد غيرك بعد.
comments-own-approved = يستطيع الجميع قراءته تحت المقال.
comments-own-rejected = لا يظهر.
comments-own-spam = لا يظهر.
comments-done-changed = عُدّل تعليقك.
comments-done-answers = سنراسلك حين يردّ أحد.
comments-done-no-answers = لن نراسلك بشأن الردود بعد الآن.
comments-done-known = سيُعرف هذا المتصفح مدة سنة.
comments-done-shown = شكرًا لك: تعليقك ظاهر الآن.
comments-change = تعديله
comments-change-hint = نص عادي لا يزيد على ٢٬٠٠٠ حرف. قد يُقرأ ما عُدّل مرة أخرى قبل أن يظهر.
comments-change-save = حفظ التعديل
comments-answers = الردود
comments-answers-yes = نراسلك حين يردّ أحد في هذا النقاش.
comments-answers-no = لا نراسلك حين يردّ أحد.
comments-answers-begin = راسلوني بشأن الردود
comments-answers-stop = لا تراسلوني بشأن الردود
comments-known = التعليق بلا انتظار
comments-known-note = من قُبلت له تعليقات عدة لا ينتظر، من متصفح معروف. يتذكّره ملف تعريف ارتباط مدة سنة.
comments-known-button = تذكّرني في هذا المتصفح
comments-remove = إزالته
comments-remove-note = يختفي ما كتبته فورًا وإلى الأبد مع اسمك وعنوانك. وإن ردّ آخرون بقيت ردودهم.
comments-remove-all = إزالة كل ما كُتب هنا من عنواني
comments-keep = الإبقاء عليه
comments-letter-shown-subject = تعليقك ظاهر الآن
comments-letter-shown = قرأنا تعليقك على «{ $article }»، ويستطيع الجميع أن يروه الآن.
comments-letter-read = قراءته
comments-letter-own = يمكنك تعديله أو إزالته. ويمكن ذلك لكل من لديه هذا الرابط، فنرجو ألا تعطيه لأحد.
comments-letter-own-button = تعديل أو إزالة
comments-letter-told = سنراسلك حين يردّ أحد في النقاش.
comments-letter-answered-subject = ردّ من { $by }
comments-letter-answered = كتب { $by } في نقاش شاركت فيه حول «{ $article }»:
comments-letter-stop = طلبت أن نعلمك بالردود.
comments-letter-stop-button = إيقاف هذه الرسائل
comments-letter-reason = تصلك هذه الرسالة لأن هذا العنوان كُتب مع تعليق في { $site }. وهي تخص ذلك التعليق وحده، ولست في أي قائمة.

field-comment-name-missing = نرجو إدخال اسم، فهو يظهر فوق تعليقك
field-comment-email-missing = نرجو إدخال بريدك الإلكتروني، ولن يُنشر
field-comment-missing = نرجو كتابة شيء
field-comment-gone = لم يعد التعليق الذي ترد عليه موجودًا، وإذا أُرسل هذا مرة أخرى ظهر وحده
field-comment-same = كتبت هذا نفسه هنا من قبل
error-comments-closed = لم يعد هذا المقال يقبل التعليقات، ولم يُرسل ما كتبته
error-comments-paused = التعليقات متوقفة لبضع ساعات، ولم يُرسل ما كتبته. نرجو العودة لاحقًا
