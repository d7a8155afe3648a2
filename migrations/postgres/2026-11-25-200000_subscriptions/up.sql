-- Recurring support: tiers, the arrangements that keep recurring pledges, what is asked of them, and what came of it.

CREATE TABLE tiers (
    id TEXT PRIMARY KEY,
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    benefits TEXT NOT NULL,
    prices TEXT NOT NULL,
    places BIGINT CHECK (places > 0),
    position BIGINT NOT NULL,
    archived BOOLEAN NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CONSTRAINT tiers_slug_unique UNIQUE (slug)
);

ALTER TABLE pledges ADD COLUMN tier_id TEXT REFERENCES tiers (id);
ALTER TABLE pledges ADD COLUMN starts_at TIMESTAMP;
CREATE INDEX pledges_tier ON pledges (tier_id, status) WHERE tier_id IS NOT NULL;

-- Of several payments for one period, one is the payment of that period; the others are money that nobody asked for.
ALTER TABLE donations ADD COLUMN period_on DATE;
CREATE UNIQUE INDEX donations_period_unique ON donations (pledge_id, period_on);

CREATE TABLE subscriptions (
    pledge_id TEXT PRIMARY KEY REFERENCES pledges (id),
    gateway TEXT NOT NULL,
    remote_id TEXT NOT NULL,
    customer_id TEXT,
    status TEXT NOT NULL CHECK (status IN ('incomplete', 'active', 'past_due', 'paused', 'ended')),
    -- Since when it is past due, until when it is paused, or when it ended.
    status_at TIMESTAMP,
    end_reason TEXT CHECK (end_reason IN
        ('voluntary', 'payment_failed', 'refund', 'dispute', 'incomplete', 'erased')),
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    currency TEXT NOT NULL CHECK (length(currency) = 3),
    frequency TEXT NOT NULL CHECK (frequency IN ('weekly', 'monthly', 'quarterly', 'yearly')),
    period_from TIMESTAMP,
    period_until TIMESTAMP,
    ends_at TIMESTAMP,
    card TEXT,
    card_expires_on DATE,
    as_of TIMESTAMP NOT NULL,
    started_at TIMESTAMP,
    -- Letters about money that is owed, since it is owed.
    letters BIGINT NOT NULL CHECK (letters >= 0),
    -- The day of expiry of which the donor was told.
    warned_of DATE,
    asked_at TIMESTAMP NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CONSTRAINT subscriptions_remote_unique UNIQUE (gateway, remote_id),
    CONSTRAINT subscriptions_end_why CHECK ((status = 'ended') = (end_reason IS NOT NULL)),
    CONSTRAINT subscriptions_dated CHECK (status NOT IN ('past_due', 'ended') OR status_at IS NOT NULL),
    CONSTRAINT subscriptions_period_whole CHECK ((period_from IS NULL) = (period_until IS NULL)),
    CONSTRAINT subscriptions_card_whole CHECK ((card IS NULL) = (card_expires_on IS NULL)),
    CONSTRAINT subscriptions_started CHECK (status NOT IN ('active', 'past_due', 'paused') OR started_at IS NOT NULL)
);
CREATE INDEX subscriptions_due ON subscriptions (status, period_until);
CREATE INDEX subscriptions_cards ON subscriptions (card_expires_on) WHERE status IN ('active', 'past_due');

CREATE TABLE subscription_orders (
    id TEXT PRIMARY KEY,
    pledge_id TEXT NOT NULL REFERENCES pledges (id),
    kind TEXT NOT NULL CHECK (kind IN ('change', 'pause', 'resume', 'cancel', 'keep', 'end')),
    amount_minor BIGINT CHECK (amount_minor > 0),
    currency TEXT CHECK (length(currency) = 3),
    frequency TEXT CHECK (frequency IN ('weekly', 'monthly', 'quarterly', 'yearly')),
    until TIMESTAMP,
    end_reason TEXT,
    status TEXT NOT NULL CHECK (status IN ('pending', 'done', 'refused')),
    code TEXT,
    ordered_by TEXT NOT NULL CHECK (ordered_by IN ('donor', 'staff', 'rule')),
    reason TEXT,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CONSTRAINT subscription_orders_change_whole CHECK ((kind = 'change') = (amount_minor IS NOT NULL)
        AND (amount_minor IS NULL) = (currency IS NULL) AND (amount_minor IS NULL) = (frequency IS NULL)),
    CONSTRAINT subscription_orders_end_why CHECK ((kind = 'end') = (end_reason IS NOT NULL)),
    CONSTRAINT subscription_orders_refused_why CHECK ((status = 'refused') = (code IS NOT NULL))
);
CREATE INDEX subscription_orders_pledge ON subscription_orders (pledge_id);
-- One thing at a time is asked of a subscription.
CREATE UNIQUE INDEX subscription_orders_one_open ON subscription_orders (pledge_id) WHERE status = 'pending';

-- What happened to recurring support, in the order in which it was learned. `annual_minor` is the difference that it
-- makes in a year: figures by month are a third or a twelfth of whole numbers only there.
CREATE TABLE patron_moves (
    pledge_id TEXT NOT NULL REFERENCES pledges (id),
    sequence BIGINT NOT NULL CHECK (sequence > 0),
    kind TEXT NOT NULL CHECK (kind IN
        ('joined', 'returned', 'changed', 'paused', 'resumed', 'failing', 'recovered', 'left')),
    -- The month of the publisher's calendar, `2026-11`, in which it happened, and in which the donor first joined.
    month TEXT NOT NULL CHECK (length(month) = 7),
    cohort TEXT NOT NULL CHECK (length(cohort) = 7),
    currency TEXT NOT NULL CHECK (length(currency) = 3),
    annual_minor BIGINT NOT NULL,
    happened_at TIMESTAMP NOT NULL,
    recorded_at TIMESTAMP NOT NULL,
    PRIMARY KEY (pledge_id, sequence)
);
CREATE TRIGGER patron_moves_no_update BEFORE UPDATE ON patron_moves
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER patron_moves_no_delete BEFORE DELETE ON patron_moves
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER patron_moves_no_truncate BEFORE TRUNCATE ON patron_moves
    EXECUTE FUNCTION refuse_change();

CREATE TABLE patron_months (
    month TEXT NOT NULL CHECK (length(month) = 7),
    cohort TEXT NOT NULL CHECK (length(cohort) = 7),
    currency TEXT NOT NULL CHECK (length(currency) = 3),
    joined BIGINT NOT NULL CHECK (joined >= 0),
    returned BIGINT NOT NULL CHECK (returned >= 0),
    left_for_good BIGINT NOT NULL CHECK (left_for_good >= 0),
    failing BIGINT NOT NULL CHECK (failing >= 0),
    recovered BIGINT NOT NULL CHECK (recovered >= 0),
    annual_minor BIGINT NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    PRIMARY KEY (month, cohort, currency)
);

-- The sandbox's side: what a real gateway keeps.
ALTER TABLE sandbox_payments ADD COLUMN frequency TEXT NOT NULL DEFAULT 'once';
ALTER TABLE sandbox_payments ADD COLUMN subscription_id TEXT;
ALTER TABLE sandbox_payments ADD COLUMN period_on DATE;
ALTER TABLE sandbox_payments ADD COLUMN starts_at TIMESTAMP;
CREATE INDEX sandbox_payments_subscription ON sandbox_payments (subscription_id) WHERE subscription_id IS NOT NULL;
CREATE TABLE sandbox_subscriptions (
    id TEXT PRIMARY KEY,
    attempt_id TEXT NOT NULL,
    -- JSON: the whole as the sandbox sends it.
    body TEXT NOT NULL,
    next_charge_at TIMESTAMP,
    created_at TIMESTAMP NOT NULL
);
CREATE INDEX sandbox_subscriptions_due ON sandbox_subscriptions (next_charge_at) WHERE next_charge_at IS NOT NULL;
