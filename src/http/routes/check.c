#include "http/routes/openapi.h" /* builtin_tables */

/* A mistake in a table is ours, so the kind is INTERNAL; the program shows the message and does not start. */
#define MISTAKE(...) fail(a, INTERNAL, "", __VA_ARGS__)

/* Is the name among the placeholders that end before `end`? */
static bool is_there_before(const char *path, size_t end, text name)
{
    size_t at = 0;
    text other;
    bool is_rest;
    while (path_placeholder(path, &at, &other, &is_rest) && at < end)
        if (text_equal(other, name)) return true;
    return false;
}

/* Each opening brace begins a segment and is closed in it. */
static bool has_sound_braces(const char *path)
{
    for (const char *open = strchr(path, '{'); open; open = strchr(open + 1, '{')) {
        size_t length = strcspn(open, "}/");
        if (open[-1] != '/' || open[length] != '}' || length < 2 || strncmp(open, "{*", 2) == 0) return false;
    }
    return true;
}

static error check_path(arena *a, const route *row, const char *name)
{
    size_t at = 0, placeholders = 0;
    text placeholder;
    bool is_rest;
    if (row->path[0] != '/') return MISTAKE("%s: the path must begin with a slash.", name);
    if (!has_sound_braces(row->path)) return MISTAKE("%s: a placeholder is {name} and begins a segment.", name);
    while (path_placeholder(row->path, &at, &placeholder, &is_rest)) {
        bool known = false;
        for (const field *f = row->path_fields; f && f->name && !known; f++)
            known = text_equal_string(placeholder, f->name);
        if (!known) return MISTAKE("%s: the placeholder {%.*s} has no path field.", name, PRINT(placeholder));
        if (is_there_before(row->path, at, placeholder))
            return MISTAKE("%s: the placeholder {%.*s} is there twice.", name, PRINT(placeholder));
        if (is_rest && row->path[at]) return MISTAKE("%s: {%.*s*} must come last.", name, PRINT(placeholder));
        placeholders++;
    }
    size_t fields = 0;
    for (const field *f = row->path_fields; f && f->name; f++) fields++;
    if (fields != placeholders) return MISTAKE("%s: a path field has no placeholder in the path.", name);
    if (placeholders > MOST_PATH_VALUES) return MISTAKE("%s: more than %d placeholders.", name, MOST_PATH_VALUES);
    return OK;
}

static error check_access(arena *a, const route *row, const char *name)
{
    access_kind access = row->access.kind;
    scope_kind where = row->scope.kind;
    if (access == ACCESS_NONE) return MISTAKE("%s: who may call it? Say PUBLIC, SIGNED_IN, CAPABILITY ...", name);
    if (access == ACCESS_CAPABILITY && (!row->access.capability || !row->access.capability[0]))
        return MISTAKE("%s: CAPABILITY without a name.", name);
    if (where == SCOPE_UNSET) return MISTAKE("%s: in which scope? Say TENANT, SYSTEM(reason, why) or NO_SCOPE.", name);
    if (where == SCOPE_TENANT && (access == ACCESS_PUBLIC || access == ACCESS_WEBHOOK))
        return MISTAKE("%s: a TENANT route cannot be open to those who have no tenant.", name);
    if (where == SCOPE_NONE && access != ACCESS_PUBLIC)
        return MISTAKE("%s: without a scope nobody asks whether the caller's token was revoked.", name);
    bool has_session = access == ACCESS_SIGNED_IN || access == ACCESS_CAPABILITY || access == ACCESS_SUPER_ADMIN;
    if (row->step_up && !has_session)
        return MISTAKE("%s: step_up asks when a session was proven: it needs SIGNED_IN or more.", name);
    if (access == ACCESS_UNFINISHED && where != SCOPE_SYSTEM)
        return MISTAKE("%s: who has not finished signing in has no tenant yet: UNFINISHED goes with SYSTEM.", name);
    if ((where == SCOPE_TENANT_OR_SYSTEM) != (access == ACCESS_ANYONE))
        return MISTAKE("%s: ANYONE and TENANT_OR_SYSTEM go together.", name);
    if ((where == SCOPE_SYSTEM || where == SCOPE_TENANT_OR_SYSTEM) &&
        (row->scope.reason <= 0 || !row->scope.why || !row->scope.why[0]))
        return MISTAKE("%s: a SYSTEM scope needs its numbered reason and a sentence that says why.", name);
    return OK;
}

static bool has_field(const field *fields, const char *name, size_t size)
{
    for (const field *f = fields; f && f->name; f++)
        if (strcmp(f->name, name) == 0 && f->offset < size) return true;
    return false;
}

static error check_shape(arena *a, const route *row, const char *name)
{
    bool has_body = row->body_fields || row->raw_body;
    if (!row->handle) return MISTAKE("%s: no handler.", name);
    if (!row->summary || !row->summary[0]) return MISTAKE("%s: no summary.", name);
    if ((row->method == GET || row->method == DELETE_) && has_body)
        return MISTAKE("%s: this method has no body.", name);
    if (row->replies_list && !row->reply_fields) return MISTAKE("%s: a list without the fields of its items.", name);
    if (row->replies_list && !row->reply_size) return MISTAKE("%s: a list without the size of its items.", name);
    if (row->replies_list && (!has_field(row->query_fields, "limit", row->query_size) ||
                              !has_field(row->query_fields, "cursor", row->query_size)))
        return MISTAKE("%s: a list needs PAGE_FIELDS in its query.", name);
    if (row->idempotent && row->method != POST) return MISTAKE("%s: only a POST takes an Idempotency-Key.", name);
    if (row->if_match && row->method == GET) return MISTAKE("%s: a GET has no use for If-Match.", name);
    if (row->stream && (!row->raw_body || row->idempotent || row->heavy))
        return MISTAKE("%s: a streamed body is a raw_body, and neither remembered (idempotent) nor heavy.", name);
    if (row->stream && (!row->stream->begin || !row->stream->piece || !row->stream->abandon))
        return MISTAKE("%s: a streamed body needs begin, piece and abandon.", name);
    if (row->reply_schema && !row->raw_reply) return MISTAKE("%s: reply_schema without raw_reply.", name);
    return OK;
}

static error check_tables(arena *a, const route *row, const char *name)
{
    const struct {
        const field *fields;
        size_t size;
        const char *what;
    } tables[] = { { row->path_fields, row->path_size, "path" },
                   { row->query_fields, row->query_size, "query" },
                   { row->body_fields, row->body_size, "body" },
                   { row->reply_fields, row->reply_size, "reply" } };
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        if (tables[i].fields)
            TRY(fields_check(a, tables[i].fields, tables[i].size, text_format(a, "%s, %s", name, tables[i].what).data));
    for (const field *f = row->query_fields; f && f->name; f++)
        if (f->kind == FIELD_OBJECT || f->kind == FIELD_LIST)
            return MISTAKE("%s: the query field %s cannot be an object or a list of them.", name, f->name);
    return OK;
}

/* The path with its placeholders' names taken out: two routes of one shape and method cannot be told apart. */
static text path_shape(arena *a, const route *row)
{
    text_builder shape = text_builder_in(a);
    text full = route_full_path(a, row);
    bool inside = false;
    for (size_t i = 0; i < full.length; i++) {
        char c = full.data[i];
        if (!inside || c == '}' || c == '*') text_add_char(&shape, c);
        if (c == '{') inside = true;
        if (c == '}') inside = false;
    }
    return text_built(&shape);
}

static bool is_before(arena *a, const route *const *tables, const route *row)
{
    text shape = path_shape(a, row);
    for (size_t t = 0; tables[t]; t++) {
        for (const route *other = tables[t]; other->path; other++) {
            if (other == row) return false;
            if (other->method == row->method && text_equal(path_shape(a, other), shape)) return true;
        }
    }
    return false;
}

/* The server's own routes are before all others: whoever took /metrics would silence them. */
static error check_unlike_before(arena *a, const route *const *routes, const route *row, const char *name)
{
    if (!is_before(a, builtin_tables, row) && !is_before(a, routes, row)) return OK;
    return MISTAKE("%s: another route has the same method and path.", name);
}

error routes_check(arena *a, const route *const *routes)
{
    for (size_t t = 0; routes[t]; t++) {
        for (const route *row = routes[t]; row->path; row++) {
            if (row->method > DELETE_) return MISTAKE("%s: an unknown method.", row->path);
            const char *name = text_format(a, "%s %s", http_method_name(row->method), row->path).data;
            TRY(check_path(a, row, name));
            TRY(check_access(a, row, name));
            TRY(check_shape(a, row, name));
            TRY(check_tables(a, row, name));
            TRY(check_unlike_before(a, routes, row, name));
        }
    }
    return OK;
}

bool route_takes_no_body(const route *row)
{
    if (!row->body_fields || row->raw_body || row->method != POST) return false;
    for (const field *f = row->body_fields; f->name; f++)
        if (f->required) return false;
    return true;
}
