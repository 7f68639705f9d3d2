#include "http/routes/router.h"

/* One segment of a path. A node's children are literals, looked at first, then placeholders with a suffix
 * ("{number}.svg", the longest first by the order of the tables), then the plain placeholder, then the rest. */
typedef enum { LITERAL, WITH_SUFFIX, PLACEHOLDER, REST } node_kind;

typedef struct node {
    node_kind kind;
    text literal; /* the segment, or the suffix */
    struct node *child, *sibling;
    route_slot methods[METHODS];
    bool is_end;
} node;

struct router {
    node *root;
    const route **rows;
    size_t count;
};

static const char *const method_names[] = { "GET", "POST", "PATCH", "PUT", "DELETE" };

const char *http_method_name(http_method m)
{
    return method_names[m];
}

bool path_placeholder(const char *path, size_t *at, text *name, bool *is_rest)
{
    const char *open = strchr(path + *at, '{');
    const char *close = open ? strchr(open, '}') : NULL;
    if (!close) return false;
    *is_rest = close[-1] == '*';
    *name = (text){ open + 1, (size_t)(close - open) - 1 - *is_rest };
    *at = (size_t)(close - path) + 1;
    return true;
}

text route_full_path(arena *a, const route *row)
{
    return text_format(a, "%s%s", row->at_root ? "" : API_BASE, row->path);
}

/* ------------------------------------------------------------------ building */

static text next_segment(text *path)
{
    const char *slash = memchr(path->data, '/', path->length);
    size_t length = slash ? (size_t)(slash - path->data) : path->length;
    text segment = { path->data, length };
    path->data += length + (slash != NULL);
    path->length -= length + (slash != NULL);
    return segment;
}

static node wanted_node(text segment)
{
    if (segment.length == 0 || segment.data[0] != '{') return (node){ .kind = LITERAL, .literal = segment };
    const char *close = memchr(segment.data, '}', segment.length);
    text suffix = { close + 1, segment.length - (size_t)(close - segment.data) - 1 };
    if (close[-1] == '*') return (node){ .kind = REST };
    return (node){ .kind = suffix.length ? WITH_SUFFIX : PLACEHOLDER, .literal = suffix };
}

static node *child_like(arena *a, node *parent, node wanted)
{
    node **place = &parent->child;
    for (; *place && (*place)->kind <= wanted.kind; place = &(*place)->sibling)
        if ((*place)->kind == wanted.kind && text_equal((*place)->literal, wanted.literal)) return *place;
    wanted.sibling = *place;
    return *place = arena_copy(a, &wanted, sizeof wanted);
}

static void add_route(router *r, arena *a, const route *row)
{
    text path = route_full_path(a, row);
    node *at = r->root;
    path.data++, path.length--; /* the leading slash */
    bool more = true;
    while (more) {
        more = memchr(path.data, '/', path.length) != NULL;
        at = child_like(a, at, wanted_node(next_segment(&path)));
    }
    at->is_end = true;
    at->methods[row->method] = (route_slot){ row, r->count };
    r->rows[r->count++] = row;
}

router *router_new(arena *a, const route *const *const *groups)
{
    router *r = ARENA_NEW(a, router);
    size_t total = 0;
    for (size_t g = 0; groups[g]; g++)
        for (size_t t = 0; groups[g][t]; t++)
            for (const route *row = groups[g][t]; row->path; row++) total++;
    r->root = ARENA_NEW(a, node);
    r->rows = ARENA_ARRAY(a, total, const route *);
    for (size_t g = 0; groups[g]; g++)
        for (size_t t = 0; groups[g][t]; t++)
            for (const route *row = groups[g][t]; row->path; row++) add_route(r, a, row);
    return r;
}

size_t router_count(const router *r)
{
    return r->count;
}

const route *router_row(const router *r, size_t number)
{
    return r->rows[number];
}

/* ------------------------------------------------------------------ finding */

typedef struct search {
    arena *arena;
    route_match *match;
} search;

static bool take_value(search *s, text raw)
{
    route_match *m = s->match;
    if (m->count == MOST_PATH_VALUES || raw.length == 0) return false;
    return percent_decode(s->arena, raw, false, &m->values[m->count++].value);
}

static const node *find_below(search *s, const node *parent, text path, bool more);

/* A node that fits the segment; what it took is given back when the rest of the path does not fit below it. */
static const node *try_node(search *s, const node *n, text segment, text left, bool more,
                            text whole) // NOLINT(misc-no-recursion)
{
    size_t before = s->match->count;
    bool fits = false;
    if (n->kind == LITERAL) {
        fits = text_equal(segment, n->literal);
    } else if (n->kind == WITH_SUFFIX) {
        size_t length = segment.length > n->literal.length ? segment.length - n->literal.length : 0;
        fits = length && text_equal((text){ segment.data + length, n->literal.length }, n->literal) &&
               take_value(s, (text){ segment.data, length });
    } else {
        fits = take_value(s, n->kind == REST ? whole : segment);
    }
    const node *found = !fits ? NULL : n->kind == REST ? n : find_below(s, n, left, more);
    if (!found) s->match->count = before;
    return found;
}

static const node *find_below(search *s, const node *parent, text path, bool more) // NOLINT(misc-no-recursion)
{
    if (!more) return parent->is_end ? parent : NULL;
    text left = path;
    bool is_last = memchr(path.data, '/', path.length) == NULL;
    text segment = next_segment(&left);
    for (const node *n = parent->child; n; n = n->sibling) {
        const node *found = try_node(s, n, segment, left, !is_last, path);
        if (found) return found;
    }
    return NULL;
}

route_match router_find(const router *r, arena *a, text path)
{
    route_match m = { 0 };
    if (path.length == 0 || path.data[0] != '/') return m;
    search s = { .arena = a, .match = &m };
    const node *found = find_below(&s, r->root, (text){ path.data + 1, path.length - 1 }, true);
    if (found) m.methods = found->methods;
    return m;
}

void route_match_name(route_match *m, const route *row)
{
    size_t at = 0;
    bool is_rest;
    for (size_t i = 0; i < m->count; i++)
        if (!path_placeholder(row->path, &at, &m->values[i].name, &is_rest)) break;
}
