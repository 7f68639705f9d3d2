#include "features/billing/billing.h"

#include "crypto/hash.h"
#include "door.sql.h"
#include "ledger/ledger.h"

/* ------------------------------------------------------------------ reading an event */

typedef struct provider_event {
    text id, type, body;
    instant at;
    const json_t *object; /* what it is about, as it was then */
} provider_event;

static text text_at(const json_t *object, const char *name)
{
    return json_text_of(json_object_get(object, name));
}

/* Seconds since 1970; not set when absent or beyond the year 9999. */
static maybe_instant time_at(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    json_int_t seconds = json_integer_value(value);
    bool is_time = json_is_integer(value) && seconds >= 0 && seconds <= INT64_C(253402300799);
    return (maybe_instant){ is_time, is_time ? SECONDS(seconds) : 0 };
}

static error read_event(arena *a, text body, provider_event *out)
{
    json_t *event;
    TRY(json_read(a, body, &event));
    maybe_instant at = time_at(event, "created");
    *out = (provider_event){
        .id = text_at(event, "id"),
        .type = text_at(event, "type"),
        .body = body,
        .at = at.value,
        .object = json_object_get(json_object_get(event, "data"), "object"),
    };
    bool is_event = text_is(out->id) && out->id.length >= 1 && out->id.length <= 255 && text_is(out->type) &&
                    out->type.length >= 1 && out->type.length <= 100 && at.is_set && json_is_object(out->object);
    return is_event ? OK : fail(a, BAD_REQUEST, "", "Expected an event with id, type, created and data.object.");
}

/* ------------------------------------------------------------------ whose it is */

/* An event may name an organization in its metadata; an invoice repeats that of its subscription. */
static text organization_named(const json_t *object)
{
    const json_t *details = json_object_get(json_object_get(object, "parent"), "subscription_details");
    if (!details) details = json_object_get(object, "subscription_details");
    text named = text_at(json_object_get(object, "metadata"), "org_id");
    return text_is(named) ? named : text_at(json_object_get(details, "metadata"), "org_id");
}

/* *found: the customer is an organization's, and the organization that the event names, if any, is that one. */
static error find_owner(scope *db, const json_t *object, bool *found, subscription *out)
{
    text customer = text_at(object, "customer"), named = organization_named(object);
    uuid org;
    *found = false;
    if (!text_is(customer)) return OK;
    TRY(sql_subscription_by_customer(db, &(sql_subscription_by_customer_in){ .customer = customer }, found, out));
    if (*found && text_is(named)) *found = uuid_parse(named, &org) && uuid_equal(org, out->org_id);
    return OK;
}

/* ------------------------------------------------------------------ what it changes */

typedef struct name_pair {
    const char *theirs, *ours;
} name_pair;

static text translate(const name_pair *pairs, text theirs)
{
    for (; pairs->theirs; pairs++)
        if (text_equal_string(theirs, pairs->theirs)) return text_of(pairs->ours);
    return NO_TEXT;
}

static const name_pair subscription_states[] = {
    { "trialing", "TRIAL" },
    { "active", "ACTIVE" },
    { "past_due", "PAST_DUE" },
    { "unpaid", "PAST_DUE" },
    { "incomplete", "PAST_DUE" },
    { "canceled", "CANCELLED" },
    { "incomplete_expired", "CANCELLED" },
    { "paused", "PAUSED" },
    { NULL, NULL },
};

static const name_pair invoice_states[] = {
    { "draft", "DRAFT" }, { "open", "OPEN" }, { "paid", "PAID" }, { "uncollectible", "UNCOLLECTIBLE" },
    { "void", "VOID" },   { NULL, NULL },
};

static const name_pair plans[] = {
    { "STANDARD", "STANDARD" }, { "ELEVATED", "ELEVATED" }, { "CRITICAL", "CRITICAL" },
    { "CUSTOM", "CUSTOM" },     { "standard", "STANDARD" }, { "elevated", "ELEVATED" },
    { "critical", "CRITICAL" }, { "custom", "CUSTOM" },     { NULL, NULL },
};

static const json_t *first_item(const json_t *object)
{
    return json_array_get(json_object_get(json_object_get(object, "items"), "data"), 0);
}

/* The price's own key says the plan; where the price has none, the subscription's metadata do. */
static text plan_of(const json_t *object)
{
    text by_price = translate(plans, text_at(json_object_get(first_item(object), "price"), "lookup_key"));
    return text_is(by_price) ? by_price : translate(plans, text_at(json_object_get(object, "metadata"), "plan"));
}

static error record_plan(scope *db, const subscription *before, text plan)
{
    if (!text_is(plan) || text_equal(plan, before->plan)) return OK;
    json_writer w = json_writer_in(db->arena);
    json_open(&w, '{');
    json_key(&w, "from"), json_write_text(&w, before->plan);
    json_key(&w, "to"), json_write_text(&w, plan);
    json_close(&w, '}');
    uuid entry;
    return ledger_append(db, LEDGER_PLAN_CHANGED, "organization", before->org_id, json_written(&w), &entry);
}

static error apply_subscription(scope *db, const provider_event *e, const subscription *before, billing_outcome *out)
{
    text id = text_at(e->object, "id"), plan = plan_of(e->object);
    text status = translate(subscription_states, text_at(e->object, "status"));
    *out = BILLING_KEPT;
    if (!text_is(id) || !text_is(status)) return OK; /* a state that we do not know yet */
    *out = BILLING_STALE;
    /* The end of a subscription that another one has followed. */
    bool is_other = text_is(before->provider_subscription_id) && !text_equal(before->provider_subscription_id, id);
    if (is_other && text_equal_string(status, "CANCELLED")) return OK;
    maybe_instant until = time_at(e->object, "current_period_end");
    if (!until.is_set) until = time_at(first_item(e->object), "current_period_end");
    int64_t changed;
    TRY(sql_subscription_apply(db,
                               &(sql_subscription_apply_in){ .org_id = before->org_id,
                                                             .subscription = id,
                                                             .plan = plan,
                                                             .status = status,
                                                             .period_end = until,
                                                             .cancel_at = time_at(e->object, "cancel_at"),
                                                             .provider_at = e->at },
                               &changed));
    if (!changed) return OK;
    *out = BILLING_APPLIED;
    return record_plan(db, before, plan);
}

static error apply_invoice(scope *db, const provider_event *e, const subscription *owner, billing_outcome *out)
{
    text id = text_at(e->object, "id"), status = translate(invoice_states, text_at(e->object, "status"));
    text currency = text_at(e->object, "currency");
    maybe_instant issued = time_at(e->object, "created");
    int64_t changed;
    *out = BILLING_KEPT;
    if (!text_is(id) || !text_is(status) || currency.length != 3 || !issued.is_set) return OK;
    TRY(sql_invoice_apply(
        db,
        &(sql_invoice_apply_in){ .org_id = owner->org_id,
                                 .invoice = id,
                                 .number = text_at(e->object, "number"),
                                 .amount_due = json_integer_value(json_object_get(e->object, "amount_due")),
                                 .amount_paid = json_integer_value(json_object_get(e->object, "amount_paid")),
                                 .currency = currency,
                                 .status = status,
                                 .issued_at = issued.value,
                                 .provider_at = e->at },
        &changed));
    *out = changed ? BILLING_APPLIED : BILLING_STALE;
    return OK;
}

/* ------------------------------------------------------------------ taking it */

const char *billing_outcome_name(billing_outcome outcome)
{
    static const char *const names[] = { "APPLIED", "STALE", "UNMATCHED", "KEPT", "DUPLICATE" };
    return names[outcome];
}

void billing_metrics(platform *app, text_builder *out)
{
    text_add_format(out,
                    "# HELP aic_billing_unmatched_total Events of the payment provider that fit no organization.\n"
                    "# TYPE aic_billing_unmatched_total counter\naic_billing_unmatched_total %llu\n",
                    atomic_load(&app->unmatched_events));
}

/* Somebody has to look: a customer that is nobody's, or an organization that is not the customer's. */
static error alert_unmatched(platform *app, scope *db, const provider_event *e)
{
    atomic_fetch_add(&app->unmatched_events, 1);
    log_event(app->log, LOG_WARNING, "billing_event_unmatched",
              "An event of the payment provider fits no organization; nothing was changed.",
              (log_field[]){ LOG_T("provider_event", e->id), LOG_T("type", e->type), LOG_END });
    text reason = text_format(db->arena, "%.*s of type %.*s: its customer is not that of the organization",
                              PRINT(e->id), PRINT(e->type));
    return sql_audit_insert(db, &(sql_audit_insert_in){ .actor_kind = TEXT("WEBHOOK"),
                                                        .event = TEXT("billing_event_unmatched"),
                                                        .outcome = TEXT("REFUSED"),
                                                        .reason = reason,
                                                        .request_id = db->who.request_id,
                                                        .ip = db->who.ip,
                                                        .user_agent = db->who.user_agent });
}

static error apply_event(platform *app, scope *db, const provider_event *e, maybe_uuid *org, billing_outcome *out)
{
    bool is_subscription = text_starts(e->type, "customer.subscription."),
         is_invoice = text_starts(e->type, "invoice.");
    bool found;
    subscription owner;
    *out = BILLING_KEPT;
    if (!is_subscription && !is_invoice) return OK;
    TRY(find_owner(db, e->object, &found, &owner));
    if (!found) {
        *out = BILLING_UNMATCHED;
        return alert_unmatched(app, db, e);
    }
    *org = (maybe_uuid){ true, owner.org_id };
    TRY(scope_set_org(db, owner.org_id));
    return is_subscription ? apply_subscription(db, e, &owner, out) : apply_invoice(db, e, &owner, out);
}

error billing_take_event(platform *app, scope *db, text body, billing_receipt *out)
{
    provider_event e;
    billing_outcome outcome = BILLING_DUPLICATE;
    maybe_uuid org = { 0 };
    int64_t is_new;
    TRY(read_event(db->arena, body, &e));
    TRY(sql_billing_event_insert(db,
                                 &(sql_billing_event_insert_in){ .provider_event_id = e.id,
                                                                 .type = e.type,
                                                                 .provider_at = e.at,
                                                                 .payload_sha256 = sha256_bytes(db->arena, body) },
                                 &is_new));
    if (is_new) {
        TRY(apply_event(app, db, &e, &org, &outcome));
        TRY(sql_billing_event_settle(
            db, &(sql_billing_event_settle_in){
                    .provider_event_id = e.id, .outcome = text_of(billing_outcome_name(outcome)), .org_id = org }));
    }
    *out = (billing_receipt){ .received = true, .outcome = text_of(billing_outcome_name(outcome)) };
    return OK;
}

/* ------------------------------------------------------------------ looking after it */

/* The provider's id is no UUID: it stands in the key, behind the time and a space. */
static error read_events_cursor(arena *a, text cursor, maybe_instant *at, text *event)
{
    text key;
    uuid none;
    *at = (maybe_instant){ 0 };
    *event = NO_TEXT;
    if (!text_is(cursor)) return OK;
    TRY(cursor_read(a, cursor, &key, &none));
    const char *space = memchr(key.data, ' ', key.length);
    size_t length = space ? (size_t)(space - key.data) : key.length;
    at->is_set = space && instant_parse((text){ key.data, length }, &at->value);
    if (!at->is_set) return fail(a, BAD_REQUEST, "/cursor", "This cursor belongs to another list.");
    *event = (text){ key.data + length + 1, key.length - length - 1 };
    return OK;
}

error billing_list_events(scope *db, const billing_events_query *query, page_reply *out)
{
    sql_billing_events_of_outcome_in in = { .outcome = query->outcome,
                                            .org_id = query->org_id,
                                            .lim = query->page.limit + 1 };
    billing_event_list rows;
    TRY(read_events_cursor(db->arena, query->page.cursor, &in.after_at, &in.after_event));
    if (text_is(in.outcome))
        TRY(sql_billing_events_of_outcome(db, &in, &rows));
    else
        TRY(sql_billing_events_list(
            db,
            &(sql_billing_events_list_in){
                .org_id = in.org_id, .after_at = in.after_at, .after_event = in.after_event, .lim = in.lim },
            &rows));
    size_t shown = rows.count > (size_t)query->page.limit ? (size_t)query->page.limit : rows.count;
    *out = (page_reply){ .items = rows.items, .count = shown };
    if (shown == rows.count) return OK;
    const billing_event *last = &rows.items[shown - 1];
    text key =
        text_format(db->arena, "%.*s %.*s", PRINT(instant_format(db->arena, last->received_at)), PRINT(last->id));
    out->next_cursor = cursor_write(db->arena, key, (uuid){ { 0 } });
    return OK;
}
