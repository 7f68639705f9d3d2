#include "http/routes/openapi.h"

#include "http/server/problem.h"

#include <stdio.h>

/* ------------------------------------------------------------------ schemas from field tables */

static void write_object(json_writer *w, const field *fields, bool is_reply);

static const char *plain_type(field_kind kind)
{
    switch (kind) {
    case FIELD_INTEGER:
    case FIELD_MAYBE_INTEGER:
        return "integer";
    case FIELD_NUMBER:
    case FIELD_MAYBE_NUMBER:
        return "number";
    case FIELD_BOOL:
    case FIELD_MAYBE_BOOL:
        return "boolean";
    case FIELD_OBJECT:
        return "object";
    case FIELD_LIST:
    case FIELD_TEXT_LIST:
        return "array";
    default:
        return "string";
    }
}

static const char *format_of(const field *f)
{
    switch (f->kind) {
    case FIELD_EMAIL:
        return "email";
    case FIELD_SECRET:
        return "password";
    case FIELD_UUID:
    case FIELD_MAYBE_UUID:
        return "uuid";
    case FIELD_INSTANT:
    case FIELD_MAYBE_INSTANT:
        return "date-time";
    default:
        return NULL;
    }
}

static bool may_be_null(const field *f, bool is_reply)
{
    if (f->kind == FIELD_NUMBER && is_reply) return true; /* NaN is null */
    return f->nullable || (!is_reply && !f->required && f->kind != FIELD_OBJECT);
}

static void write_type(json_writer *w, const char *type, bool nullable)
{
    json_key(w, "type");
    if (!nullable) {
        json_write_string(w, type);
        return;
    }
    json_open(w, '[');
    json_write_string(w, type);
    json_write_string(w, "null");
    json_close(w, ']');
}

static void write_bounds(json_writer *w, const field *f)
{
    bool is_text = f->kind == FIELD_TEXT || f->kind == FIELD_EMAIL || f->kind == FIELD_SECRET;
    bool is_number = f->kind == FIELD_INTEGER || f->kind == FIELD_MAYBE_INTEGER || f->kind == FIELD_NUMBER ||
                     f->kind == FIELD_MAYBE_NUMBER;
    if (is_text && f->least > 0) json_key(w, "minLength"), json_write_number(w, f->least);
    if (is_text && f->most > 0) json_key(w, "maxLength"), json_write_number(w, f->most);
    if (is_number && field_has_least(f)) json_key(w, "minimum"), json_write_number(w, f->least);
    if (is_number && field_has_most(f)) json_key(w, "maximum"), json_write_number(w, f->most);
}

static void write_names(json_writer *w, const field *f, bool nullable)
{
    json_key(w, "enum"), json_open(w, '[');
    for (size_t i = 0; f->names[i]; i++) json_write_string(w, f->names[i]);
    if (nullable) json_write_null(w);
    json_close(w, ']');
}

static void write_default(json_writer *w, const field *f)
{
    if (!f->standard) return;
    json_key(w, "default");
    double number;
    bool quoted = strcmp(plain_type(f->kind), "string") == 0;
    if (!quoted && text_number(text_of(f->standard), &number))
        json_write_number(w, number);
    else if (!quoted)
        json_write_raw(w, text_of(f->standard));
    else
        json_write_string(w, f->standard);
}

static void write_items(json_writer *w, const field *f, bool is_reply)
{
    if (f->most_items) json_key(w, "maxItems"), json_write_integer(w, (int64_t)f->most_items);
    json_key(w, "items"), json_open(w, '{');
    if (f->kind == FIELD_LIST) {
        write_object(w, f->fields, is_reply);
    } else {
        json_key(w, "type"), json_write_string(w, "string");
        if (f->names) write_names(w, f, false);
        if (f->least > 0) json_key(w, "minLength"), json_write_number(w, f->least);
        if (f->most > 0) json_key(w, "maxLength"), json_write_number(w, f->most);
    }
    json_close(w, '}');
}

/* The members of a schema, without its braces. Tables nest as deep as our own headers say. */
static void write_schema(json_writer *w, const field *f, bool is_reply)
{
    bool nullable = may_be_null(f, is_reply);
    if (f->kind == FIELD_OBJECT)
        write_object(w, f->fields, is_reply);
    else if (f->kind != FIELD_JSON)
        write_type(w, plain_type(f->kind), nullable);
    if (format_of(f)) json_key(w, "format"), json_write_string(w, format_of(f));
    if (f->kind == FIELD_ENUM) write_names(w, f, nullable);
    if (f->kind == FIELD_LIST || f->kind == FIELD_TEXT_LIST) write_items(w, f, is_reply);
    if (f->kind == FIELD_SECRET) json_key(w, "writeOnly"), json_write_bool(w, true);
    write_bounds(w, f);
    if (!is_reply) write_default(w, f);
    if (f->doc) json_key(w, "description"), json_write_string(w, f->doc);
    if (f->example && f->kind == FIELD_TEXT)
        json_key(w, "examples"), json_open(w, '['), json_write_string(w, f->example), json_close(w, ']');
}

static void write_object(json_writer *w, const field *fields, bool is_reply)
{
    json_key(w, "type"), json_write_string(w, "object");
    json_key(w, "properties"), json_open(w, '{');
    for (const field *f = fields; f->name; f++) {
        json_key(w, f->name), json_open(w, '{');
        write_schema(w, f, is_reply);
        json_close(w, '}');
    }
    json_close(w, '}');
    bool any = is_reply && fields->name;
    for (const field *f = fields; f->name; f++) any |= f->required;
    if (any) {
        json_key(w, "required"), json_open(w, '[');
        for (const field *f = fields; f->name; f++)
            if (is_reply ? f->kind != FIELD_SECRET && !f->left_out : f->required) json_write_string(w, f->name);
        json_close(w, ']');
    }
    if (!is_reply) json_key(w, "additionalProperties"), json_write_bool(w, false);
}

/* ------------------------------------------------------------------ operations */

static void write_parameters_of(json_writer *w, const field *fields, const char *in)
{
    for (const field *f = fields; f && f->name; f++) {
        json_open(w, '{');
        json_key(w, "name"), json_write_string(w, f->name);
        json_key(w, "in"), json_write_string(w, in);
        json_key(w, "required"), json_write_bool(w, f->required || strcmp(in, "path") == 0);
        json_key(w, "schema"), json_open(w, '{');
        field plain = *f;
        plain.nullable = false;
        plain.required = true; /* a parameter is left out, never null */
        plain.doc = NULL;
        write_schema(w, &plain, false);
        json_close(w, '}');
        if (f->doc) json_key(w, "description"), json_write_string(w, f->doc);
        json_close(w, '}');
    }
}

static void write_header_parameter(json_writer *w, const char *name, const char *about, bool required)
{
    json_open(w, '{');
    json_key(w, "name"), json_write_string(w, name);
    json_key(w, "in"), json_write_string(w, "header");
    json_key(w, "required"), json_write_bool(w, required);
    json_key(w, "schema"), json_open(w, '{'), json_key(w, "type"), json_write_string(w, "string"), json_close(w, '}');
    json_key(w, "description"), json_write_string(w, about);
    json_close(w, '}');
}

static void write_parameters(json_writer *w, const route *row)
{
    json_key(w, "parameters"), json_open(w, '[');
    write_parameters_of(w, row->path_fields, "path");
    write_parameters_of(w, row->query_fields, "query");
    if (row->if_match)
        write_header_parameter(w, "If-Match", "The ETag of the version that was changed, such as \"3\"", true);
    if (row->idempotent)
        write_header_parameter(w, "Idempotency-Key",
                               "The same key gives the same answer for a day, and does the work once", false);
    json_close(w, ']');
}

static void write_body(json_writer *w, const route *row)
{
    static const char *const json_only[] = { "application/json", NULL };
    if (!row->body_fields && !row->raw_body) return;
    json_key(w, "requestBody"), json_open(w, '{');
    json_key(w, "required"), json_write_bool(w, !route_takes_no_body(row));
    json_key(w, "content"), json_open(w, '{');
    for (const char *const *media = row->media ? row->media : json_only; *media; media++) {
        bool is_json = strcmp(*media, "application/json") == 0;
        json_key(w, *media), json_open(w, '{');
        json_key(w, "schema");
        if (is_json && row->body_schema) {
            json_write_raw(w, text_of(row->body_schema)), json_close(w, '}');
            continue;
        }
        json_open(w, '{');
        if (is_json && row->body_fields) {
            write_object(w, row->body_fields, false);
            /* A raw body carries more than its table says: the rows. */
            if (row->raw_body) json_key(w, "x-raw"), json_write_bool(w, true);
        } else {
            json_key(w, "type"), json_write_string(w, is_json ? "object" : "string");
        }
        json_close(w, '}'), json_close(w, '}');
    }
    json_close(w, '}'), json_close(w, '}');
}

static void write_content(json_writer *w, const char *media, const route *row)
{
    json_key(w, media), json_open(w, '{');
    json_key(w, "schema");
    if (row->reply_schema) {
        json_write_raw(w, text_of(row->reply_schema));
    } else if (row->replies_list && strcmp(media, "application/json") == 0) {
        json_open(w, '{');
        json_key(w, "type"), json_write_string(w, "object");
        json_key(w, "properties"), json_open(w, '{');
        json_key(w, "items"), json_open(w, '{');
        json_key(w, "type"), json_write_string(w, "array");
        json_key(w, "items"), json_open(w, '{'), write_object(w, row->reply_fields, true), json_close(w, '}');
        json_close(w, '}');
        json_key(w, "next_cursor"), json_open(w, '{'), write_type(w, "string", true), json_close(w, '}');
        json_close(w, '}');
        json_key(w, "required"), json_write_raw(w, TEXT("[\"items\",\"next_cursor\"]"));
        json_close(w, '}');
    } else if (row->reply_fields && strcmp(media, "application/json") == 0) {
        json_open(w, '{'), write_object(w, row->reply_fields, true), json_close(w, '}');
    } else {
        json_write_raw(w, TEXT("{\"type\":\"string\"}"));
    }
    json_close(w, '}');
}

/* What touches no database is not counted. */
static bool is_counted(const route *row)
{
    return row->scope.kind != SCOPE_NONE;
}

#define RATE_HEADERS                                                                                                   \
    "\"RateLimit-Policy\":{\"$ref\":\"#/components/headers/RateLimitPolicy\"},"                                        \
    "\"RateLimit\":{\"$ref\":\"#/components/headers/RateLimit\"}"

static void write_success(json_writer *w, const route *row, int status)
{
    char code[12];
    snprintf(code, sizeof code, "%d", status);
    json_key(w, code), json_open(w, '{');
    json_key(w, "description"), json_write_string(w, row->summary);
    if (is_counted(row)) json_key(w, "headers"), json_write_raw(w, TEXT("{" RATE_HEADERS "}"));
    if (status != 204) {
        json_key(w, "content"), json_open(w, '{');
        if (row->raw_reply)
            write_content(w, row->raw_reply, row);
        else
            write_content(w, "application/json", row);
        if (row->replies_list) {
            write_content(w, "text/csv", row);
            write_content(w, "application/x-ndjson", row);
        }
        json_close(w, '}');
    }
    json_close(w, '}');
}

/* Nobody signs in there. */
static bool route_is_open(const route *row)
{
    return row->access.kind == ACCESS_PUBLIC || row->access.kind == ACCESS_WEBHOOK;
}

static bool names_something(const field *fields) /* that has to be there, by its id */
{
    for (const field *f = fields; f && f->name; f++)
        if (f->kind == FIELD_UUID && f->required) return true;
    return false;
}

/* What is shown to whoever holds it: a link of a letter, an invitation. It ends. */
static bool takes_token(const field *fields)
{
    for (const field *f = fields; f && f->name; f++)
        if (!strcmp(f->name, "token")) return true;
    return false;
}

static bool may_answer(const route *row, int status)
{
    bool has_body = row->body_fields || row->raw_body, is_open = route_is_open(row);
    switch (status) {
    case 400: /* headers that are no text, lengths that contradict each other */
    case 414:
    case 431:
        return true;
    case 408:
        return has_body;
    case 401:
        return !is_open || row->rate == RATE_SIGN_IN || row->rate == RATE_REFRESH;
    case 403:
        return !is_open || row->method != GET;
    case 404:
        return row->path_fields != NULL || has_body || names_something(row->query_fields) ||
               !strcmp(row->path, "/.well-known/security.txt");
    case 409:
        return row->method != GET;
    case 410:
        return takes_token(row->path_fields) || takes_token(row->body_fields);
    case 412:
        return row->if_match;
    case 413:
    case 415:
        return has_body;
    case 422:
        return true; /* an unknown query field */
    case 423:
        return row->rate == RATE_SIGN_IN;
    case 429:
        return is_counted(row);
    case 503:
        return true;
    default:
        return false;
    }
}

static void write_responses(json_writer *w, const route *row)
{
    json_key(w, "responses"), json_open(w, '{');
    int status = row->status ? row->status : row->reply_fields || row->raw_reply ? 200 : 204;
    write_success(w, row, status);
    if (row->reply_schema && row->method == POST && status == 200) write_success(w, row, 201);
    if (row->task_schema) {
        route as_task = *row;
        as_task.reply_schema = row->task_schema;
        write_success(w, &as_task, 202);
    }
    if (row->raw_reply && !strcmp(row->raw_reply, "text/event-stream")) {
        json_key(w, "204"), json_open(w, '{'), json_key(w, "description"),
            json_write_string(w, "Nothing comes any more: stop asking"), json_close(w, '}');
    }
    for (const status_words *s = problem_statuses; s->status; s++) {
        if (!may_answer(row, s->status)) continue;
        char code[12];
        snprintf(code, sizeof code, "%d", s->status);
        json_key(w, code), json_open(w, '{'), json_key(w, "$ref"),
            json_write_string(w, text_format(w->out.arena, "#/components/responses/%s", s->name).data),
            json_close(w, '}');
    }
    json_close(w, '}');
}

/* get_systems_id: the method and the path's words. */
static text operation_id(arena *a, const route *row)
{
    text_builder b = text_builder_in(a);
    text method = text_lower_ascii(a, text_of(http_method_name(row->method)));
    text_add(&b, method);
    for (const char *p = row->path; *p; p++) {
        char c = *p;
        bool is_word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (is_word)
            text_add_char(&b, c);
        else if (b.data[b.length - 1] != '_')
            text_add_char(&b, '_');
    }
    while (b.length && b.data[b.length - 1] == '_') b.length--;
    return text_built(&b);
}

text route_tag(arena *a, const route *row)
{
    if (row->tag) return text_of(row->tag);
    size_t length = strcspn(row->path + 1, "/");
    return text_copy(a, (text){ row->path + 1, length });
}

static void write_description(json_writer *w, const route *row)
{
    static const char step_up[] = "Only within five minutes of signing in or of POST /auth/step-up.";
    text_builder all = text_builder_in(w->out.arena);
    if (row->description) text_add_string(&all, row->description);
    if (row->description && row->step_up) text_add_char(&all, ' ');
    if (row->step_up) text_add_string(&all, step_up);
    if (all.length) json_key(w, "description"), json_write_text(w, text_built(&all));
}

static void write_operation(json_writer *w, const route *row)
{
    static const char *const rates[] = { "read",    "write",    "analyze", "explain", "export", "verify", "sign_in",
                                         "refresh", "register", "public",  "intake",  "case" };
    text method = text_lower_ascii(w->out.arena, text_of(http_method_name(row->method)));
    json_key_text(w, method), json_open(w, '{');
    json_key(w, "operationId"), json_write_text(w, operation_id(w->out.arena, row));
    json_key(w, "summary"), json_write_string(w, row->summary);
    write_description(w, row);
    json_key(w, "tags"), json_open(w, '['), json_write_text(w, route_tag(w->out.arena, row)), json_close(w, ']');
    json_key(w, "x-rate-class"), json_write_string(w, rates[row->rate]);
    json_key(w, "x-scope"), json_write_string(w, row->scope.kind == SCOPE_TENANT   ? "tenant"
                                                 : row->scope.kind == SCOPE_SYSTEM ? "system"
                                                 : row->scope.kind == SCOPE_NONE   ? "none"
                                                                                   : "tenant_or_system");
    if (row->access.kind == ACCESS_CAPABILITY)
        json_key(w, "x-capability"), json_write_string(w, row->access.capability);
    if (row->step_up) json_key(w, "x-step-up"), json_write_bool(w, true);
    json_key(w, "security"),
        json_write_raw(w, row->access.kind == ACCESS_ANYONE ? TEXT("[{},{\"bearer\":[]},{\"cookie\":[]}]")
                          : route_is_open(row)              ? TEXT("[]")
                                                            : TEXT("[{\"bearer\":[]},{\"cookie\":[]}]"));
    write_parameters(w, row);
    write_body(w, row);
    write_responses(w, row);
    json_close(w, '}');
}

/* ------------------------------------------------------------------ the document */

/* The full path with "{id*}" written as "{id}". */
static text documented_path(arena *a, const route *row)
{
    text full = route_full_path(a, row);
    text_builder b = text_builder_in(a);
    for (size_t i = 0; i < full.length; i++)
        if (full.data[i] != '*') text_add_char(&b, full.data[i]);
    return text_built(&b);
}

static bool first_of_path(arena *a, const route *const *tables, const route *row)
{
    text path = documented_path(a, row);
    for (size_t t = 0; tables[t]; t++)
        for (const route *other = tables[t]; other->path; other++)
            if (text_equal(documented_path(a, other), path)) return other == row;
    return true;
}

static void write_paths(json_writer *w, const route *const *tables)
{
    arena *a = w->out.arena;
    for (size_t t = 0; tables[t]; t++) {
        for (const route *row = tables[t]; row->path; row++) {
            if (!first_of_path(a, tables, row)) continue;
            text path = documented_path(a, row);
            json_key_text(w, path), json_open(w, '{');
            for (size_t u = 0; tables[u]; u++)
                for (const route *other = tables[u]; other->path; other++)
                    if (text_equal(documented_path(a, other), path)) write_operation(w, other);
            json_close(w, '}');
        }
    }
}

static const char problem_schema[] = "{\"type\":\"object\",\"required\":[\"type\",\"title\",\"status\",\"detail\","
                                     "\"request_id\"],\"properties\":{\"type\":{\"type\":\"string\"},"
                                     "\"title\":{\"type\":\"string\"},\"status\":{\"type\":\"integer\"},\"detail\":{"
                                     "\"type\":\"string\"},\"request_id\":{\"type\":\"string\"},"
                                     "\"errors\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":["
                                     "\"pointer\",\"detail\"],\"properties\":{\"pointer\":{\"type\":\"string\"},"
                                     "\"detail\":{\"type\":\"string\"}}}}}}";

static const char rate_headers[] =
    "{\"RateLimitPolicy\":{\"schema\":{\"type\":\"string\"},\"example\":\"\\\"api\\\";q=1000;w=60\",\"description\":"
    "\"The limits that this request was counted by: how many (q) in how many seconds (w)\"},"
    "\"RateLimit\":{\"schema\":{\"type\":\"string\"},\"example\":\"\\\"api\\\";r=998;t=41\",\"description\":"
    "\"What is left of each (r), and in how many seconds it is whole again (t). Not there while limits are lifted\"}}";
#define RETRY_AFTER "\"Retry-After\":{\"schema\":{\"type\":\"integer\"},\"description\":\"Seconds to wait\"}"

static void write_components(json_writer *w)
{
    json_key(w, "components"), json_open(w, '{');
    json_key(w, "securitySchemes");
    json_write_raw(w, TEXT("{\"bearer\":{\"type\":\"http\",\"scheme\":\"bearer\",\"bearerFormat\":\"JWT\"},\"cookie\":{"
                           "\"type\":\"apiKey\",\"in\":\"cookie\",\"name\":\"aic_access\"}}"));
    json_key(w, "schemas"), json_open(w, '{'), json_key(w, "Problem"), json_write_raw(w, text_of(problem_schema)),
        json_close(w, '}');
    json_key(w, "headers"), json_write_raw(w, text_of(rate_headers));
    json_key(w, "responses"), json_open(w, '{');
    for (const status_words *s = problem_statuses; s->status; s++) {
        json_key(w, s->name), json_open(w, '{');
        json_key(w, "description"), json_write_string(w, s->meaning ? s->meaning : s->title);
        if (s->status == 429 || s->status == 503)
            json_key(w, "headers"), json_write_raw(w, s->status == 429 ? TEXT("{" RETRY_AFTER "," RATE_HEADERS "}")
                                                                       : TEXT("{" RETRY_AFTER "}"));
        json_key(w, "content"),
            json_write_raw(
                w, TEXT("{\"application/problem+json\":{\"schema\":{\"$ref\":\"#/components/schemas/Problem\"}}}"));
        json_close(w, '}');
    }
    json_close(w, '}'), json_close(w, '}');
}

/* All tables in one list: the program's, then the built-in ones. */
static const route *const *all_tables(arena *a, const http_options *options)
{
    size_t own = 0, built = 0;
    while (options->routes[own]) own++;
    while (builtin_tables[built]) built++;
    const route **all = ARENA_ARRAY(a, own + built + 1, const route *);
    for (size_t i = 0; i < own; i++) all[i] = options->routes[i];
    for (size_t i = 0; i < built; i++) all[own + i] = builtin_tables[i];
    return all;
}

text openapi_document(arena *a, const http_options *options)
{
    json_writer w = json_writer_in(a);
    json_open(&w, '{');
    json_key(&w, "openapi"), json_write_string(&w, "3.1.0");
    json_key(&w, "info"), json_open(&w, '{');
    json_key(&w, "title"), json_write_string(&w, "AIC Platform");
    json_key(&w, "version"), json_write_string(&w, options->version);
    json_key(&w, "description");
    json_write_string(
        &w, "Registers AI systems, audits their decisions for bias, and keeps the record on a ledger that nobody can "
            "quietly change. "
            "Errors are RFC 9457 problem documents. Unknown fields are refused. Lists are paged by an opaque cursor. "
            "How often one may ask is said by the headers RateLimit-Policy and RateLimit "
            "(draft-ietf-httpapi-ratelimit-headers).");
    json_key(&w, "license"), json_write_raw(&w, TEXT("{\"name\":\"Apache-2.0\",\"identifier\":\"Apache-2.0\"}"));
    json_close(&w, '}');
    json_key(&w, "paths"), json_open(&w, '{');
    write_paths(&w, all_tables(a, options));
    json_close(&w, '}');
    write_components(&w);
    json_close(&w, '}');
    return json_written(&w);
}

/* ------------------------------------------------------------------ the same, to read */

static void escape(text_builder *out, text t)
{
    for (size_t i = 0; i < t.length; i++) {
        char c = t.data[i];
        const char *safe = c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '"' ? "&quot;" : NULL;
        if (safe)
            text_add_string(out, safe);
        else
            text_add_char(out, c);
    }
}

static void docs_fields(text_builder *out, const char *title, const field *fields)
{
    if (!fields || !fields->name) return;
    text_add_format(out, "<h4>%s</h4><table><tbody>", title);
    for (const field *f = fields; f->name; f++) {
        text_add_format(out, "<tr><td><code>%s</code>%s</td><td>%s", f->name, f->required ? " *" : "",
                        f->kind == FIELD_JSON ? "JSON" : plain_type(f->kind));
        if (format_of(f)) text_add_format(out, " (%s)", format_of(f));
        for (size_t i = 0; f->kind == FIELD_ENUM && f->names[i]; i++)
            text_add_format(out, "%s<code>%s</code>", i ? ", " : ": ", f->names[i]);
        text_add_string(out, "</td><td>");
        escape(out, text_of(f->doc ? f->doc : ""));
        text_add_string(out, "</td></tr>");
    }
    text_add_string(out, "</tbody></table>");
}

static void docs_route(text_builder *out, const route *row)
{
    text path = documented_path(out->arena, row);
    text_add_format(out, "<details><summary><b>%s</b> <code>%.*s</code> <span>", http_method_name(row->method),
                    PRINT(path));
    escape(out, text_of(row->summary));
    text_add_string(out, "</span></summary>");
    if (row->description)
        text_add_string(out, "<p>"), escape(out, text_of(row->description)), text_add_string(out, "</p>");
    if (row->access.kind == ACCESS_CAPABILITY)
        text_add_format(out, "<p>Needs the capability <code>%s</code>.</p>", row->access.capability);
    else
        text_add_format(out, "<p>%s</p>",
                        row->access.kind == ACCESS_PUBLIC    ? "Open to everybody."
                        : row->access.kind == ACCESS_WEBHOOK ? "Signed by its sender."
                        : row->access.kind == ACCESS_ANYONE  ? "Open to everybody; a session says whose it is."
                                                             : "Needs a sign-in.");
    docs_fields(out, "Path", row->path_fields);
    docs_fields(out, "Query", row->query_fields);
    docs_fields(out, "Body", row->body_fields);
    docs_fields(out, row->replies_list ? "Reply: items" : "Reply", row->reply_fields);
    text_add_string(out, "</details>");
}

text docs_document(arena *a, const http_options *options)
{
    text_builder out = text_builder_in(a);
    text_add_string(&out, "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
                          "content=\"width=device-width,initial-scale=1\">"
                          "<meta name=\"color-scheme\" content=\"light dark\"><title>AIC Platform API</title><link "
                          "rel=\"stylesheet\" href=\"/docs/api.css\"></head><body><main>"
                          "<h1>AIC Platform API</h1><p>Machine-readable: <a "
                          "href=\"/api/v1/openapi.json\">openapi.json</a>. A field marked * is required. "
                          "Errors are <a href=\"https://www.rfc-editor.org/rfc/rfc9457\">problem documents</a> that "
                          "name the field concerned.</p>");
    const route *const *tables = all_tables(a, options);
    for (size_t t = 0; tables[t]; t++) {
        if (!tables[t]->path) continue;
        text tag = route_tag(a, tables[t]);
        text_add_format(&out, "<h2>%.*s</h2>", PRINT(tag));
        for (const route *row = tables[t]; row->path; row++) docs_route(&out, row);
    }
    text_add_string(&out, "</main></body></html>");
    return text_built(&out);
}
