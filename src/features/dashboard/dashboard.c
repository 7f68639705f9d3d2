#include "features/dashboard/dashboard.h"

#include "dashboard.sql.h"

enum { ACTION_ITEMS = 10, LAST_ANALYSES = 5 };

/* One row for each kind of gap that the statement dashboard_gaps finds. */
typedef struct gap_words {
    const char *kind, *severity, *title, *detail, *link;
} gap_words;

static const gap_words words[] = {
    { "failed_analysis", "ALERT", "Bias found in %.*s",
      "Its latest analysis failed. Read the report, correct the cause, and analyse it again.",
      "/systems/%s?tab=analyses" },
    { "no_accountable_person", "ACTION", "Name who answers for %.*s",
      "Every system needs an accountable person before it can be active.", "/systems/%s/edit" },
    { "no_risk_tier", "ACTION", "Classify %.*s", "Three questions about its stakes propose its risk tier.",
      "/systems/%s/edit" },
    { "never_analysed", "INFO", "Analyse %.*s", "No fairness analysis of it has been recorded yet.",
      "/analyses/new?system_id=%s" },
};

static const gap_words *words_for(text kind)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (text_equal_string(kind, words[i].kind)) return &words[i];
    return NULL;
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* the formats stand in the table above */
static action_item action_for(arena *a, const gap_words *w, const dashboard_gap *gap)
{
    char id[37];
    uuid_write(gap->system_id, id);
    return (action_item){
        .kind = gap->kind,
        .severity = text_of(w->severity),
        .title = text_format(a, w->title, PRINT(gap->system_name)),
        .detail = text_of(w->detail),
        .link = text_format(a, w->link, id),
    };
}
#pragma GCC diagnostic pop

static error read_actions(scope *db, dashboard *out)
{
    dashboard_gap_list gaps;
    TRY(sql_dashboard_gaps(db, &(sql_dashboard_gaps_in){ .lim = ACTION_ITEMS }, &gaps));
    action_item *items = ARENA_ARRAY(db->arena, gaps.count, action_item);
    size_t count = 0;
    for (size_t i = 0; i < gaps.count; i++) {
        const gap_words *w = words_for(gaps.items[i].kind);
        if (!w)
            return fail(db->arena, INTERNAL, "", "The dashboard has no words for a gap of kind %.*s.",
                        PRINT(gaps.items[i].kind));
        items[count++] = action_for(db->arena, w, &gaps.items[i]);
    }
    out->action_items = (item_list){ items, count };
    return OK;
}

error dashboard_read(scope *db, dashboard *out)
{
    dashboard_figures f;
    page_reply last;
    TRY(sql_dashboard_figures(db, &f));
    TRY(analyses_list(db, &(analyses_query){ .page.limit = LAST_ANALYSES }, &last));
    *out = (dashboard){
        .systems = { .total = f.systems_total,
                     .by_tier = { f.tier_1, f.tier_2, f.tier_3, f.tier_none },
                     .by_status = { f.draft, f.active, f.suspended, f.retired } },
        .analyses = { .total = f.analyses_total,
                      .by_verdict = { f.pass, f.review, f.fail, f.insufficient },
                      .last = { last.items, last.count } },
        .ledger = { .entries = f.ledger_entries, .last_at = f.ledger_last_at },
        .integrity_score = f.integrity_score,
    };
    return read_actions(db, out);
}
