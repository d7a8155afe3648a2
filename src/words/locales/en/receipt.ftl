### The receipt as a document.

receipt-title = Receipt
receipt-total = Total
receipt-issued = Issued
receipt-received = Gift received
receipt-for = Given for
receipt-paid-by = Paid by
receipt-dedicated = Dedicated
receipt-gift = Gift
receipt-fee = Covering the fee
receipt-returned = Returned
receipt-honour = In honour of { $name }
receipt-memory = In memory of { $name }
receipt-fee-part = { $amount } of it covers the payment fee
receipt-void = Void: the gift was returned
receipt-replaced = Void: replaced by a newer receipt
receipt-replaced-by = Void: replaced by receipt { $number }
receipt-takes-place = This receipt takes the place of receipt { $number }, which is no longer valid.
