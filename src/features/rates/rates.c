#include "features/rates/rates.h"

#include "features/rates/rules.h"
#include "rates.sql.h"

const rule rules[RULES] = {
    [RULE_API] = { "api", BY_PERSON, false },          [RULE_API_KEY] = { "api_key", BY_PERSON, false },
    [RULE_ANALYZE] = { "analyze", BY_PERSON, true },   [RULE_EXPLAIN] = { "explain", BY_PERSON, true },
    [RULE_EXPORT] = { "export", BY_PERSON, true },     [RULE_VERIFY] = { "verify", BY_PERSON, true },
    [RULE_SIGN_IN] = { "sign_in", BY_ADDRESS, true },  [RULE_SIGN_IN_NETWORK] = { "sign_in_network", BY_NETWORK, true },
    [RULE_REFRESH] = { "refresh", BY_ADDRESS, false }, [RULE_REGISTER] = { "register", BY_ADDRESS, true },
    [RULE_INTAKE] = { "intake", BY_ADDRESS, true },    [RULE_INTAKE_DAY] = { "intake_day", BY_ADDRESS, true },
    [RULE_CASE] = { "case", BY_ADDRESS, true },        [RULE_PUBLIC] = { "public", BY_ADDRESS, false },
};

enum { MOST_RULES = 2 };

/* What one request is counted by. */
typedef struct counting {
    rule_id id;
    rate_subject subject;
    text key; /* of those that are counted in the database */
    count_window window;
    int64_t most, taken;
} counting;

struct admitted {
    counting countings[MOST_RULES];
    size_t count;
};

/* ------------------------------------------------------------------ which limits */

static size_t rules_of(const request *rq, rule_id out[MOST_RULES])
{
    bool is_known = rq->who != NULL;
    rule_id plain = !is_known ? RULE_PUBLIC : rq->who->is_api_key ? RULE_API_KEY : RULE_API;
    out[0] = plain;
    switch (rq->route->rate) {
    case RATE_READ:
    case RATE_WRITE:
        if (is_known && request_exports(rq)) out[0] = RULE_EXPORT;
        return 1;
    case RATE_ANALYZE:
        return out[0] = RULE_ANALYZE, 1;
    case RATE_EXPLAIN:
        return out[0] = RULE_EXPLAIN, 1;
    case RATE_EXPORT:
        return out[0] = RULE_EXPORT, 1;
    case RATE_VERIFY:
        return out[0] = RULE_VERIFY, 1;
    case RATE_SIGN_IN:
        return out[0] = RULE_SIGN_IN, out[1] = RULE_SIGN_IN_NETWORK, 2;
    case RATE_REFRESH:
        return out[0] = RULE_REFRESH, 1;
    case RATE_REGISTER:
        return out[0] = RULE_REGISTER, 1;
    case RATE_INTAKE:
        return out[0] = RULE_INTAKE, out[1] = RULE_INTAKE_DAY, 2;
    case RATE_CASE:
        return out[0] = RULE_CASE, 1;
    case RATE_PUBLIC:
        return 1;
    }
    return 1;
}

static rate_subject subject_for(const request *rq, subject_kind by)
{
    const principal *who = rq->who;
    if (by == BY_PERSON && who) return subject_of_person(who->user_id);
    return subject_of_address(rq->arena, by, rq->ip);
}

int64_t rule_most(const rates *r, rule_id id)
{
    int64_t factor = rules[id].by == BY_PERSON ? 1 : r->options.address_factor;
    return atomic_load(&r->most[id]) * factor;
}

count_window rule_window(const rates *r, rule_id id, instant now)
{
    instant length = SECONDS(atomic_load(&r->window_seconds[id])), start = now - now % length;
    return (count_window){ start, start + length };
}

text rule_key(arena *a, rule_id id, const rate_subject *subject)
{
    return text_format(a, "%s %.*s", rules[id].name, PRINT(subject_name(a, rules[id].by, subject)));
}

text rate_counts_json(arena *a, const rate_count *counts, size_t count)
{
    json_writer w = json_writer_in(a);
    json_open(&w, '[');
    for (size_t i = 0; i < count; i++) {
        json_open(&w, '{');
        json_key(&w, "key"), json_write_text(&w, counts[i].key);
        json_key(&w, "start"), json_write_instant(&w, counts[i].start);
        json_key(&w, "taken"), json_write_integer(&w, counts[i].taken);
        json_close(&w, '}');
    }
    json_close(&w, ']');
    return json_written(&w);
}

static admitted *countings_of(const request *rq, const rates *r, instant now)
{
    rule_id ids[MOST_RULES];
    admitted *out = ARENA_NEW(rq->arena, admitted);
    out->count = rules_of(rq, ids);
    for (size_t i = 0; i < out->count; i++) {
        rate_subject subject = subject_for(rq, rules[ids[i]].by);
        out->countings[i] = (counting){
            .id = ids[i], .subject = subject, .window = rule_window(r, ids[i], now), .most = rule_most(r, ids[i])
        };
    }
    return out;
}

/* ------------------------------------------------------------------ taking */

static error add(scope *db, admitted *all, int64_t each)
{
    rate_count counts[MOST_RULES];
    rate_total_list totals;
    for (size_t i = 0; i < all->count; i++) {
        counting *c = &all->countings[i];
        c->key = rule_key(db->arena, c->id, &c->subject);
        counts[i] = (rate_count){ c->key, c->window.start, each };
    }
    TRY(sql_rates_add(db, &(sql_rates_add_in){ .counts = rate_counts_json(db->arena, counts, all->count) }, &totals));
    for (size_t t = 0; t < totals.count; t++)
        for (size_t i = 0; i < all->count; i++)
            if (text_equal(totals.items[t].key, all->countings[i].key)) all->countings[i].taken = totals.items[t].taken;
    return OK;
}

static counting *one_too_many(admitted *all)
{
    for (size_t i = 0; i < all->count; i++)
        if (all->countings[i].taken > all->countings[i].most) return &all->countings[i];
    return NULL;
}

/* Of two at once the second waits for the first. A request that is refused takes nothing. */
static error take_exactly(const request *rq, admitted *all, counting **over)
{
    platform *app = rq->app;
    caller who = { .kind = ACTOR_PUBLIC, .request_id = rq->request_id, .ip = rq->ip, .user_agent = rq->user_agent };
    scope *db;
    TRY(scope_open_system(app->store, rq->arena, S1_SIGN_IN, TEXT("count requests of a limited kind"), &who, &db));
    error bad = add(db, all, 1);
    *over = bad ? NULL : one_too_many(all);
    if (!bad && !*over) bad = scope_commit(db);
    scope_rollback(db);
    return bad;
}

static void take_nearly(rates *r, admitted *all, counting **over)
{
    *over = NULL;
    for (size_t i = 0; i < all->count && !*over; i++) {
        counting *c = &all->countings[i];
        count_key key = { .subject = c->subject, .rule = (uint8_t)c->id };
        if (!near_take(r->near, &key, c->window, c->most, &c->taken)) *over = c;
    }
}

/* ------------------------------------------------------------------ saying so */

static void add_headers(request *rq, const admitted *all, instant now)
{
    text_builder policy = text_builder_in(rq->arena), state = text_builder_in(rq->arena);
    for (size_t i = 0; i < all->count; i++) {
        const counting *c = &all->countings[i];
        int64_t left = c->most > c->taken ? c->most - c->taken : 0;
        int64_t length = (c->window.end - c->window.start) / SECONDS(1), wait = (c->window.end - now) / SECONDS(1) + 1;
        const char *comma = i ? ", " : "";
        text_add_format(&policy, "%s\"%s\";q=%lld;w=%lld", comma, rules[c->id].name, (long long)c->most,
                        (long long)length);
        text_add_format(&state, "%s\"%s\";r=%lld;t=%lld", comma, rules[c->id].name, (long long)left, (long long)wait);
    }
    reply_header(rq, "RateLimit-Policy", text_built(&policy));
    reply_header(rq, "RateLimit", text_built(&state));
}

static error refused(const request *rq, rates *r, const counting *over, instant now)
{
    int wait = (int)((over->window.end - now) / SECONDS(1)) + 1;
    long long seconds = (over->window.end - over->window.start) / SECONDS(1);
    atomic_fetch_add(&r->refused[over->id], 1);
    return fail_later(rq->arena, TOO_MANY, wait,
                      text_format(rq->arena,
                                  "The limit \"%s\" is %lld in %lld seconds, and it is reached. Wait %d second%s, then "
                                  "try again.",
                                  rules[over->id].name, (long long)over->most, seconds, wait, wait == 1 ? "" : "s")
                          .data);
}

error rates_admit(request *rq)
{
    platform *app = rq->app;
    rates *r = app->rates;
    /* Health, documentation: cheaper to answer than to count, and asked by those who watch over us. */
    if (!r || rq->route->scope.kind == SCOPE_NONE) return OK;
    instant now = clock_now(&app->clock);
    counting *over = NULL;
    rq->admitted = countings_of(rq, r, now);
    if (rules[rq->admitted->countings[0].id].is_exact)
        TRY(take_exactly(rq, rq->admitted, &over));
    else
        take_nearly(r, rq->admitted, &over);
    add_headers(rq, rq->admitted, now);
    return over ? refused(rq, r, over, now) : OK;
}

error rates_succeeded(request *rq)
{
    if (!rq->admitted || rq->route->rate != RATE_SIGN_IN) return OK;
    TRY(add(rq->scope, rq->admitted, -1));
    return OK;
}

void rates_metrics(rates *r, text_builder *out)
{
    text_add_string(out, "# HELP aic_rate_refused_total Requests that were one too many.\n"
                         "# TYPE aic_rate_refused_total counter\n");
    for (int id = 0; r && id < RULES; id++)
        text_add_format(out, "aic_rate_refused_total{limit=\"%s\"} %llu\n", rules[id].name,
                        (unsigned long long)atomic_load(&r->refused[id]));
}
