### ما يحيط بكل صفحة، وكيف تُكتب المبالغ والتواريخ.

language-name = العربية

day = { $day } { $month ->
    [1] يناير
    [2] فبراير
    [3] مارس
    [4] أبريل
    [5] مايو
    [6] يونيو
    [7] يوليو
    [8] أغسطس
    [9] سبتمبر
    [10] أكتوبر
    [11] نوفمبر
   *[12] ديسمبر
} { $year }
month-year = { $month ->
    [1] يناير
    [2] فبراير
    [3] مارس
    [4] أبريل
    [5] مايو
    [6] يونيو
    [7] يوليو
    [8] أغسطس
    [9] سبتمبر
    [10] أكتوبر
    [11] نوفمبر
   *[12] ديسمبر
} { $year }

amount = {"\u200F"}{ $sign }{ $number }{"\u00A0"}{ $symbol }
currency-symbol = { $code ->
    [EUR] €
    [GBP] UK£
    [USD] US$
    [JPY] JP¥
   *[other] { $code }
}

skip = انتقل إلى النص
nav-main = القائمة الرئيسية
nav-articles = المقالات
nav-give = تبرّع
nav-patrons = الداعمون
nav-language = اللغة
colophon = يموّله قرّاؤه. القراءة هنا لا تحفظ ملفات تعريف الارتباط ولا تحمّل شيئًا من مواقع أخرى.

articles-title = المقالات
articles-none = لم يُنشر شيء بعد. نرجو العودة قريبًا.
article-by = بقلم
article-and = و
article-more = اقرأ أيضًا
list-pages = الصفحات
list-before = الصفحة السابقة
list-after = الصفحة التالية
list-section = القسم
list-series = سلسلة
list-author = مقالات { $name }
article-part = الجزء { $number } من { $count }
article-also-in = بلغات أخرى:
article-related = مواضيع ذات صلة
appeal-bar = طلب من هذه المطبوعة
appeal-choose = اختيار المبلغ
appeal-other = مبلغ آخر
appeal-other-in = مبلغ آخر، العملة: { $currency }
appeal-instead = أو التبرّع بعملة أخرى:
appeal-ways = طرق الدفع: { $ways }. سترى كل شيء مرة أخرى قبل الدفع.
appeal-patreon = كونوا من الداعمين عبر Patreon
currency-name = { $code ->
    [EUR] يورو
    [USD] دولار أمريكي
    [GBP] جنيه إسترليني
    [CHF] فرنك سويسري
    [JPY] ين ياباني
   *[other] { $code }
}

give-kicker = تبرّع
give-problem-title = هناك ما يحتاج إلى مراجعة
give-problem-note = لم يُخصم أي مبلغ، وما كُتب ما زال محفوظًا هنا.
give-empty = يُترك هذا الحقل فارغًا
give-part = تبرّعكم
give-currency = العملة
give-how-much = كم تودّون أن تتبرّعوا؟
give-other = مبلغ آخر
give-other-in = مبلغ آخر، العملة: { $currency }
give-amount-in = المبلغ، العملة: { $currency }
give-from-to = أي مبلغ من { $minimum } إلى { $maximum }.
give-from = أي مبلغ ابتداءً من { $minimum }.
give-cover = إضافة مبلغ صغير لتغطية رسوم الدفع، ليصل التبرّع كاملًا
give-cover-note = (التحويلات المصرفية بلا رسوم)
give-you = بياناتكم
give-optional = (اختياري)
give-name = الاسم
give-name-hint = كما ينبغي أن يظهر في الإيصال.
give-email = البريد الإلكتروني
give-email-hint = يُرسل الإيصال إليه، ولا يُنشر أبدًا.
give-hidden = عدم ذكر اسمي في أي قائمة للداعمين
give-campaign = عن هذه الحملة
give-wall = ذكر الاسم بين الداعمين
give-wall-yes = إظهار اسمي في صفحة هذه الحملة
give-wall-note = يظهر الاسم هناك عند وصول التبرّع، ويمكن إزالته في أي وقت.
give-wall-name = الاسم الذي يظهر
give-wall-name-hint = إذا تُرك فارغًا فهو الاسم أعلاه.
give-wall-amount = إظهار مبلغ تبرّعي
give-pay = طريقة الدفع
give-more = إضافة رسالة أو إهداء
give-message = رسالة إلينا
give-tribute = التبرّع باسم شخص آخر
give-tribute-none = بلا إهداء
give-tribute-honour = تكريمًا لـ
give-tribute-memory = إحياءً لذكرى
give-tribute-name = باسم مَن؟
give-continue = متابعة
give-privacy = نستخدم اسمكم وبريدكم الإلكتروني لتسجيل هذا التبرّع وإرسال الإيصال ومسك الدفاتر التي يطلبها القانون. لا نبيعها ولا نعيرها أبدًا، ولا يراها سوى خدمة الدفع التي تختارونها. أما أرقام البطاقات فتُكتب في صفحة تلك الخدمة ولا تصل إلينا أبدًا.
give-often = كم مرة؟
often-once = مرة واحدة
often-weekly = كل أسبوع
often-monthly = كل شهر
often-quarterly = كل ثلاثة أشهر
often-yearly = كل سنة
per-weekly = أسبوعيًا
per-monthly = شهريًا
per-quarterly = كل ثلاثة أشهر
per-yearly = سنويًا
give-tier = الفئة
give-tier-none = بلا فئة، مبلغ حر
give-often-hint = يمكن تعديل الدعم المنتظم أو تعليقه أو إيقافه في أي وقت.
gateway-stripe = بطاقة أو محفظة إلكترونية
gateway-paypal = PayPal
gateway-sandbox = دفع تجريبي
gateway-bank_transfer = تحويل مصرفي
gateway-cash = نقدًا
gateway-cheque = شيك
gateway-import = تبرع سابق
gateway-stripe-hint = بطاقة أو Apple Pay أو Google Pay أو طرق دفع محلية، في صفحة Stripe الآمنة.
gateway-paypal-hint = من حسابكم في PayPal، في صفحة PayPal الآمنة.
gateway-sandbox-hint = لتجربة الموقع: تظهر صفحة دفع، ولا تنتقل أي أموال.
gateway-bank_transfer-hint = تحصلون على بيانات الحساب ورقم مرجعي، هنا وعبر البريد الإلكتروني.

campaign-kicker = حملة
campaign-progress = إلى أين وصلنا
campaign-raised-of = وصل { $raised } من أصل { $goal }: { $percent } ٪.
campaign-raised = وصل { $raised }.
campaign-converted = من بينها { $net }، حُسبت { $worth }: كان سعر { $currency } واحد { $rate } { $into } في { $day } بحسب { $source }.
campaign-beside = ووصل إضافةً إلى ذلك { $net }، ولا سعر صرف محدّد لها.
campaign-gifts = { $gifts ->
    [zero] لا تبرّعات حتى الآن
    [one] تبرّع واحد حتى الآن
    [two] تبرّعان حتى الآن
    [few] { $gifts } تبرّعات حتى الآن
    [many] { $gifts } تبرّعًا حتى الآن
   *[other] { $gifts } تبرّع حتى الآن
}
campaign-starts = تستقبل هذه الحملة التبرّعات ابتداءً من { $day }.
campaign-ends = تستقبل التبرّعات حتى { $day }.
campaign-ended = انتهت هذه الحملة في { $day } ولم تعد تستقبل التبرّعات.
campaign-give = التبرّع لهذه الحملة
campaign-updates = ما حدث منذ ذلك الحين
campaign-feed = أخبار: { $title }
campaign-follow = تابِع عبر خلاصة:
campaign-wall = الداعمون
campaign-wall-none = لا اسم مذكور هنا بعد.
campaign-wall-first = أحدث الأسماء
campaign-wall-more = أسماء أخرى
campaign-wall-how = لا يُذكر هنا إلا من طلب ذلك، وبالاسم الذي اختاره.
campaign-share = إخبار الآخرين
campaign-share-address = عنوان هذه الصفحة
campaign-share-mail = بالبريد الإلكتروني
campaign-share-note = هذه روابط بسيطة: لا يُحمَّل شيء من مواقع أخرى، ولا يعلم أحد أنكم كنتم هنا ما لم تتبعوا أحدها.

patrons-title = كونوا من الداعمين
patrons-intro = الدعم المنتظم هو ما يتيح لنا التخطيط. يمكن اختيار فئة أو مبلغ حر.
patrons-amount = { $amount } { $per }
patrons-choose = ادعمونا
patrons-full = كل الأماكن مشغولة
patrons-left = { $places ->
    [zero] لم يبقَ أي مكان
    [one] بقي مكان واحد
    [two] بقي مكانان
    [few] بقيت { $places } أماكن
    [many] بقي { $places } مكانًا
   *[other] بقي { $places } مكان
}
patrons-own = التبرّع بمبلغ حر
patrons-how = يمكنكم تعديل المبلغ أو تعليقه أو التوقف متى شئتم، دون مراسلة أحد. ولكل دفعة إيصالها.
patrons-none = لا توجد فئات حاليًا، ويمكنكم مع ذلك التبرّع بانتظام بمبلغ حر.

gift-title = تبرّعكم
gift-waiting = شكرًا لكم. بقيت خطوة واحدة.
gift-pending = في انتظار الدفع
gift-processing = الدفعة في طريقها
gift-thanks = شكرًا لكم.
gift-thanks-name = شكرًا لكم، { $name }.
gift-failed = لم تتم عملية الدفع
gift-expired = لم يكتمل هذا التبرّع
gift-cancelled = أُلغي هذا التبرّع بطلب منكم
gift-partly-refunded = أُعيد جزء من تبرّعكم
gift-refunded = أُعيد تبرّعكم
gift-waiting-text = نرجو تحويل { $amount } من مصرفكم مع الرقم المرجعي أدناه، فبه نتعرّف على تبرّعكم.
gift-pending-text = لم تخبرنا خدمة الدفع بالنتيجة بعد. يستغرق ذلك عادةً بضع ثوانٍ، وستظهر النتيجة في هذه الصفحة تلقائيًا.
gift-processing-text = قبلت خدمة الدفع العملية وما زالت تعالجها. تستغرق بعض طرق الدفع بضعة أيام. لا يلزمكم فعل أي شيء آخر.
gift-fulfilled-text = وصل تبرّعكم بمبلغ { $amount }. بفضله يستمر هذا العمل ويبقى متاحًا للجميع مجانًا.
gift-failed-text = رفضت خدمة الدفع العملية ولم يُخصم أي مبلغ. كثيرًا ما تنجح بطاقة أخرى أو طريقة دفع أخرى.
gift-expired-text = لم تصلنا دفعة في الوقت المحدد، فتوقفنا عن الانتظار. إن كنتم قد أرسلتموها فلن يضيع شيء: نسجّلها فور وصولها ونرسل الإيصال.
gift-cancelled-text = لم يُخصم أي مبلغ. إن كان ذلك سهوًا فيمكن البدء من جديد، وإلا فشكرًا لكم على التفكير في الأمر.
gift-partly-refunded-text = أعدنا جزءًا من تبرّعكم بمبلغ { $amount } بالطريقة نفسها. شكرًا لكم على الباقي.
gift-refunded-text = أعدنا تبرّعكم بمبلغ { $amount } بالطريقة نفسها. تُظهره المصارف عادةً خلال بضعة أيام عمل.
gift-other-text = تبيّن هذه الصفحة حالة تبرّعكم بمبلغ { $amount }.
gift-recurring = تدعموننا بمبلغ { $amount } { $per }.
bank-details = بيانات الحساب المصرفي
bank-to = المستفيد
bank-amount = المبلغ
bank-reference = الرقم المرجعي
bank-code = البيانات نفسها في رمز لتطبيق مصرفكم
bank-scan = بمسح الرمز بتطبيق المصرف تُملأ كل البيانات.
gift-transfer-time = يستغرق التحويل عادةً يوم عمل أو يومين. أرسلنا هذه البيانات أيضًا إلى { $email }، وسيصل الإيصال عند وصول المال.
gift-amount = المبلغ
gift-for = من أجل
gift-payment = الدفع
gift-promised = تاريخ التعهّد
gift-received = تاريخ الاستلام
gift-receipt = الإيصال
gift-receipt-number = رقم { $number }
gift-receipt-sent = رقم { $number }، أُرسل إلى { $email }
gift-back-to-payment = العودة إلى الدفع
gift-again = المحاولة مرة أخرى
gift-back = العودة إلى القراءة
gift-private = هذه الصفحة خاصة بكم. احتفظوا بعنوانها: ستبيّن دائمًا حالة تبرّعكم.
