/* The dashboard: figures counted from the rows when asked; a figure that does not exist yet is null. */
#ifndef AIC_FEATURES_DASHBOARD_H
#define AIC_FEATURES_DASHBOARD_H

#include "features/analyses/analyses.h"
#include "http/http.h"
#include "store/store.h"

typedef struct systems_figures {
    int64_t total;
    struct {
        int64_t TIER_1, TIER_2, TIER_3, none;
    } by_tier;
    struct {
        int64_t DRAFT, ACTIVE, SUSPENDED, RETIRED;
    } by_status;
} systems_figures;

typedef struct analyses_figures {
    int64_t total;
    struct {
        int64_t PASS, REVIEW, FAIL, INSUFFICIENT_DATA;
    } by_verdict;
    item_list last; /* of analysis */
} analyses_figures;

typedef struct ledger_figures {
    int64_t entries;
    maybe_instant last_at;
} ledger_figures;

/* What to do next: kind, the system concerned, how pressing. */
typedef struct action_item {
    text kind, title, detail, link, severity;
} action_item;

typedef struct dashboard {
    systems_figures systems;
    analyses_figures analyses;
    ledger_figures ledger;
    maybe_number integrity_score;
    item_list action_items; /* of action_item */
} dashboard;

extern const route dashboard_routes[];

error dashboard_read(scope *db, dashboard *out);

#endif
