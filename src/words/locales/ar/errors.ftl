error-home = إلى الصفحة الرئيسية
error-mention = عند مراسلتنا بهذا الشأن نرجو ذكر { $id }.
error-title-400 = تعذّرت قراءة هذا الطلب
error-title-403 = رُفض هذا الطلب
error-title-404 = الصفحة غير موجودة
error-title-409 = لا يمكن ذلك الآن
error-title-413 = هذا أكثر مما ينبغي دفعة واحدة
error-title-422 = نرجو مراجعة البيانات
error-title-429 = على مهل، من فضلكم
error-title-503 = نعود بعد لحظة
error-title-other = حدث خطأ ما
error-not-found = { $what ->
    [article] لا يوجد مقال كهذا هنا.
    [campaign] لا توجد حملة كهذه هنا.
   *[other] لا توجد صفحة كهذه هنا.
} ربما تغيّر العنوان أو كُتب خطأً.
error-method-not-allowed = لا يقبل هذا العنوان هذا النوع من الطلبات.
error-internal-error = حدث خطأ من جانبنا. لم يضِع شيء مما أرسلتموه ولم يُحتسب مرتين.
error-unavailable = الموقع مشغول للحظة. نرجو المحاولة بعد دقيقة، ولم يُخصم أي مبلغ.
error-invalid = بعض الحقول تحتاج إلى مراجعة.
error-held = ينظر أحد العاملين في هذا الأمر. لم يضِع شيء، نرجو المحاولة لاحقًا.
error-rate-limited = جرت محاولات كثيرة من هنا في وقت قصير. نرجو الانتظار بضع دقائق ثم المحاولة مرة أخرى.
error-gateway-refused = لم تقبل خدمة الدفع ذلك. لم يُخصم أي مبلغ.

field-amount-empty = نرجو إدخال مبلغ
field-amount-no-number = «{ $typed }» ليس مبلغًا، نرجو كتابة رقم مثل 25 أو 25.50
field-amount-not-positive = يجب أن يكون المبلغ أكبر من صفر
field-amount-ambiguous = يمكن قراءة «{ $typed }» بطريقتين، نرجو كتابة { $thousands } أو { $decimal }
field-amount-too-precise = «{ $typed }» أدق مما يمكن دفعه بعملة { $currency }
field-amount-too-small = أصغر تبرّع هو { $limit }
field-amount-too-large = أكبر تبرّع هنا هو { $limit }، ولمبلغ أكبر نرجو مراسلتنا
field-amount-not-payable = لا يمكن دفع هذا المبلغ بهذه الطريقة، نرجو اختيار مبلغ آخر أو طريقة دفع أخرى
field-below-tier = تبدأ هذه الفئة بمبلغ أكبر
field-unknown-campaign = لا توجد هذه الحملة، نرجو العودة إلى المقال
field-campaign-closed = لا تستقبل هذه الحملة تبرّعات في الوقت الحالي
field-gateway-missing = نرجو اختيار طريقة الدفع
field-unknown-gateway = طريقة الدفع هذه غير متاحة هنا
field-unknown-currency = لا نعرف هذه العملة، نرجو اختيار إحدى العملات المعروضة
field-currency-not-taken = لا تُقبل هنا التبرّعات بهذه العملة
field-unknown-frequency = هذا التكرار غير متاح، نرجو اختيار أحد الخيارات المعروضة
field-unknown-tier = لم تعد هذه الفئة موجودة
field-tier-not-offered = هذه الفئة غير متاحة بهذا التكرار وهذه العملة
field-tier-full = كل أماكن هذه الفئة مشغولة
field-invalid-email = لا يبدو هذا بريدًا إلكترونيًا، وينبغي أن يكون مثل name@example.org
field-email-missing = نرجو إدخال البريد الإلكتروني، فإليه يُرسل الإيصال
field-too-long = نرجو ألّا يزيد النص على { $max } حرفًا
field-tribute-kind-missing = نرجو اختيار ما إذا كان التبرّع تكريمًا أو إحياءً لذكرى
field-tribute-name-missing = نرجو إدخال اسم الشخص
field-unknown-tribute = هذا النوع من الإهداء غير موجود
