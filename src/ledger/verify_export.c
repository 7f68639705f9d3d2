#include "base/json.h"
#include "crypto/hash.h"
#include "ledger/ledger.h"

/* A line of an export has some 700 bytes; far longer ones are not entries. */
enum { LONGEST_LINE = 64 * 1024, HASH_DIGITS = 64 };

struct ledger_verifier {
    arena *arena; /* what must last */
    char *line;   /* of an unfinished line */
    size_t length;
    bool overlong;
    int64_t lines, next_seq;
    char head[HASH_DIGITS + 1];
    char org[37];
    ledger_verdict verdict;
};

ledger_verifier *ledger_verifier_new(arena *a)
{
    ledger_verifier *v = ARENA_NEW(a, ledger_verifier);
    v->arena = a;
    v->line = arena_alloc(a, LONGEST_LINE);
    v->next_seq = 1;
    memset(v->head, '0', HASH_DIGITS); /* what the first entry follows */
    v->verdict.valid = true;
    return v;
}

static const char *const names[] = { "action", "actor",     "at",  "content_hash", "hash",        "id",
                                     "org_id", "prev_hash", "seq", "subject_id",   "subject_type" };
enum { NAMES = sizeof names / sizeof *names };

static bool has_exactly_the_fields(const json_t *entry)
{
    if (!json_is_object(entry) || json_object_size(entry) != NAMES) return false;
    for (size_t i = 0; i < NAMES; i++) {
        const json_t *value = json_object_get(entry, names[i]);
        if (strcmp(names[i], "seq") == 0 ? !json_is_integer(value) : !json_is_string(value)) return false;
    }
    return true;
}

static text member(const json_t *entry, const char *name)
{
    return json_text_of(json_object_get(entry, name));
}

/* The hash covers every field but itself. */
static text recomputed(arena *a, json_t *entry)
{
    json_t *rest = json_copy(entry);
    json_object_del(rest, "hash");
    text hash = sha256_hex(a, json_canonical(a, rest));
    json_decref(rest);
    return hash;
}

static const char *fault_of(ledger_verifier *v, arena *a, text line, json_t *entry)
{
    if (!has_exactly_the_fields(entry))
        return "the line is not a ledger entry: a field is missing, unknown or of another type";
    if (json_integer_value(json_object_get(entry, "seq")) != v->next_seq)
        return "its seq does not follow the entry before it: an entry is missing, repeated or out of order";
    if (v->org[0] && !text_equal_string(member(entry, "org_id"), v->org))
        return "it belongs to another organization than the entries before it";
    if (!text_equal_string(member(entry, "prev_hash"), v->head))
        return "its prev_hash is not the hash of the entry before it";
    if (!text_equal(member(entry, "hash"), recomputed(a, entry)))
        return "its hash is not the hash of its fields: something in it was changed";
    if (!text_equal(line, json_canonical(a, entry)))
        return "it is not in canonical form: a byte of the line was changed";
    return NULL;
}

static void refuse(ledger_verifier *v, int64_t seq, const char *reason)
{
    v->verdict.valid = false;
    v->verdict.first_bad = seq;
    v->verdict.first_bad_line = v->lines;
    v->verdict.reason =
        text_format(v->arena, "Entry %lld (line %lld): %s.", (long long)seq, (long long)v->lines, reason);
}

static void accept(ledger_verifier *v, const json_t *entry)
{
    text hash = member(entry, "hash"), org = member(entry, "org_id");
    memcpy(v->head, hash.data, HASH_DIGITS);
    if (org.length < sizeof v->org) memcpy(v->org, org.data, org.length);
    v->next_seq++;
    v->verdict.checked++;
}

static void check_line(ledger_verifier *v, text line)
{
    v->lines++;
    if (!v->verdict.valid) return; /* everything behind a break hangs on it */
    if (v->overlong) {
        refuse(v, v->next_seq, "the line is longer than any entry");
        return;
    }
    arena *a = arena_new();
    json_t *entry = NULL;
    error unreadable = json_read(a, line, &entry);
    const char *fault = unreadable ? "the line is not JSON" : fault_of(v, a, line, entry);
    if (fault)
        refuse(v, v->next_seq, fault);
    else
        accept(v, entry);
    arena_drop(a);
}

static void end_line(ledger_verifier *v)
{
    check_line(v, (text){ v->line, v->length });
    v->length = 0;
    v->overlong = false;
}

void ledger_verifier_feed(ledger_verifier *v, text piece)
{
    while (piece.length) {
        const char *end = memchr(piece.data, '\n', piece.length);
        size_t take = end ? (size_t)(end - piece.data) : piece.length;
        if (take > LONGEST_LINE - v->length) {
            v->overlong = true;
            v->length = 0;
        } else if (!v->overlong) {
            memcpy(v->line + v->length, piece.data, take);
            v->length += take;
        }
        if (end) {
            end_line(v);
            take++;
        }
        piece.data += take;
        piece.length -= take;
    }
}

ledger_verdict ledger_verifier_finish(ledger_verifier *v)
{
    if (v->length || v->overlong) {
        v->lines++;
        if (v->verdict.valid) refuse(v, v->next_seq, "the last line has no line break: the export was cut off");
    }
    v->verdict.head = text_copy(v->arena, (text){ v->head, HASH_DIGITS });
    return v->verdict;
}
