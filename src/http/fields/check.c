#include "http/fields/value.h"

static size_t size_of_kind(const field *row)
{
    switch (row->kind) {
    case FIELD_UUID:
        return sizeof(uuid);
    case FIELD_MAYBE_UUID:
        return sizeof(maybe_uuid);
    case FIELD_INTEGER:
        return sizeof(int64_t);
    case FIELD_MAYBE_INTEGER:
        return sizeof(maybe_integer);
    case FIELD_NUMBER:
        return sizeof(double);
    case FIELD_MAYBE_NUMBER:
        return sizeof(maybe_number);
    case FIELD_BOOL:
        return sizeof(bool);
    case FIELD_MAYBE_BOOL:
        return sizeof(maybe_bool);
    case FIELD_INSTANT:
        return sizeof(instant);
    case FIELD_MAYBE_INSTANT:
        return sizeof(maybe_instant);
    case FIELD_TEXT_LIST:
        return sizeof(text_list);
    case FIELD_LIST:
        return sizeof(item_list);
    case FIELD_OBJECT:
        return 0; /* its own fields are checked against the whole struct */
    default:
        return sizeof(text);
    }
}

static error check_standard(arena *a, const field *row, const char *where)
{
    union {
        text text;
        maybe_uuid id;
        maybe_instant time;
    } room = { 0 };
    if (!row->standard) return OK;
    if (row->required) return fail(a, INTERNAL, "", "%s: %s is required and has a default.", where, row->name);
    if (row->kind >= FIELD_TEXT_LIST) return fail(a, INTERNAL, "", "%s: %s cannot have a default.", where, row->name);
    findings found = { .arena = a };
    take_any(&found, NULL, row, text_of(row->standard), &room);
    if (!found.count) return OK;
    return fail(a, INTERNAL, "", "%s: the default of %s does not fit: %s", where, row->name, found.told[0]->message);
}

static error check_row(arena *a, const field *fields, const field *row, size_t size, const char *where)
{
    if (row->kind == FIELD_NONE || row->kind > FIELD_LIST)
        return fail(a, INTERNAL, "", "%s: %s has no kind.", where, row->name);
    if (row->offset + size_of_kind(row) > size)
        return fail(a, INTERNAL, "", "%s: %s lies outside of its struct; is the type of the table right?", where,
                    row->name);
    for (const field *other = fields; other < row; other++)
        if (strcmp(other->name, row->name) == 0)
            return fail(a, INTERNAL, "", "%s: %s is there twice.", where, row->name);
    if (row->kind == FIELD_ENUM && (!row->names || !row->names[0]))
        return fail(a, INTERNAL, "", "%s: %s has no names to choose from.", where, row->name);
    if (field_has_most(row) && row->most < row->least)
        return fail(a, INTERNAL, "", "%s: the bounds of %s are the wrong way round.", where, row->name);
    return check_standard(a, row, where);
}

error fields_check(arena *a, const field *fields, size_t size, const char *where) // NOLINT(misc-no-recursion)
{
    for (const field *row = fields; row->name; row++) {
        TRY(check_row(a, fields, row, size, where));
        const char *inside = text_format(a, "%s, %s", where, row->name).data;
        bool has_parts = row->kind == FIELD_OBJECT || row->kind == FIELD_LIST;
        if (has_parts && !row->fields) return fail(a, INTERNAL, "", "%s: no fields.", inside);
        if (row->kind == FIELD_LIST && !row->item_size) return fail(a, INTERNAL, "", "%s: no item size.", inside);
        if (row->kind == FIELD_LIST) TRY(fields_check(a, row->fields, row->item_size, inside));
        if (row->kind == FIELD_OBJECT) TRY(fields_check(a, row->fields, size - row->offset, inside));
    }
    return OK;
}
