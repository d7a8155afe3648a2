### صفحات المتبرعين الخاصة تحت /account ورسائلها.

account-nav-label = حسابكم
account-nav-overview = نظرة عامة
account-nav-history = التبرعات والإيصالات
account-nav-statements = الكشوف السنوية
account-nav-settings = بياناتكم
account-nav-privacy = الخصوصية
account-sign-out = تسجيل الخروج

account-sign-in-title = تسجيل الدخول
account-sign-in-kicker = لمن يساندوننا
account-sign-in-lead = اطّلعوا على تبرعاتكم، واحصلوا على أي إيصال، وغيّروا مساندتكم أو أوقفوها. لا توجد كلمة مرور: نرسل رابطًا إلى العنوان الذي تبرعتم به.
account-sign-in-email = عنوان البريد الإلكتروني
account-sign-in-email-hint = العنوان الذي تصل إليه إيصالاتكم.
account-sign-in-button = أرسلوا إليّ رابطًا
account-sign-in-fine = القراءة هنا لا تحتاج إلى حساب. عند تسجيل الدخول يُحفظ ملف تعريف ارتباط واحد لا غرض له سوى إبقائكم مسجّلين.
account-problem-heading = هناك ما يحتاج إلى انتباهكم

account-mail-title = يرجى الاطلاع على بريدكم
account-mail-lead = إذا كانت قد وصلتنا تبرعات بهذا العنوان، فهناك رسالة فيها رابط في طريقها إليه.
account-mail-works = يعمل الرابط مرة واحدة لمدة عشر دقائق في المتصفح الذي تستخدمونه الآن. وفي متصفح آخر سيُطلب منكم أيضًا الرمز المكتوب في الرسالة.
account-mail-none = لم تصل رسالة بعد بضع دقائق؟ انظروا في البريد غير المرغوب فيه. وربما تبرعتم بعنوان آخر: الإيصالات تصل إلى العنوان الصحيح.
account-mail-again = تجربة عنوان آخر

account-enter-title = سجّلوا الدخول هنا
account-enter-lead = خطوة أخرى: تمنع البرامج التي تفتح كل رابط من تسجيل الدخول باسمكم.
account-enter-button = تسجيل الدخول
account-enter-elsewhere = هذا متصفح غير الذي طلبتم فيه الرابط. يرجى كتابة الرمز الوارد في الرسالة.
account-enter-code = الرمز الوارد في الرسالة
account-enter-code-hint = ثمانية أحرف وأرقام، كبيرة كانت أو صغيرة، بشرطة أو من دونها.
account-enter-wrong = ليس هذا هو الرمز. المحاولات المتبقية: { $left }.
account-enter-missing = يرجى كتابة الرمز الوارد في الرسالة.
account-closed-title = لم يعد هذا الرابط يعمل
account-closed-lead = يعمل الرابط مرة واحدة ولمدة عشر دقائق، ويحلّ الأحدث محلّه. لم يحدث شيء؛ يرجى طلب رابط آخر.
account-closed-button = طلب رابط جديد

account-done-saved = حُفظت بياناتكم. ستؤكد رسالة ذلك.
account-done-same = لم يكن هناك اختلاف، فلم يتغير شيء.
account-done-visibility = حُفظ. ستؤكد رسالة ذلك.
account-done-session = سُجّل الخروج من ذلك المتصفح.
account-done-address = هناك رسالتان في الطريق، واحدة إلى كل عنوان. يرجى فتح الرابط في كلتيهما.
account-done-address-dropped = يبقى عنوانكم كما هو.
account-done-erasure-dropped = أنتم باقون معنا. لم يُمحَ شيء.
account-done-signed-out = سُجّل خروجكم.
account-done-changed = تم. ستؤكد رسالة ذلك.
account-done-pending = سُجّلت رغبتكم وتؤكدها الآن خدمة الدفع. ستخبركم رسالة عند إتمامها.
account-done-agreed = شكرًا لعودتكم. ما إن تؤكد خدمة الدفع التغيير حتى يسري، وستخبركم رسالة بذلك.
account-done-mended = تمت جميع المدفوعات. شكرًا لكم.
account-done-still = تُعاد محاولة المدفوعات الآن. ما يتم منها يختفي من هذه الصفحة بعد لحظات؛ وقد تفيد بطاقة أخرى في الباقي.

account-overview-title = مساندتكم
account-overview-hello = أهلًا بكم، { $name }
account-overview-since = أنتم إلى جانبنا منذ { $date }. شكرًا لكم.
account-overview-running = مساندتكم المنتظمة
account-overview-running-none = ليست لديكم مساندة منتظمة حاليًا.
account-overview-become = المساندة بانتظام
account-overview-waiting = بانتظار وصول المال
account-overview-recent = آخر تبرعاتكم
account-overview-recent-none = لم يصل أي تبرع بعد.
account-overview-all = جميع التبرعات والإيصالات
account-overview-ended = مساندة سابقة
account-overview-mend = تعذّرت إحدى الدفعات. تحتفظون بجميع المزايا ريثما ننتظر؛ وإصلاح ذلك يستغرق دقيقة.
account-overview-mend-link = إصلاح ذلك الآن
account-amount = المبلغ
account-frequency = وتيرة الدفع
account-charged-by = جهة التحصيل
account-last = آخر دفعة
account-next = الدفعة القادمة
account-status = الحالة
account-for = الغرض
account-date = التاريخ
account-receipt = الإيصال
account-made = تاريخ التعهد
account-reference = المرجع
account-open-pledge = الاطلاع أو التغيير
account-wait-page = كيفية الدفع

account-by-stripe = بطاقتكم أو محفظتكم عبر Stripe
account-by-paypal = حسابكم في PayPal
account-by-sandbox = خدمة الدفع التجريبية؛ لا مال حقيقيًا
account-by-bank_transfer = أمر دفع دائم من مصرفكم

account-every-weekly = كل أسبوع
account-every-monthly = كل شهر
account-every-quarterly = كل ثلاثة أشهر
account-every-yearly = كل سنة

account-status-pending = بانتظار وصول المال
account-status-active = سارية
account-status-past_due = تعذّرت آخر دفعة
account-status-paused = متوقفة مؤقتًا
account-status-fulfilled = وصل
account-status-cancelled = انتهت
account-status-expired = لم تكتمل
account-status-failed = تعذّرت الدفعة
account-status-succeeded = وصل
account-status-processing = في الطريق
account-status-partly_refunded = أُعيد جزء منه
account-status-refunded = أُعيد
account-status-disputed = معترض عليه لدى مصرفكم
account-status-lost = استردّه مصرفكم

account-history-title = التبرعات والإيصالات
account-history-lead = كل تبرع وصل، والأحدث أولًا. كل إيصال ملف PDF.
account-history-older = تبرعات أقدم
account-history-newest = العودة إلى الأحدث
account-history-returned = أُعيد منه { $amount }
account-receipt-file = الإيصال { $number }، ملف PDF
account-receipt-void = لم يعد صالحًا

account-statements-title = الكشوف السنوية
account-statements-lead = ما تبرعتم به في سنة، مطروحًا منه ما أُعيد إليكم. تظهر السنة هنا بعد انتهائها.
account-statements-none = لا يوجد كشف بعد. سيظهر الأول هنا عند انتهاء السنة.
account-statement-title = كشف سنة { $year }
account-statement-pdf = بصيغة PDF
account-statement-lead = تسلّمت { $organisation } منكم هذه التبرعات في سنة { $year }. ما أُعيد إليكم غير محسوب.
account-statement-to = إلى
account-statement-from = من
account-statement-gift = التبرع
account-statement-kept = المحسوب
account-statement-paid-by = طريقة الدفع
account-statement-total = المجموع، { $currency }
account-statement-receipts = لكل تبرع إيصال خاص به. هذا الكشف يسردها فقط؛ يرجى عدم استخدام الاثنين للتبرع نفسه.
account-statement-footer = { $organisation } · كشف سنة { $year }
account-statement-number = سنة { $year }

account-settings-title = بياناتكم
account-settings-about = عنكم
account-settings-name = الاسم
account-settings-name-hint = كما ينبغي أن يرد في إيصالاتكم القادمة. الإيصالات الصادرة تبقى كما هي.
account-settings-postal = العنوان البريدي
account-settings-postal-hint = فقط إذا أردتموه في كشفكم السنوي.
account-settings-locale = لغة رسائلنا
account-settings-save = حفظ
account-settings-email = عنوان البريد الإلكتروني
account-settings-email-now = تصل الرسائل والإيصالات إلى { $email }.
account-settings-email-new = عنوان البريد الإلكتروني الجديد
account-settings-email-hint = نرسل رابطًا إلى كلا العنوانين. لا يسري الجديد إلا بعد فتح الرابطين، وعندها يُسجّل خروجكم في كل مكان.
account-settings-email-button = تغيير العنوان
account-settings-email-waiting = التغيير إلى { $email } بانتظار تأكيديه.
account-settings-email-old-proved = العنوان الحالي مؤكَّد.
account-settings-email-old-open = العنوان الحالي غير مؤكَّد بعد.
account-settings-email-new-proved = العنوان الجديد مؤكَّد.
account-settings-email-new-open = العنوان الجديد غير مؤكَّد بعد.
account-settings-email-drop = التخلي عن هذا التغيير
account-settings-visibility = اسمكم أمام العموم
account-settings-visibility-lead = حيث نشكر المساندين يجوز أن يظهر اسمكم أو لا يظهر. تقررون ذلك لكل تبرع متى شئتم.
account-settings-visibility-named = يجوز إظهار اسمكم.
account-settings-visibility-hidden = اسمكم مخفي.
account-settings-wall = يظهر في صفحة الحملة باسم «{ $name }».
account-settings-hide = إخفاء اسمي
account-settings-show = إظهار اسمي
account-settings-browsers = أين أنتم مسجّلون
account-settings-browsers-link = الاطلاع على الجلسات وإنهاؤها

account-sessions-title = أين أنتم مسجّلون
account-sessions-lead = إذا لم تعرفوا إحداها فأنهوها.
account-sessions-this = هذا المتصفح
account-sessions-seen = آخر زيارة { $time }، تسجيل الدخول { $since }
account-sessions-end = تسجيل الخروج من { $browser }
account-sessions-all = تسجيل الخروج في كل مكان

account-support-title = { $amount } { $every }
account-support-since = منذ
account-support-card = البطاقة
account-support-card-until = { $card }، صالحة حتى { $date }
account-support-tier = الفئة
account-support-pending = تؤكد خدمة الدفع الآن تغييرًا طلبتموه. ستخبركم رسالة عند إتمامه.
account-support-agree = تغيير طلبتموه ينتظركم: تطلب خدمة الدفع موافقتكم عليه. وحتى ذلك الحين يبقى كل شيء كما هو.
account-support-agree-link = الذهاب إلى هناك والموافقة
account-support-change-agree = تطلب منكم خدمة الدفع في صفحتها الخاصة الموافقة على المبلغ الجديد. وحتى ذلك الحين يبقى كل شيء كما هو.
account-support-owed = تعذّرت دفعة { $date }. تحتفظون بجميع المزايا ريثما ننتظر.
account-support-ends = تنتهي في { $date }. وهي مدفوعة حتى ذلك الحين؛ لن يُحصَّل شيء بعد الآن.
account-support-paused = متوقفة مؤقتًا حتى { $date }.
account-support-paused-open = متوقفة مؤقتًا إلى أن تستأنفوها.
account-support-ended = انتهت في { $date }.
account-support-next = في { $date } تدفعون { $amount }، { $every }.
account-support-change = تغييرها
account-support-change-lead = اعتبارًا من { $date } تدفعون المبلغ الجديد. ولا يُحصَّل شيء ولا يُعاد قبل ذلك.
account-support-change-lead-open = يسري المبلغ الجديد اعتبارًا من الدفعة القادمة. ولا يُحصَّل شيء ولا يُعاد قبل ذلك.
account-support-change-amount = المبلغ بعملة { $currency }
account-support-change-frequency = وتيرة الدفع
account-support-change-button = تغيير
account-support-own = مبلغ من اختياركم
account-support-pause = إيقافها مؤقتًا
account-support-pause-until = استئناف تلقائي في
account-support-pause-hint = اتركوه فارغًا لتستأنفوا بأنفسكم.
account-support-pause-button = إيقاف مؤقت
account-support-resume-button = الاستئناف الآن
account-support-cancel = إنهاؤها
account-support-cancel-lead = ما دُفع يبقى لكم حتى { $date }. ولن يُحصَّل شيء بعد الآن.
account-support-cancel-lead-open = لن يُحصَّل شيء بعد الآن.
account-support-cancel-reason = لماذا؟ (اختياري)
account-support-cancel-reason-hint = هذا يفيدنا؛ لا يقرؤه إلا فريقنا.
account-support-cancel-button = إنهاء مساندتي
account-support-keep-button = الإبقاء عليها
account-support-return = العودة
account-support-return-lead = كما كانت: { $amount }، { $every }.
account-support-return-later = الدفعة الأولى في { $date }، عند انقضاء ما دُفع.
account-support-return-button = البدء من جديد
account-support-way = الدفع بطريقة أخرى
account-support-way-stop = تُنهى أولًا طريقة الدفع الحالية.
account-support-way-now = تُدفع الدفعة الأولى عندما توافقون عليها.
account-support-way-choose = كيف تودّون الدفع؟
account-support-way-button = المتابعة بطريقة أخرى
account-support-succeeded = إنها مستمرة بطريقة أخرى.
account-support-succeeded-link = إلى المساندة المستمرة
account-support-card-button = استخدام بطاقة أخرى
account-support-means-paypal = تُختار البطاقة أو الحساب المصرفي الذي يخصم منه PayPal في حسابكم هناك: الإعدادات، المدفوعات، المدفوعات التلقائية.
account-support-day-wrong = يرجى اختيار يوم قادم، مثل 2026-12-31.
account-support-refused = لم تقبل خدمة الدفع ذلك. لم يتغير شيء.
account-mend-title = إصلاح ما تعذّر
account-mend-lead = حدّدوا أولًا بطاقة صالحة في صفحة خدمة الدفع، ثم اطلبوا إعادة محاولة المدفوعات.
account-mend-none = لا شيء مستحق. شكرًا لكم.
account-mend-card = تحديد بطاقة أخرى
account-mend-try = إعادة محاولة جميع المدفوعات
account-mend-try-lead = بعد تحديد البطاقة تُعاد محاولة كل ما هو مستحق فورًا.

account-address-title = تأكيد هذا العنوان
account-address-lead-old = شخص مسجّل الدخول في حسابكم يريد أن تصل الرسائل من الآن إلى { $email }. إن كنتم أنتم فأكّدوا ذلك.
account-address-lead-new = طلب شخص أن تصل الرسائل المتعلقة بتبرعاته من الآن إلى هذا العنوان: { $email }. إن كنتم أنتم فأكّدوا ذلك.
account-address-button = تأكيد
account-address-fine = إن لم تكونوا أنتم فأغلقوا هذه الصفحة: لن يتغير شيء.
account-address-noted-title = شكرًا، هذا واحد من اثنين
account-address-noted-lead = يرجى أيضًا فتح الرابط في الرسالة المرسلة إلى { $email }.
account-address-changed-title = تغيّر عنوانكم
account-address-changed-lead = تصل الرسائل من الآن إلى { $email }. سُجّل خروجكم في كل مكان؛ يرجى تسجيل الدخول بالعنوان الجديد.
account-address-taken-title = لهذا العنوان تبرعات خاصة به
account-address-taken-lead = وصلت تبرعات بالعنوان الجديد من قبل، فيلزم ضم السجلين. يرجى الكتابة إلينا؛ لم يتغير شيء.
account-address-closed-title = لم يعد هذا الرابط يعمل
account-address-closed-lead = استُخدم، أو مضى عليه وقت طويل، أو تُخلّي عن التغيير. لم يحدث شيء.

account-privacy-title = الخصوصية
account-privacy-export = كل ما نعرفه عنكم
account-privacy-export-lead = أرشيف فيه بياناتكم وتعهداتكم وتبرعاتكم وإيصالاتكم وتغييراتكم، جداول للناس (CSV) وللبرامج (JSON).
account-privacy-export-button = تنزيل الأرشيف
account-privacy-erase = محو بياناتكم
account-privacy-erase-lead = نمحو من سجلنا اسمكم وعناوينكم ورسائلكم وإهداءاتكم، وننهي قبل ذلك مساندتكم المنتظمة. لا يمكن التراجع عن ذلك.
account-privacy-erase-stays = ما يبقى: مبالغ تبرعاتكم وأيامها، والإيصالات كما صدرت. يُلزمنا القانون بحفظ الإيصالات { $years ->
    [zero] { $years } سنة
    [one] سنة واحدة
    [two] سنتين
    [few] { $years } سنوات
    [many] { $years } سنة
   *[other] { $years } سنة
} بعد سنتها؛ ثم يُمحى اسمكم منها أيضًا. لن يستطيع أحد بعدها تسجيل الدخول لرؤيتها، فنزّلوا ما تحتاجون إليه قبل ذلك.
account-privacy-erase-button = أريد محو بياناتي
account-privacy-confirm-title = هل أنتم متأكدون؟
account-privacy-confirm-lead = هذه هي الخطوة الثانية. تنتهي مساندتكم المنتظمة الآن، ويُسجّل خروجكم، ويُمحى اسمكم وعناوينكم ورسائلكم. ثم نرسل إليكم رسالة أخيرة.
account-privacy-confirm-tick = أفهم أنه لا يمكن التراجع عن ذلك.
account-privacy-confirm-missing = يرجى وضع علامة في المربع إن كنتم متأكدين.
account-privacy-confirm-button = محو كل شيء
account-privacy-keep-button = لا، أبقوا سجلّي
account-privacy-changes = ما غيّرتموه مؤخرًا
account-farewell-title = ستُمحى بياناتكم
account-farewell-lead = تُنفَّذ رغبتكم الآن. ستخبركم رسالة أخيرة عند إتمامها. شكرًا لمساندتكم.
account-home = إلى الصفحة الأولى

account-change-details = بياناتكم
account-change-visibility = اسمكم أمام العموم
account-change-email = عنوان بريدكم الإلكتروني
account-change-export = نُزّلت بياناتكم
account-change-erasure_asked = طلبتم محو بياناتكم
account-change-erasure_dropped = سحبتم طلب المحو
account-change-signed_out = سجّلتم الخروج في كل مكان

account-letter-dear = تحية طيبة { $name }،
account-letter-hello = تحية طيبة،
account-letter-not-you = إن لم تكونوا أنتم، فيرجى الرد على هذه الرسالة فورًا.
account-letter-reason = تصلكم هذه الرسالة بسبب حسابكم لدى { $site }. وهي تخص هذا الحساب وحده؛ لستم مدرجين في أي قائمة.
account-letter-sign-in-subject = رابط تسجيل دخولكم
account-letter-sign-in-lead = إليكم الرابط إلى تبرعاتكم وإيصالاتكم. يعمل مرة واحدة لمدة عشر دقائق.
account-letter-sign-in-button = تسجيل الدخول
account-letter-sign-in-code = في متصفح غير الذي طلبتموه فيه سيُطلب منكم هذا الرمز:
account-letter-sign-in-ignore = إن لم تطلبوه فلا حاجة إلى فعل شيء: لا يستطيع أحد تسجيل الدخول من دون هذه الرسالة. لا تعطوا الرمز لأحد؛ نحن لا نسأل عنه أبدًا.
account-letter-proof-subject = يرجى تأكيد عنوانكم
account-letter-proof-old = شخص مسجّل الدخول في حسابكم يريد أن تصل رسائلنا من الآن إلى { $email }. إن كنتم أنتم فيرجى تأكيد ذلك. أُرسلت الرسالة نفسها إلى العنوان الآخر؛ ويجب تأكيد كليهما خلال يوم.
account-letter-proof-new = طلب شخص أن تصل الرسائل المتعلقة بتبرعاته من الآن إلى هذا العنوان: { $email }. إن كنتم أنتم فيرجى تأكيد ذلك. أُرسلت الرسالة نفسها إلى العنوان الآخر؛ ويجب تأكيد كليهما خلال يوم.
account-letter-proof-button = تأكيد العنوان
account-letter-proof-ignore = إن لم تكونوا أنتم فلا تفتحوا الرابط: لا يتغير شيء من دونه.
account-letter-notice-subject-details = غُيّرت بياناتكم
account-letter-notice-subject-visibility = اسمكم أمام العموم
account-letter-notice-subject-email = غُيّر عنوان بريدكم الإلكتروني
account-letter-notice-subject-export = نُزّلت بياناتكم
account-letter-notice-subject-erasure_asked = طلبتم محو بياناتكم
account-letter-notice-subject-erasure_dropped = لن تُمحى بياناتكم
account-letter-notice-subject-signed_out = سجّلتم الخروج في كل مكان
account-letter-notice-details = غُيّرت بياناتكم في صفحة حسابكم.
account-letter-notice-visibility-named = يجوز الآن إظهار اسمكم مع تبرعكم لصالح «{ $campaign }».
account-letter-notice-visibility-hidden = اسمكم مخفي الآن مع تبرعكم لصالح «{ $campaign }».
account-letter-notice-email = تصل الرسائل والإيصالات من الآن إلى هذا العنوان. سُجّل الخروج من جميع المتصفحات.
account-letter-notice-farewell = تصل الرسائل والإيصالات من الآن إلى عنوان آخر، كما أُكّد برابط من هذا العنوان. سُجّل الخروج من جميع المتصفحات.
account-letter-notice-export = نُزّل من صفحة حسابكم أرشيف بكل ما نعرفه عنكم.
account-letter-notice-erasure_asked = طلبتم محو بياناتكم. لم يحدث شيء بعد: خطوة ثانية في صفحة حسابكم تؤكد ذلك.
account-letter-notice-erasure_dropped = سُحب طلب محو بياناتكم. يبقى كل شيء كما هو.
account-letter-notice-signed_out = سُجّل الخروج من حسابكم في جميع المتصفحات.
account-letter-notice-button = إلى حسابكم
account-letter-statement-subject = كشفكم لسنة { $year }
account-letter-statement-lead = تجدون في المرفق كشف ما تبرعتم به لصالح { $organisation } في سنة { $year }. شكرًا لكم: مساندتكم هي التي جعلت هذه السنة ممكنة.
account-letter-statement-total = المجموع: { $total }
account-letter-erased-subject = مُحيت بياناتكم
account-letter-erased-lead = كما طلبتم، مُحي اسمكم وعناوينكم ورسائلكم من سجلنا، وانتهت مساندتكم المنتظمة.
account-letter-erased-stays = تبقى المبالغ والأيام والإيصالات الصادرة، لأن القانون يُلزم بحفظها { $years ->
    [zero] { $years } سنة
    [one] سنة واحدة
    [two] سنتين
    [few] { $years } سنوات
    [many] { $years } سنة
   *[other] { $years } سنة
} بعد سنتها.
account-letter-erased-last = كانت هذه رسالتنا الأخيرة. شكرًا لمساندتكم، ووداعًا.
