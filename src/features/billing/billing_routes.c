#include "crypto/webhook_signature.h"
#include "features/billing/billing.h"

static const field receipt_fields[] = {
    FIELD(billing_receipt, received, A_BOOL),
    FIELD(billing_receipt, outcome, A_TEXT, .doc = "APPLIED, STALE, UNMATCHED, KEPT or DUPLICATE"), FIELDS_END
};

static const char *const plan_names[] = { "STANDARD", "ELEVATED", "CRITICAL", "CUSTOM", NULL };
static const char *const status_names[] = { "TRIAL", "ACTIVE", "PAST_DUE", "CANCELLED", "PAUSED", NULL };

static const char *const invoice_names[] = { "DRAFT", "OPEN", "PAID", "UNCOLLECTIBLE", "VOID", NULL };

typedef struct billing_view {
    text plan, status;
    maybe_instant period_end, cancel_at;
    item_list invoices;
} billing_view;

static const field invoice_fields[] = { FIELD(invoice, id, A_TEXT),
                                        FIELD(invoice, number, A_TEXT, NULLABLE),
                                        FIELD(invoice, amount_due, AN_INTEGER, .doc = "In the smallest unit (cents)"),
                                        FIELD(invoice, amount_paid, AN_INTEGER),
                                        FIELD(invoice, currency, A_TEXT),
                                        FIELD(invoice, status, ONE_OF(invoice_names)),
                                        FIELD(invoice, issued_at, AN_INSTANT),
                                        FIELDS_END };

static const field view_fields[] = {
    FIELD(billing_view, plan, ONE_OF(plan_names), NULLABLE, .doc = "null: none chosen yet"),
    FIELD(billing_view, status, ONE_OF(status_names), NULLABLE),
    FIELD(billing_view, period_end, MAYBE_INSTANT),
    FIELD(billing_view, cancel_at, MAYBE_INSTANT),
    FIELD(billing_view, invoices, LIST_OF(invoice, invoice_fields), .doc = "The newest hundred"),
    FIELDS_END
};

enum { INVOICES_SHOWN = 100 };

static error get_billing(request *rq, const void *body, void *reply)
{
    (void)body;
    billing_view *out = reply;
    bool found;
    subscription current;
    invoice_list invoices;
    TRY(sql_subscription_current(rq->scope, &found, &current));
    TRY(sql_invoices_list(rq->scope, &(sql_invoices_list_in){ .lim = INVOICES_SHOWN }, &invoices));
    if (found)
        *out = (billing_view){ .plan = current.plan,
                               .status = current.status,
                               .period_end = current.period_end,
                               .cancel_at = current.cancel_at };
    out->invoices = (item_list){ invoices.items, invoices.count };
    return OK;
}

static const char *const outcome_names[] = { "APPLIED", "STALE", "UNMATCHED", "KEPT", NULL };

static const field event_fields[] = {
    FIELD(billing_event, id, A_TEXT, .doc = "The provider's id"),
    FIELD(billing_event, type, A_TEXT),
    FIELD(billing_event, outcome, ONE_OF(outcome_names), NULLABLE,
          .doc = "UNMATCHED: its customer is nobody's, or not that of the organization it names; nothing was changed"),
    FIELD(billing_event, org_id, MAYBE_UUID),
    FIELD(billing_event, org_name, A_TEXT, NULLABLE),
    FIELD(billing_event, provider_at, AN_INSTANT, .doc = "The provider's own time"),
    FIELD(billing_event, received_at, AN_INSTANT),
    FIELD(billing_event, payload_sha256, A_TEXT, .doc = "Of the body as it came; the body itself is not kept"),
    FIELDS_END
};

static const field events_query_fields[] = {
    PAGE_FIELDS(billing_events_query), FIELD(billing_events_query, outcome, ONE_OF(outcome_names)),
    FIELD(billing_events_query, org_id, MAYBE_UUID, .doc = "Of this organization only"), FIELDS_END
};

static error get_events(request *rq, const void *body, void *reply)
{
    (void)body;
    return billing_list_events(rq->scope, rq->query, reply);
}

static error post_webhook(request *rq, const void *body, void *reply)
{
    (void)body;
    platform *app = rq->app;
    if (app->payment_secrets.count == 0)
        return fail_later(rq->arena, UNAVAILABLE, 3600, "Billing is not configured on this server.");
    TRY(webhook_signature_check(rq->arena, request_header(rq, "Stripe-Signature"), rq->body, &app->payment_secrets,
                                clock_now(&app->clock)));
    return billing_take_event(app, rq->scope, rq->body, reply);
}

const route billing_routes[] = {
    { GET, "/billing", "Plan, payment status and invoices", CAPABILITY("manage_billing"), TENANT,
      REPLY(billing_view, view_fields), .rate = RATE_READ, .handle = get_billing },
    { POST, "/billing/webhook", "Events of the payment provider", WEBHOOK,
      SYSTEM(S5_PAYMENT_WEBHOOK, "The organization is found by its customer id with the provider"), .raw_body = true,
      REPLY(billing_receipt, receipt_fields), .audit = "billing_event", .rate = RATE_PUBLIC, .body_limit = 1000000,
      .body_schema = "{\"type\":\"object\",\"required\":[\"id\",\"type\",\"created\",\"data\"],\"properties\":{"
                     "\"id\":{\"type\":\"string\"},\"type\":{\"type\":\"string\"},\"created\":{\"type\":\"integer\"},"
                     "\"data\":{\"type\":\"object\"}}}",
      .description =
          "Signed by `Stripe-Signature`; without a good signature 400. Answered 200 once the event is stored "
          "for good; the same event again changes nothing.",
      .handle = post_webhook },
    { GET, "/admin/billing-events", "List the payment provider's events, latest first", SUPER_ADMIN,
      SYSTEM(S6_STAFF_VIEW, "Staff look after events that fit no organization"),
      QUERY(billing_events_query, events_query_fields), LIST_REPLY(event_fields, billing_event), .rate = RATE_READ,
      .handle = get_events },
    ROUTES_END
};
