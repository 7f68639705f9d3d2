#include "store/binary.h"

#include <endian.h>

/* PostgreSQL counts microseconds from 2000-01-01. */
static const instant postgres_epoch = SECONDS(946684800);

Oid binary_oid(sql_kind kind)
{
    static const Oid oids[] = {
        [SQL_UUID] = 2950,  [SQL_TEXT] = 25,    [SQL_BIGINT] = 20,        [SQL_INTEGER] = 23,
        [SQL_BOOLEAN] = 16, [SQL_DOUBLE] = 701, [SQL_TIMESTAMPTZ] = 1184, [SQL_JSON] = 114,
        [SQL_JSONB] = 3802, [SQL_BYTEA] = 17,   [SQL_TEXT_LIST] = 1009,
    };
    return oids[kind];
}

/* ------------------------------------------------------------------ encoding */

typedef struct encoded {
    const char *data;
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

static void add_32(text_builder *b, int32_t value)
{
    uint32_t big = htobe32((uint32_t)value);
    text_add(b, (text){ (const char *)&big, 4 });
}

/* An array: dimensions, has-nulls flag, element type, size and lower bound of the dimension, then each element. */
static encoded encode_list(arena *a, const text_list *list)
{
    text_builder b = text_builder_in(a);
    add_32(&b, list->count ? 1 : 0);
    add_32(&b, 0);
    add_32(&b, (int32_t)binary_oid(SQL_TEXT));
    if (list->count) {
        add_32(&b, (int32_t)list->count);
        add_32(&b, 1);
    }
    for (size_t i = 0; i < list->count; i++) {
        add_32(&b, (int32_t)list->items[i].length);
        text_add(&b, list->items[i]);
    }
    text built = text_built(&b);
    return (encoded){ built.data, (int)built.length };
}

static encoded encode_jsonb(arena *a, text t)
{
    if (!text_is(t)) return null_value;
    char *data = arena_alloc(a, t.length + 1);
    data[0] = 1; /* the format's version */
    memcpy(data + 1, t.data, t.length);
    return (encoded){ data, (int)t.length + 1 };
}

static encoded encode_double(arena *a, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, 8);
    return encode_64(a, bits);
}

/* A nullable member of the scalar kinds is a maybe_… struct, whose value follows its flag. */
#define MEMBER(type, maybe_type) (slot->nullable ? ((const maybe_type *)at)->value : *(const type *)at)
#define ABSENT(maybe_type)       (slot->nullable && !((const maybe_type *)at)->is_set)

static encoded encode_one(arena *a, const statement_slot *slot, const void *from)
{
    const void *at = (const char *)from + slot->offset;
    switch (slot->kind) {
    case SQL_UUID:
        if (ABSENT(maybe_uuid)) return null_value;
        return (encoded){
            (const char *)(slot->nullable ? ((const maybe_uuid *)at)->value.bytes : ((const uuid *)at)->bytes), 16
        };
    case SQL_BIGINT:
        return ABSENT(maybe_integer) ? null_value : encode_64(a, (uint64_t)MEMBER(int64_t, maybe_integer));
    case SQL_INTEGER:
        return ABSENT(maybe_integer) ? null_value : encode_32(a, (uint32_t)(int32_t)MEMBER(int64_t, maybe_integer));
    case SQL_BOOLEAN:
        if (ABSENT(maybe_bool)) return null_value;
        return (encoded){ MEMBER(bool, maybe_bool) ? "\1" : "\0", 1 };
    case SQL_DOUBLE:
        return ABSENT(maybe_number) ? null_value : encode_double(a, MEMBER(double, maybe_number));
    case SQL_TIMESTAMPTZ:
        if (ABSENT(maybe_instant)) return null_value;
        return encode_64(a, (uint64_t)(MEMBER(instant, maybe_instant) - postgres_epoch));
    case SQL_JSONB:
        return encode_jsonb(a, *(const text *)at);
    case SQL_TEXT_LIST:
        return encode_list(a, at);
    case SQL_TEXT:
    case SQL_JSON:
    case SQL_BYTEA:
        return encode_text(*(const text *)at);
    }
    return null_value;
}

binary_parameters binary_encode(arena *a, const statement_slot *slots, size_t count, const void *from)
{
    binary_parameters p = {
        .values = ARENA_ARRAY(a, count, const char *),
        .lengths = ARENA_ARRAY(a, count, int),
        .formats = ARENA_ARRAY(a, count, int),
        .types = ARENA_ARRAY(a, count, Oid),
        .count = (int)count,
    };
    for (size_t i = 0; i < count; i++) {
        p.types[i] = binary_oid(slots[i].kind);
        p.formats[i] = 1;
        if (!from) continue;
        encoded e = encode_one(a, &slots[i], from);
        p.values[i] = e.data;
        p.lengths[i] = e.length;
    }
    return p;
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

static text_list decode_list(arena *a, const char *data, int length)
{
    if (length < 20 || read_32(data) != 1) return (text_list){ 0 };
    size_t count = read_32(data + 12);
    text *items = ARENA_ARRAY(a, count, text);
    const char *at = data + 20, *end = data + length;
    for (size_t i = 0; i < count && end - at >= 4; i++) {
        int32_t size = (int32_t)read_32(at);
        at += 4;
        if (size < 0 || size > end - at) break;
        items[i] = text_copy(a, (text){ at, (size_t)size });
        at += size;
    }
    return (text_list){ items, count };
}

#define STORE(type, maybe_type, expression)                                                                            \
    do {                                                                                                               \
        if (slot->nullable)                                                                                            \
            *(maybe_type *)at = (maybe_type){ true, (expression) };                                                    \
        else                                                                                                           \
            *(type *)at = (expression);                                                                                \
    } while (0)

static double as_double(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, 8);
    return value;
}

static uuid as_uuid(const char *data)
{
    uuid id;
    memcpy(id.bytes, data, 16);
    return id;
}

static void decode_one(arena *a, const statement_slot *slot, const char *data, int length, void *to)
{
    void *at = (char *)to + slot->offset;
    switch (slot->kind) {
    case SQL_UUID:
        STORE(uuid, maybe_uuid, as_uuid(data));
        break;
    case SQL_BIGINT:
        STORE(int64_t, maybe_integer, (int64_t)read_64(data));
        break;
    case SQL_INTEGER:
        STORE(int64_t, maybe_integer, (int32_t)read_32(data));
        break;
    case SQL_BOOLEAN:
        STORE(bool, maybe_bool, data[0] != 0);
        break;
    case SQL_DOUBLE:
        STORE(double, maybe_number, as_double(read_64(data)));
        break;
    case SQL_TIMESTAMPTZ:
        STORE(instant, maybe_instant, (instant)read_64(data) + postgres_epoch);
        break;
    case SQL_JSONB:
        *(text *)at = text_copy(a, (text){ data + 1, (size_t)length - 1 });
        break;
    case SQL_TEXT_LIST:
        *(text_list *)at = decode_list(a, data, length);
        break;
    case SQL_TEXT:
    case SQL_JSON:
    case SQL_BYTEA:
        *(text *)at = text_copy(a, (text){ data, (size_t)length });
        break;
    }
}

error binary_decode(arena *a, const PGresult *result, int row, const statement *s, void *to)
{
    for (size_t i = 0; i < s->column_count; i++) {
        const statement_slot *slot = &s->columns[i];
        if (!PQgetisnull(result, row, (int)i))
            decode_one(a, slot, PQgetvalue(result, row, (int)i), PQgetlength(result, row, (int)i), to);
        else if (!slot->nullable)
            return fail(a, INTERNAL, "", "Statement %s gave null for the column %s, which is declared not null.",
                        s->name, slot->name);
    }
    return OK;
}
