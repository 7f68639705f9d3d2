/* The router: all tables in one trie over path segments, built once at start. Matching allocates a handful of values
 * and compares each segment with the few literals of its node. */
#ifndef AIC_HTTP_ROUTER_H
#define AIC_HTTP_ROUTER_H

#include "http/fields/fields.h"

#define API_BASE "/api/v1"

enum { METHODS = 5, MOST_PATH_VALUES = 8 };

typedef struct route_slot {
    const route *row;
    size_t number; /* counts routes from 0, for metrics */
} route_slot;

typedef struct router router;

router *router_new(arena *a, const route *const *const *groups); /* groups of tables, each ended by NULL */
size_t router_count(const router *r);
const route *router_row(const router *r, size_t number);

typedef struct route_match {
    const route_slot *methods; /* METHODS of them, by http_method; row NULL where there is none. NULL: no such path */
    named_text values[MOST_PATH_VALUES]; /* names belong to the row chosen: see route_match_names */
    size_t count;
} route_match;

/* path: as sent, without query. Values are percent-decoded; a broken escape matches nothing. */
route_match router_find(const router *r, arena *a, text path);
/* Gives the values their names, which are the row's. */
void route_match_name(route_match *m, const route *row);

text route_full_path(arena *a, const route *row); /* with API_BASE unless at_root */
/* The next placeholder at or after *at: its name without braces and star. False at the end. */
bool path_placeholder(const char *path, size_t *at, text *name, bool *is_rest);

const char *http_method_name(http_method m);

#endif
