#include "store/binary.h"

#include <endian.h>
#include <limits.h>

/* PostgreSQL counts microseconds from 2000-01-01. */
static const instant postgres_epoch = SECONDS(946684800);

typedef struct sql_type {
    Oid oid;
    const char *name;
} sql_type;

static const sql_type types[] = {
    [SQL_UUID] = { 2950, "uuid" },
    [SQL_TEXT] = { 25, "text" },
    [SQL_BIGINT] = { 20, "bigint" },
    [SQL_INTEGER] = { 23, "integer" },
    [SQL_BOOLEAN] = { 16, "boolean" },
    [SQL_DOUBLE] = { 701, "double" },
    [SQL_TIMESTAMPTZ] = { 1184, "timestamptz" },
    [SQL_JSON] = { 114, "json" },
    [SQL_JSONB] = { 3802, "jsonb" },
    [SQL_BYTEA] = { 17, "bytea" },
    [SQL_TEXT_LIST] = { 1009, "text[]" },
    [SQL_UUID_LIST] = { 2951, "uuid[]" },
};

Oid binary_oid(sql_kind kind)
{
    return types[kind].oid;
}

const char *binary_type_name(Oid type)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (types[i].oid == type) return types[i].name;
    return "type";
}

/* A nullable member of the scalar kinds is a maybe_… struct: NULL when it is not set, else where its value is. */
#define VALUE_AT(type, maybe_type)                                                                                     \
    (!slot->nullable ? (const type *)at : ((const maybe_type *)at)->is_set ? &((const maybe_type *)at)->value : NULL)

/* ------------------------------------------------------------------ encoding */

typedef struct encoded {
    const char *data; /* NULL is SQL's null */
    int length;
} encoded;

static const encoded null_value = { NULL, 0 };

static encoded encode_64(arena *a, uint64_t value)
{
    uint64_t big = htobe64(value);
    return (encoded){ arena_copy(a, &big, 8), 8 };
}

static encoded encode_32(arena *a, uint32_t value)
{
    uint32_t big = htobe32(value);
    return (encoded){ arena_copy(a, &big, 4), 4 };
}

static encoded encode_text(text t)
{
    return text_is(t) ? (encoded){ t.data, (int)t.length } : null_value;
}

static encoded encode_double(arena *a, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, 8);
    return encode_64(a, bits);
}

static encoded encode_jsonb(arena *a, text t)
{
    if (!text_is(t)) return null_value;
    char *data = arena_alloc(a, t.length + 1);
    data[0] = 1; /* the format's version */
    memcpy(data + 1, t.data, t.length);
    return (encoded){ data, (int)t.length + 1 };
}

static void add_32(text_builder *b, uint32_t value)
{
    uint32_t big = htobe32(value);
    text_add(b, (text){ (const char *)&big, 4 });
}

/* An array's head: dimensions, has-nulls flag, type of the elements; then size and lower bound of the one dimension. */
static text_builder list_head(arena *a, Oid element, size_t count)
{
    text_builder b = text_builder_in(a);
    add_32(&b, count ? 1 : 0);
    add_32(&b, 0);
    add_32(&b, element);
    if (count) {
        add_32(&b, (uint32_t)count);
        add_32(&b, 1);
    }
    return b;
}

static encoded encode_text_list(arena *a, const text_list *list)
{
    text_builder b = list_head(a, binary_oid(SQL_TEXT), list->count);
    for (size_t i = 0; i < list->count; i++) {
        add_32(&b, (uint32_t)list->items[i].length);
        text_add(&b, list->items[i]);
    }
    return encode_text(text_built(&b));
}

static encoded encode_uuid_list(arena *a, const uuid_list *list)
{
    text_builder b = list_head(a, binary_oid(SQL_UUID), list->count);
    for (size_t i = 0; i < list->count; i++) {
        add_32(&b, sizeof list->items[i].bytes);
        text_add(&b, (text){ (const char *)list->items[i].bytes, sizeof list->items[i].bytes });
    }
    return encode_text(text_built(&b));
}

static encoded encode_scalar(arena *a, const statement_slot *slot, const void *at)
{
    const uuid *id = NULL;
    const int64_t *number = NULL;
    const double *real = NULL;
    const bool *truth = NULL;
    switch (slot->kind) {
    case SQL_UUID:
        id = VALUE_AT(uuid, maybe_uuid);
        return id ? (encoded){ (const char *)id->bytes, sizeof id->bytes } : null_value;
    case SQL_BIGINT:
        number = VALUE_AT(int64_t, maybe_integer);
        return number ? encode_64(a, (uint64_t)*number) : null_value;
    case SQL_INTEGER:
        number = VALUE_AT(int64_t, maybe_integer);
        return number ? encode_32(a, (uint32_t)*number) : null_value;
    case SQL_TIMESTAMPTZ:
        number = VALUE_AT(instant, maybe_instant);
        return number ? encode_64(a, (uint64_t)*number - (uint64_t)postgres_epoch) : null_value;
    case SQL_DOUBLE:
        real = VALUE_AT(double, maybe_number);
        return real ? encode_double(a, *real) : null_value;
    case SQL_BOOLEAN:
        truth = VALUE_AT(bool, maybe_bool);
        return truth ? (encoded){ *truth ? "\1" : "\0", 1 } : null_value;
    default:
        return null_value;
    }
}

static encoded encode_one(arena *a, const statement_slot *slot, const void *at)
{
    switch (slot->kind) {
    case SQL_TEXT:
    case SQL_JSON:
    case SQL_BYTEA:
        return encode_text(*(const text *)at);
    case SQL_JSONB:
        return encode_jsonb(a, *(const text *)at);
    case SQL_TEXT_LIST:
        return encode_text_list(a, at);
    case SQL_UUID_LIST:
        return encode_uuid_list(a, at);
    default:
        return encode_scalar(a, slot, at);
    }
}

/* What the binary format would silently cut off. */
static error check_fits(arena *a, const statement_slot *slot, const void *at)
{
    if (slot->kind != SQL_INTEGER) return OK;
    const int64_t *value = VALUE_AT(int64_t, maybe_integer);
    if (!value || (*value >= INT32_MIN && *value <= INT32_MAX)) return OK;
    return fail(a, INVALID, text_format(a, "/%s", slot->name).data,
                "Expected a whole number from %d to %d, found %lld.", INT32_MIN, INT32_MAX, (long long)*value);
}

error binary_encode(arena *a, const statement_slot *slots, size_t count, const void *from, binary_parameters *out)
{
    *out = (binary_parameters){
        .values = ARENA_ARRAY(a, count, const char *),
        .lengths = ARENA_ARRAY(a, count, int),
        .formats = ARENA_ARRAY(a, count, int),
        .types = ARENA_ARRAY(a, count, Oid),
        .count = (int)count,
    };
    for (size_t i = 0; i < count; i++) {
        out->types[i] = binary_oid(slots[i].kind);
        out->formats[i] = 1;
        if (!from) continue;
        const void *at = (const char *)from + slots[i].offset;
        TRY(check_fits(a, &slots[i], at));
        encoded e = encode_one(a, &slots[i], at);
        out->values[i] = e.data;
        out->lengths[i] = e.length;
    }
    return OK;
}

/* ------------------------------------------------------------------ decoding */

static uint64_t read_64(const char *data)
{
    uint64_t big;
    memcpy(&big, data, 8);
    return be64toh(big);
}

static uint32_t read_32(const char *data)
{
    uint32_t big;
    memcpy(&big, data, 4);
    return be32toh(big);
}

static double as_double(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, 8);
    return value;
}

static uuid as_uuid(const char *data)
{
    uuid id;
    memcpy(id.bytes, data, sizeof id.bytes);
    return id;
}

/* False for infinite times and those beyond what microseconds since 1970 can say. */
static bool decode_instant(uint64_t raw, instant *out)
{
    int64_t since_2000 = (int64_t)raw;
    if (since_2000 == INT64_MIN || since_2000 > INT64_MAX - postgres_epoch) return false;
    *out = since_2000 + postgres_epoch;
    return true;
}

/* The elements of an array of one dimension without nulls; false: it is something else. */
static bool decode_elements(arena *a, const char *data, int length, text **items, size_t *count)
{
    enum { HEAD = 12, DIMENSION = 8 };
    *count = 0;
    if (length < HEAD) return false;
    if (read_32(data) == 0) return true;
    if (read_32(data) != 1 || length < HEAD + DIMENSION) return false;
    size_t announced = read_32(data + HEAD);
    const char *at = data + HEAD + DIMENSION, *end = data + length;
    if (announced > (size_t)(end - at) / 4) return false;
    *items = ARENA_ARRAY(a, announced, text);
    for (; *count < announced; ++*count) {
        if (end - at < 4) return false;
        int32_t size = (int32_t)read_32(at);
        at += 4;
        if (size < 0 || size > end - at) return false;
        (*items)[*count] = (text){ at, (size_t)size };
        at += size;
    }
    return true;
}

static bool decode_text_list(arena *a, const char *data, int length, text_list *out)
{
    text *items = NULL;
    if (!decode_elements(a, data, length, &items, &out->count)) return false;
    out->items = items;
    return true;
}

static bool decode_uuid_list(arena *a, const char *data, int length, uuid_list *out)
{
    text *elements = NULL;
    size_t count;
    if (!decode_elements(a, data, length, &elements, &count)) return false;
    uuid *items = ARENA_ARRAY(a, count, uuid);
    for (size_t i = 0; i < count; i++) {
        if (elements[i].length != sizeof items[i].bytes) return false;
        items[i] = as_uuid(elements[i].data);
    }
    *out = (uuid_list){ items, count };
    return true;
}

#define STORE(type, maybe_type, expression)                                                                            \
    do {                                                                                                               \
        if (slot->nullable)                                                                                            \
            *(maybe_type *)at = (maybe_type){ true, (expression) };                                                    \
        else                                                                                                           \
            *(type *)at = (expression);                                                                                \
    } while (0)

static bool decode_scalar(const statement_slot *slot, const char *data, void *at)
{
    instant time;
    switch (slot->kind) {
    case SQL_UUID:
        STORE(uuid, maybe_uuid, as_uuid(data));
        return true;
    case SQL_BIGINT:
        STORE(int64_t, maybe_integer, (int64_t)read_64(data));
        return true;
    case SQL_INTEGER:
        STORE(int64_t, maybe_integer, (int32_t)read_32(data));
        return true;
    case SQL_BOOLEAN:
        STORE(bool, maybe_bool, data[0] != 0);
        return true;
    case SQL_DOUBLE:
        STORE(double, maybe_number, as_double(read_64(data)));
        return true;
    case SQL_TIMESTAMPTZ:
        if (!decode_instant(read_64(data), &time)) return false;
        STORE(instant, maybe_instant, time);
        return true;
    default:
        return false;
    }
}

static bool decode_one(arena *a, const statement_slot *slot, const char *data, int length, void *at)
{
    switch (slot->kind) {
    case SQL_TEXT:
    case SQL_JSON:
    case SQL_BYTEA:
        *(text *)at = (text){ data, (size_t)length };
        return true;
    case SQL_JSONB:
        *(text *)at = (text){ data + 1, (size_t)length - 1 };
        return length > 0;
    case SQL_TEXT_LIST:
        return decode_text_list(a, data, length, at);
    case SQL_UUID_LIST:
        return decode_uuid_list(a, data, length, at);
    default:
        return decode_scalar(slot, data, at);
    }
}

error binary_decode(arena *a, const PGresult *result, int row, const statement *s, void *to)
{
    for (size_t i = 0; i < s->column_count; i++) {
        const statement_slot *slot = &s->columns[i];
        if (PQgetisnull(result, row, (int)i)) {
            if (slot->nullable) continue;
            return fail(a, INTERNAL, "", "Statement %s gave null for the column %s, which is declared not null.",
                        s->name, slot->name);
        }
        const char *data = PQgetvalue(result, row, (int)i);
        if (!decode_one(a, slot, data, PQgetlength(result, row, (int)i), (char *)to + slot->offset))
            return fail(a, INTERNAL, "", "Statement %s gave a value for the column %s that %s cannot hold.", s->name,
                        slot->name, types[slot->kind].name);
    }
    return OK;
}
