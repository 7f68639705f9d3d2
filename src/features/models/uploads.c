#include "features/models/uploads.h"

#include <strings.h>

#include <sodium.h>

error upload_base64(arena *a, text encoded, const char *pointer, text *bytes)
{
    *bytes = NO_TEXT;
    if (!text_is(encoded)) return OK;
    size_t most = encoded.length / 4 * 3 + 3, length = 0;
    const char *end = NULL;
    uint8_t *into = arena_alloc(a, most);
    if (sodium_base642bin(into, most, encoded.data, encoded.length, " \t\r\n", &length, &end,
                          sodium_base64_VARIANT_ORIGINAL) != 0 ||
        end != encoded.data + encoded.length)
        return fail(a, INVALID, pointer, "Expected base64 (RFC 4648, with padding); it breaks off at character %td.",
                    end ? end - encoded.data : 0);
    *bytes = (text){ (const char *)into, length };
    return OK;
}

/* ------------------------------------------------------------------ multipart/form-data */

static const char *find_in(text within, const char *what, size_t length)
{
    return within.length ? memmem(within.data, within.length, what, length) : NULL;
}

static text after(text t, const char *place)
{
    return (text){ place, (size_t)(t.data + t.length - place) };
}

/* `name="value"` or `name=value` of a header's parameters; no text when it lacks. */
static text parameter(text header, const char *name)
{
    size_t length = strlen(name);
    for (size_t i = 0; i + length < header.length; i++) {
        bool begins = i > 0 && (header.data[i - 1] == ';' || header.data[i - 1] == ' ' || header.data[i - 1] == '\t');
        if (!begins || strncasecmp(header.data + i, name, length) != 0 || header.data[i + length] != '=') continue;
        text rest = after(header, header.data + i + length + 1);
        bool is_quoted = rest.length && rest.data[0] == '"';
        if (is_quoted) rest.data++, rest.length--;
        size_t end = 0;
        while (end < rest.length &&
               (is_quoted ? rest.data[end] != '"' : rest.data[end] != ';' && rest.data[end] != ' '))
            end++;
        return (text){ rest.data, end };
    }
    return NO_TEXT;
}

static error broken(arena *a, const char *what)
{
    return fail(a, BAD_REQUEST, "", "This multipart/form-data body cannot be read: %s.", what);
}

static void read_part_headers(text headers, form_part *out)
{
    while (headers.length) {
        const char *line_end = find_in(headers, "\r\n", 2);
        text line = { headers.data, line_end ? (size_t)(line_end - headers.data) : headers.length };
        static const char wanted[] = "content-disposition:";
        if (line.length > sizeof wanted && strncasecmp(line.data, wanted, sizeof wanted - 1) == 0) {
            out->name = parameter(line, "name");
            out->file_name = parameter(line, "filename");
        }
        headers = line_end ? after(headers, line_end + 2) : (text){ 0 };
    }
}

error form_split(arena *a, text content_type, text body, form_part parts[FORM_MOST_PARTS], size_t *count)
{
    text boundary = parameter(content_type, "boundary");
    *count = 0;
    if (!boundary.length || boundary.length > 70)
        return broken(a, "its Content-Type names no boundary of 1 to 70 characters");
    text mark = text_format(a, "\r\n--%.*s", PRINT(boundary));
    /* The first boundary has no line break before it when there is no preamble. */
    text first = { mark.data + 2, mark.length - 2 };
    bool at_start = body.length >= first.length && memcmp(body.data, first.data, first.length) == 0;
    const char *at = at_start ? body.data + first.length : find_in(body, mark.data, mark.length);
    if (!at) return broken(a, "its boundary is not there");
    text rest = after(body, at_start ? at : at + mark.length);
    while (!(rest.length >= 2 && rest.data[0] == '-' && rest.data[1] == '-')) {
        const char *line = find_in(rest, "\r\n", 2);
        if (!line) return broken(a, "it breaks off after a boundary");
        rest = after(rest, line);
        const char *blank = find_in(rest, "\r\n\r\n", 4);
        if (!blank) return broken(a, "a part has no end of its headers");
        if (*count == FORM_MOST_PARTS) return broken(a, "it has more than 64 parts");
        form_part *part = &parts[(*count)++];
        *part = (form_part){ 0 };
        read_part_headers((text){ rest.data, (size_t)(blank - rest.data) }, part);
        if (!text_is(part->name)) return broken(a, "a part has no name");
        /* The line break before the next boundary is the boundary's; that of empty contents is the headers' own. */
        rest = after(rest, blank + 2);
        const char *end = find_in(rest, mark.data, mark.length);
        if (!end) return broken(a, "its last boundary is missing");
        part->bytes =
            end == rest.data ? (text){ rest.data, 0 } : (text){ rest.data + 2, (size_t)(end - rest.data) - 2 };
        rest = after(rest, end + mark.length);
    }
    return OK;
}

/* ------------------------------------------------------------------ into fields */

static bool is_text_field(const field *fields, text name)
{
    for (const field *f = fields; f->name; f++) {
        if (!text_equal_string(name, f->name)) continue;
        return f->kind != FIELD_JSON && f->kind != FIELD_TEXT_LIST && f->kind != FIELD_OBJECT &&
               f->kind != FIELD_BOOL && f->kind != FIELD_MAYBE_BOOL && f->kind != FIELD_INTEGER &&
               f->kind != FIELD_NUMBER;
    }
    return true;
}

static error add_field(arena *a, json_t *object, const field *fields, const form_part *part)
{
    if (!text_valid_utf8(part->name)) return broken(a, "the name of a part is not UTF-8");
    if (!text_valid_utf8(part->bytes))
        return fail(a, BAD_REQUEST, "", "The part %.*s is not UTF-8.", PRINT(part->name));
    json_t *value = NULL;
    if (is_text_field(fields, part->name)) {
        value = json_stringn(part->bytes.data, part->bytes.length);
    } else {
        TRY(json_read(a, part->bytes, &value));
        json_incref(value); /* the object's own, beside the arena's */
    }
    if (json_object_set_new(object, text_string(a, part->name), value) == 0) return OK;
    return fail(a, INTERNAL, "", "A part cannot be kept.");
}

static void release_json(void *value)
{
    json_decref(value);
}

static error read_form(request *rq, const field *fields, void *out, text *file)
{
    arena *a = rq->arena;
    form_part *parts = ARENA_ARRAY(a, FORM_MOST_PARTS, form_part);
    size_t count;
    TRY(form_split(a, request_header(rq, "Content-Type"), rq->body, parts, &count));
    json_t *object = json_object();
    arena_defer(a, release_json, object);
    for (size_t i = 0; i < count; i++) {
        if (text_is(parts[i].file_name)) {
            if (!text_equal_string(parts[i].name, "artefact"))
                return fail(a, INVALID, "/artefact",
                            "Expected the file as the part \"artefact\", found it as another one.");
            *file = parts[i].bytes;
            /* So that a field that must be there is. */
            if (json_object_set_new(object, "artefact", json_string("")) != 0)
                return fail(a, INTERNAL, "", "A part cannot be kept.");
        } else {
            TRY(add_field(a, object, fields, &parts[i]));
        }
    }
    return fields_decode(a, fields, object, out);
}

error upload_read(request *rq, const field *fields, void *out, text *file)
{
    json_t *object;
    *file = NO_TEXT;
    if (text_equal_string(rq->content_type, "multipart/form-data")) return read_form(rq, fields, out, file);
    TRY(json_read(rq->arena, rq->body, &object));
    if (!json_is_object(object)) return fail(rq->arena, BAD_REQUEST, "", "Expected a JSON object.");
    return fields_decode(rq->arena, fields, object, out);
}
