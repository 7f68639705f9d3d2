-- The payment provider's webhook (SYSTEM S5), and what a tenant sees of it.

-- Of several deliveries of one event the first inserts; the others wait for its end and insert nothing.
-- name: billing_event_insert :count
-- as: system
-- in: provider_event_id text, type text, provider_at timestamptz, payload_sha256 bytea
insert into billing_events (provider_event_id, type, provider_at, payload_sha256)
values ($provider_event_id, $type, $provider_at, $payload_sha256)
on conflict (provider_event_id) do nothing;

-- name: billing_event_settle :exec
-- as: system
-- in: provider_event_id text, outcome text, org_id uuid?
update billing_events set outcome = $outcome, org_id = $org_id where provider_event_id = $provider_event_id;

-- struct: subscription (org_id uuid, provider_customer_id text, provider_subscription_id text?, plan text?, status text, period_end timestamptz?, cancel_at timestamptz?)

-- name: subscription_by_customer :maybe
-- as: system
-- in: customer text
-- out: subscription
select org_id, provider_customer_id, provider_subscription_id, plan, status, period_end, cancel_at
from subscriptions
where provider_customer_id = $customer
for update;

-- Nothing when something newer is known. At the same second a cancellation stands.
-- name: subscription_apply :count
-- as: system
-- in: org_id uuid, subscription text, plan text?, status text, period_end timestamptz?, cancel_at timestamptz?, provider_at timestamptz
update subscriptions
set provider_subscription_id = $subscription, plan = coalesce($plan, plan), status = $status, period_end = $period_end,
    cancel_at = $cancel_at, provider_at = $provider_at
where org_id = $org_id
  and (provider_at < $provider_at or (provider_at = $provider_at and status <> 'CANCELLED'));

-- name: invoice_apply :count
-- as: system
-- in: org_id uuid, invoice text, number text?, amount_due bigint, amount_paid bigint, currency text, status text, issued_at timestamptz, provider_at timestamptz
insert into invoices as i (org_id, provider_invoice_id, number, amount_due, amount_paid, currency, status, issued_at, provider_at)
values ($org_id, $invoice, $number, $amount_due, $amount_paid, upper($currency), $status, $issued_at, $provider_at)
on conflict (org_id, provider_invoice_id) do update
set number = coalesce(excluded.number, i.number), amount_due = excluded.amount_due, amount_paid = excluded.amount_paid,
    status = excluded.status, provider_at = excluded.provider_at
where i.provider_at < excluded.provider_at
   or (i.provider_at = excluded.provider_at and i.status not in ('PAID', 'VOID', 'UNCOLLECTIBLE'));

-- name: subscription_current :maybe
-- as: tenant
-- out: subscription
select org_id, provider_customer_id, provider_subscription_id, plan, status, period_end, cancel_at
from subscriptions
where org_id = current_org();

-- name: invoices_list :many
-- as: tenant
-- in: lim bigint
-- out: invoice (id text, number text?, amount_due bigint, amount_paid bigint, currency text, status text, issued_at timestamptz)
select provider_invoice_id as id, number, amount_due, amount_paid, currency, status, issued_at
from invoices
where org_id = current_org()
order by issued_at desc, provider_invoice_id
limit $lim;

-- struct: billing_event (id text, type text, outcome text?, org_id uuid?, org_name text?, provider_at timestamptz, received_at timestamptz, payload_sha256 text)

-- What came in, newest first: for staff, who look after what fits no organization.
-- name: billing_events_list :many
-- as: system
-- in: org_id uuid?, after_at timestamptz?, after_event text?, lim bigint
-- out: billing_event
select e.provider_event_id as id, e.type, e.outcome, e.org_id, o.name as org_name, e.provider_at, e.received_at,
       encode(e.payload_sha256, 'hex') as payload_sha256
from billing_events e
left join organizations o on o.id = e.org_id
where ($org_id is null or e.org_id = $org_id)
  and e.received_at <= coalesce($after_at, 'infinity')
  and ($after_event is null or (e.received_at, e.provider_event_id) < ($after_at, $after_event))
order by e.received_at desc, e.provider_event_id desc
limit $lim;

-- The same of one outcome, by an index of its own: what is unmatched is rare.
-- name: billing_events_of_outcome :many
-- as: system
-- in: outcome text, org_id uuid?, after_at timestamptz?, after_event text?, lim bigint
-- out: billing_event
select e.provider_event_id as id, e.type, e.outcome, e.org_id, o.name as org_name, e.provider_at, e.received_at,
       encode(e.payload_sha256, 'hex') as payload_sha256
from billing_events e
left join organizations o on o.id = e.org_id
where e.outcome = $outcome
  and ($org_id is null or e.org_id = $org_id)
  and e.received_at <= coalesce($after_at, 'infinity')
  and ($after_event is null or (e.received_at, e.provider_event_id) < ($after_at, $after_event))
order by e.received_at desc, e.provider_event_id desc
limit $lim;
