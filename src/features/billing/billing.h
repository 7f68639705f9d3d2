/* Billing: what the payment provider (Stripe) tells us by its webhook. It moves a plan and a payment status, never a
 * risk tier and never a certification.
 *
 * An event is taken once, whoever delivers it how often at the same time; is settled by the provider's own time, so
 * that one that arrives late changes nothing; and touches an organization only when the customer in it is that
 * organization's and, where it names one in its metadata, when that is the same one. What fits nowhere is kept, audited
 * and answered 200, since a retry cannot help. Its alert is a warning of the log (billing_event_unmatched), the metric
 * aic_billing_unmatched_total, which an alert rule watches, and a badge in the admin app. */
#ifndef AIC_FEATURES_BILLING_H
#define AIC_FEATURES_BILLING_H

#include "billing.sql.h"
#include "features/app.h"

typedef enum { BILLING_APPLIED, BILLING_STALE, BILLING_UNMATCHED, BILLING_KEPT, BILLING_DUPLICATE } billing_outcome;
const char *billing_outcome_name(billing_outcome outcome);

typedef struct billing_receipt {
    bool received;
    text outcome; /* APPLIED, STALE, UNMATCHED, KEPT, DUPLICATE */
} billing_receipt;

/* body is the event's JSON; its signature has been checked. BAD_REQUEST when it is no event. */
error billing_take_event(platform *app, scope *db, text body, billing_receipt *out);

typedef struct billing_events_query {
    page_query page;
    text outcome;
    maybe_uuid org_id;
} billing_events_query;

/* Newest first, over all organizations and of none: for staff. */
error billing_list_events(scope *db, const billing_events_query *query, page_reply *out);

/* Lines of Prometheus text. */
void billing_metrics(platform *app, text_builder *out);

extern const route billing_routes[];

#endif
