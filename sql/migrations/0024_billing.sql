-- What the payment provider tells us: events kept once each, the subscription of an organization, its invoices. Written for
-- a signed webhook in SYSTEM(S5); a tenant reads its own.

create table subscriptions (
    org_id uuid primary key references organizations,
    provider_customer_id text not null unique check (length(provider_customer_id) between 1 and 255),
    provider_subscription_id text check (length(provider_subscription_id) <= 255),
    plan text check (plan in ('STANDARD', 'ELEVATED', 'CRITICAL', 'CUSTOM')),
    status text not null default 'TRIAL' check (status in ('TRIAL', 'ACTIVE', 'PAST_DUE', 'CANCELLED', 'PAUSED')),
    period_end timestamptz,
    cancel_at timestamptz,
    provider_at timestamptz not null default '-infinity', -- the provider's own time of what stands here
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
select tenant_table('subscriptions');
revoke insert, update, delete on subscriptions from aic_tenant;
revoke delete on subscriptions from aic_system;

-- What was known later never yields to what was known before, whatever order it arrives in.
create function refuse_older_knowledge() returns trigger language plpgsql as $$
begin
    if new.provider_at < old.provider_at then
        raise exception 'older than what is known already' using errcode = 'AC409';
    end if;
    new.updated_at := now();
    return new;
end $$;
create trigger refuse_older_knowledge before update on subscriptions for each row execute function refuse_older_knowledge();

create table invoices (
    org_id uuid not null references organizations,
    provider_invoice_id text not null check (length(provider_invoice_id) between 1 and 255),
    number text check (length(number) <= 100),
    amount_due bigint not null, -- in the currency's smallest unit
    amount_paid bigint not null,
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    status text not null check (status in ('DRAFT', 'OPEN', 'PAID', 'UNCOLLECTIBLE', 'VOID')),
    issued_at timestamptz not null,
    provider_at timestamptz not null,
    updated_at timestamptz not null default now(),
    primary key (org_id, provider_invoice_id)
);
create index on invoices (org_id, issued_at desc, provider_invoice_id);
select tenant_table('invoices');
revoke insert, update, delete on invoices from aic_tenant;
revoke delete on invoices from aic_system;
create trigger refuse_older_knowledge before update on invoices for each row execute function refuse_older_knowledge();

create table billing_events (
    provider_event_id text primary key check (length(provider_event_id) between 1 and 255),
    type text not null check (length(type) between 1 and 100),
    provider_at timestamptz not null,
    payload_sha256 bytea not null check (length(payload_sha256) = 32),
    org_id uuid references organizations,
    -- STALE: something newer was known; UNMATCHED: no organization, or not the one it names; KEPT: a type without effect.
    outcome text check (outcome in ('APPLIED', 'STALE', 'UNMATCHED', 'KEPT')),
    received_at timestamptz not null default now()
);
create index on billing_events (received_at desc);
alter table billing_events enable row level security;
alter table billing_events force row level security;
create policy system on billing_events to aic_system using (true) with check (true);
grant select, insert on billing_events to aic_system;
grant update (org_id, outcome) on billing_events to aic_system;
