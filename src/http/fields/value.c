#include "http/fields/value.h"

#include <math.h>

/* ------------------------------------------------------------------ findings */

static void add_escaped(text_builder *out, text name) /* RFC 6901 */
{
    for (size_t i = 0; i < name.length; i++) {
        if (name.data[i] == '~')
            text_add_string(out, "~0");
        else if (name.data[i] == '/')
            text_add_string(out, "~1");
        else
            text_add_char(out, name.data[i]);
    }
}

/* No field of ours has so long a name: what a client made up is not sent back at length. */
static text shortened(arena *a, text name)
{
    enum { LONGEST = 200 };
    if (name.length <= LONGEST) return name;
    size_t length = LONGEST;
    while (length && ((unsigned char)name.data[length] & 0xC0) == 0x80) length--; /* not within a character */
    return text_format(a, "%.*s...", (int)length, name.data);
}

static void add_pointer(text_builder *out, const place *at) // NOLINT(misc-no-recursion): as deep as the document
{
    if (!at) return;
    add_pointer(out, at->parent);
    text_add_char(out, '/');
    if (text_is(at->name))
        add_escaped(out, shortened(out->arena, at->name));
    else
        text_add_format(out, "%zu", at->index);
}

void find(findings *f, const place *at, const char *format, ...)
{
    if (f->count++ >= MOST_ERRORS_TOLD) return;
    text_builder pointer = text_builder_in(f->arena);
    add_pointer(&pointer, at);
    va_list arguments;
    va_start(arguments, format);
    text message = text_format_list(f->arena, format, arguments);
    va_end(arguments);
    f->told[f->count - 1] = fail(f->arena, INVALID, text_built(&pointer).data, "%s", message.data);
}

error findings_error(const findings *f)
{
    error all = OK;
    for (size_t i = f->count < MOST_ERRORS_TOLD ? f->count : MOST_ERRORS_TOLD; i-- > 0;)
        all = error_also(f->arena, f->told[i], all);
    return all;
}

/* ------------------------------------------------------------------ bounds */

bool field_has_most(const field *f)
{
    return f->most != 0; // NOLINT(clang-diagnostic-float-equal): 0 is what a row that says nothing holds
}

bool field_has_least(const field *f)
{
    return f->least != 0 || f->most != 0; // NOLINT(clang-diagnostic-float-equal)
}

/* "from 1 to 200", "at least 1" */
static const char *range_of(arena *a, const field *row)
{
    char least[32] = "", most[32] = "";
    json_number_format(row->least, least);
    json_number_format(row->most, most);
    if (field_has_most(row)) return text_format(a, "from %s to %s", least, most).data;
    return text_format(a, "of at least %s", least).data;
}

static bool in_range(findings *f, const place *at, const field *row, double value, const char *what, const char *found)
{
    bool low = field_has_least(row) && value < row->least, high = field_has_most(row) && value > row->most;
    if (low || high) find(f, at, "Expected %s %s, found %s.", what, range_of(f->arena, row), found);
    return !low && !high;
}

/* ------------------------------------------------------------------ texts */

/* NUL cannot be stored, and no other control character but tab and line breaks means anything in a text for people. */
static bool has_control_character(text t)
{
    for (size_t i = 0; i < t.length; i++) {
        unsigned char c = (unsigned char)t.data[i];
        if (c == '\t' || c == '\n' || c == '\r') continue;
        if (c < 0x20 || c == 0x7F) return true;
        if (c == 0xC2 && i + 1 < t.length && (unsigned char)t.data[i + 1] < 0xA0) return true; /* U+0080 to U+009F */
    }
    return false;
}

static bool has_fitting_length(findings *f, const place *at, const field *row, text value)
{
    if (!field_has_least(row)) return true;
    size_t length = text_code_points(value);
    bool is_short = (double)length < row->least, is_long = field_has_most(row) && (double)length > row->most;
    if (is_short && length == 0)
        find(f, at, "This may not be empty.");
    else if (is_short)
        find(f, at, "Expected at least %.0f characters, found %zu.", row->least, length);
    else if (is_long)
        find(f, at, "Expected at most %.0f characters, found %zu.", row->most, length);
    return !is_short && !is_long;
}

static bool is_mail_character(unsigned char c)
{
    return c > 0x20 && c != 0x7F && !strchr("()<>[]\\,;:\"@", c);
}

/* Plausible is enough: only a mail that arrives proves an address. One @, no blanks, a dotted domain, RFC 5321's
 * lengths. */
static bool is_plausible_email(text t)
{
    const char *at = memchr(t.data, '@', t.length);
    if (!at || t.length > 254) return false;
    text local = { t.data, (size_t)(at - t.data) }, domain = { at + 1, t.length - (size_t)(at - t.data) - 1 };
    if (local.length < 1 || local.length > 64 || domain.length < 3) return false;
    for (size_t i = 0; i < local.length; i++)
        if (!is_mail_character((unsigned char)local.data[i])) return false;
    size_t label = 0, dots = 0;
    for (size_t i = 0; i < domain.length; i++) {
        unsigned char c = (unsigned char)domain.data[i];
        bool is_letter = c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-';
        if (c == '.' && label > 0)
            label = 0, dots++;
        else if (is_letter && label < 63)
            label++;
        else
            return false;
    }
    return dots > 0 && label > 0;
}

static void take_email(findings *f, const place *at, text value, text *out)
{
    text address = text_lower_ascii(f->arena, text_trim(value));
    if (!text_is(address) || !is_plausible_email(address))
        find(f, at, "Expected an e-mail address such as thandi@example.com.");
    else
        *out = address;
}

static const char *names_in_words(arena *a, const char *const *names)
{
    text_builder list = text_builder_in(a);
    for (size_t i = 0; names[i]; i++) {
        if (i) text_add_string(&list, names[i + 1] ? ", " : " or ");
        text_add_string(&list, names[i]);
    }
    return text_built(&list).data;
}

static void take_enum(findings *f, const place *at, const field *row, text value, text *out)
{
    for (size_t i = 0; row->names[i]; i++) {
        if (!text_equal_string(value, row->names[i])) continue;
        *out = text_of(row->names[i]);
        return;
    }
    find(f, at, "Expected %s.", names_in_words(f->arena, row->names));
}

void take_text(findings *f, const place *at, const field *row, text value, text *out)
{
    if (row->kind == FIELD_ENUM)
        take_enum(f, at, row, value, out);
    else if (has_control_character(value))
        find(f, at, "Control characters are not allowed here.");
    else if (row->kind == FIELD_EMAIL)
        take_email(f, at, value, out);
    else if (has_fitting_length(f, at, row, value))
        *out = value;
}

/* ------------------------------------------------------------------ numbers and the rest */

void take_integer(findings *f, const place *at, const field *row, int64_t value, void *out)
{
    char found[32];
    snprintf(found, sizeof found, "%lld", (long long)value);
    if (!in_range(f, at, row, (double)value, "a whole number", found)) return;
    if (row->kind == FIELD_MAYBE_INTEGER)
        *(maybe_integer *)out = (maybe_integer){ true, value };
    else
        *(int64_t *)out = value;
}

void take_number(findings *f, const place *at, const field *row, double value, void *out)
{
    char found[32] = "";
    json_number_format(value, found);
    if (!in_range(f, at, row, value, "a number", found)) return;
    if (row->kind == FIELD_MAYBE_NUMBER)
        *(maybe_number *)out = (maybe_number){ true, value };
    else
        *(double *)out = value;
}

void take_bool(const field *row, bool value, void *out)
{
    if (row->kind == FIELD_MAYBE_BOOL)
        *(maybe_bool *)out = (maybe_bool){ true, value };
    else
        *(bool *)out = value;
}

void take_uuid(findings *f, const place *at, const field *row, text value, void *out)
{
    uuid id;
    if (!uuid_parse(value, &id))
        find(f, at, "Expected a UUID such as 0198c0de-7000-7000-8000-000000000001.");
    else if (row->kind == FIELD_MAYBE_UUID)
        *(maybe_uuid *)out = (maybe_uuid){ true, id };
    else
        *(uuid *)out = id;
}

/* Years 1 to 9999: what RFC 3339 can print and the database can keep. */
static const instant first_instant = -SECONDS(62135596800), last_instant = SECONDS(253402300800) - 1;

void take_instant(findings *f, const place *at, const field *row, text value, void *out)
{
    instant t;
    if (!instant_parse(value, &t) || t < first_instant || t > last_instant)
        find(f, at, "Expected a time as RFC 3339 has it, such as 2026-03-06T15:00:00Z.");
    else if (row->kind == FIELD_MAYBE_INSTANT)
        *(maybe_instant *)out = (maybe_instant){ true, t };
    else
        *(instant *)out = t;
}

static void take_json(findings *f, const place *at, text value, text *out)
{
    json_t *document;
    error bad = json_read(f->arena, value, &document);
    if (bad)
        find(f, at, "Expected one JSON value. %s", bad->message);
    else
        *out = json_compact(f->arena, document);
}

void take_any(findings *f, const place *at, const field *row, text value, void *out)
{
    int64_t integer;
    double number;
    switch (row->kind) {
    case FIELD_INTEGER:
    case FIELD_MAYBE_INTEGER:
        if (text_integer(value, &integer))
            take_integer(f, at, row, integer, out);
        else
            find(f, at, "Expected a whole number.");
        break;
    case FIELD_NUMBER:
    case FIELD_MAYBE_NUMBER:
        if (text_number(value, &number))
            take_number(f, at, row, number, out);
        else
            find(f, at, "Expected a number.");
        break;
    case FIELD_BOOL:
    case FIELD_MAYBE_BOOL:
        if (text_equal_string(value, "true") || text_equal_string(value, "false"))
            take_bool(row, value.length == 4, out);
        else
            find(f, at, "Expected true or false.");
        break;
    case FIELD_UUID:
    case FIELD_MAYBE_UUID:
        take_uuid(f, at, row, value, out);
        break;
    case FIELD_INSTANT:
    case FIELD_MAYBE_INSTANT:
        take_instant(f, at, row, value, out);
        break;
    case FIELD_JSON:
        take_json(f, at, value, out);
        break;
    default:
        take_text(f, at, row, value, out);
        break;
    }
}

void take_default(arena *a, const field *row, void *out)
{
    if (!row->standard) return;
    findings none = { .arena = a };
    take_any(&none, NULL, row, text_of(row->standard), out);
}
