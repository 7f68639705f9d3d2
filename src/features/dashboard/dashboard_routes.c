#include "features/dashboard/dashboard.h"

static const char *const severity_names[] = { "INFO", "ACTION", "ALERT", NULL };

typedef __typeof__(((systems_figures *)0)->by_tier) tier_counts;
typedef __typeof__(((systems_figures *)0)->by_status) status_counts;
typedef __typeof__(((analyses_figures *)0)->by_verdict) verdict_counts;

#define COUNT(type, member) FIELD(type, member, AN_INTEGER)
static const field tier_fields[] = { COUNT(tier_counts, TIER_1), COUNT(tier_counts, TIER_2), COUNT(tier_counts, TIER_3),
                                     COUNT(tier_counts, none), FIELDS_END };
static const field status_fields[] = { COUNT(status_counts, DRAFT), COUNT(status_counts, ACTIVE),
                                       COUNT(status_counts, SUSPENDED), COUNT(status_counts, RETIRED), FIELDS_END };
static const field verdict_fields[] = { COUNT(verdict_counts, PASS), COUNT(verdict_counts, REVIEW),
                                        COUNT(verdict_counts, FAIL), COUNT(verdict_counts, INSUFFICIENT_DATA),
                                        FIELDS_END };

static const field systems_figures_fields[] = { FIELD(systems_figures, total, AN_INTEGER),
                                                FIELD(systems_figures, by_tier, OBJECT_OF(tier_fields)),
                                                FIELD(systems_figures, by_status, OBJECT_OF(status_fields)),
                                                FIELDS_END };

static const field analyses_figures_fields[] = { FIELD(analyses_figures, total, AN_INTEGER),
                                                 FIELD(analyses_figures, by_verdict, OBJECT_OF(verdict_fields)),
                                                 FIELD(analyses_figures, last, LIST_OF(analysis, analysis_fields)),
                                                 FIELDS_END };

static const field ledger_figures_fields[] = { FIELD(ledger_figures, entries, AN_INTEGER),
                                               FIELD(ledger_figures, last_at, MAYBE_INSTANT), FIELDS_END };

static const field action_item_fields[] = { FIELD(action_item, kind, A_TEXT),
                                            FIELD(action_item, title, A_TEXT),
                                            FIELD(action_item, detail, A_TEXT),
                                            FIELD(action_item, link, A_TEXT, .doc = "Path below /app"),
                                            FIELD(action_item, severity, ONE_OF(severity_names)),
                                            FIELDS_END };

static const field dashboard_fields[] = { FIELD(dashboard, systems, OBJECT_OF(systems_figures_fields)),
                                          FIELD(dashboard, analyses, OBJECT_OF(analyses_figures_fields)),
                                          FIELD(dashboard, ledger, OBJECT_OF(ledger_figures_fields)),
                                          FIELD(dashboard, integrity_score, MAYBE_NUMBER,
                                                .doc = "null: not yet scored"),
                                          FIELD(dashboard, action_items, LIST_OF(action_item, action_item_fields)),
                                          FIELDS_END };

static error get_dashboard(request *rq, const void *body, void *reply)
{
    (void)body;
    return dashboard_read(rq->scope, reply);
}

const route dashboard_routes[] = { { GET, "/dashboard", "Figures and what to do next", SIGNED_IN, TENANT,
                                     REPLY(dashboard, dashboard_fields), .key_reads = true, .rate = RATE_READ,
                                     .handle = get_dashboard },
                                   ROUTES_END };
