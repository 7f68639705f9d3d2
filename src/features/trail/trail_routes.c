#include "features/trail/trail.h"
#include "ledger/ledger.h"

static const field entry_fields[] = {
    FIELD(trail_entry, seq, AN_INTEGER, .doc = "Place in the organization's chain, from 1, without gaps"),
    FIELD(trail_entry, id, A_UUID),
    FIELD(trail_entry, org_id, A_UUID),
    FIELD(trail_entry, at, AN_INSTANT),
    FIELD(trail_entry, actor, A_TEXT, .doc = "User id, or the kind of actor"),
    FIELD(trail_entry, actor_name, A_TEXT, NULLABLE, .doc = "For reading; not part of the hashed entry"),
    FIELD(trail_entry, action, A_TEXT),
    FIELD(trail_entry, subject_type, A_TEXT),
    FIELD(trail_entry, subject_id, A_UUID),
    FIELD(trail_entry, content_hash, A_TEXT),
    FIELD(trail_entry, prev_hash, A_TEXT),
    FIELD(trail_entry, hash, A_TEXT),
    FIELDS_END
};

static const field query_fields[] = {
    PAGE_FIELDS(trail_query),
    FIELD(trail_query, action, A_TEXT, MAX(60), .doc = "SYSTEM_REGISTERED, ANALYSIS_COMPLETED, …"),
    FIELD(trail_query, subject_type, A_TEXT, MAX(60)), FIELD(trail_query, subject_id, MAYBE_UUID), FIELDS_END
};

typedef struct verify_query {
    int64_t from;
} verify_query;

static const field verify_query_fields[] = {
    FIELD(verify_query, from, AN_INTEGER, MIN(1), MAX(9007199254740991.0), STANDARD("1"),
          .doc = "First entry to check; its link to the one before is checked too"),
    FIELDS_END
};

static const field verdict_fields[] = {
    FIELD(trail_verdict, valid, A_BOOL),
    FIELD(trail_verdict, checked, AN_INTEGER, .doc = "How many entries were recomputed"),
    FIELD(trail_verdict, first_bad, MAYBE_INTEGER, .doc = "seq of the first entry that does not fit"), FIELDS_END
};

static error get_entries(request *rq, const void *body, void *reply)
{
    (void)body;
    return trail_entries(rq->scope, rq->query, reply);
}

static error get_entry(request *rq, const void *body, void *reply)
{
    (void)body;
    const id_path *path = rq->path;
    return trail_read(rq->scope, path->id, reply);
}

static error get_verify(request *rq, const void *body, void *reply)
{
    (void)body;
    const verify_query *query = rq->query;
    return sql_trail_verify(rq->scope, &(sql_trail_verify_in){ .from_seq = query->from }, reply);
}

enum { EXPORT_BATCH = 5000 };

static error get_export(request *rq, const void *body, void *reply)
{
    (void)body, (void)reply;
    text_builder lines = text_builder_in(rq->arena);
    trail_entry_list rows;
    int64_t after = 0;
    do {
        TRY(sql_trail_export(rq->scope, &(sql_trail_export_in){ .after_seq = after, .lim = EXPORT_BATCH }, &rows));
        for (size_t i = 0; i < rows.count; i++) {
            const trail_entry *e = &rows.items[i];
            ledger_entry entry = { .seq = e->seq,
                                   .id = e->id,
                                   .org_id = e->org_id,
                                   .at = e->at,
                                   .actor = e->actor,
                                   .action = e->action,
                                   .subject_type = e->subject_type,
                                   .subject_id = e->subject_id,
                                   .content_hash = e->content_hash,
                                   .prev_hash = e->prev_hash,
                                   .hash = e->hash };
            ledger_export_line(&lines, &entry);
            after = e->seq;
        }
    } while (rows.count == EXPORT_BATCH);
    reply_raw(rq, "application/x-ndjson", text_built(&lines));
    reply_attachment(rq, "ledger.ndjson");
    return OK;
}

const route trail_routes[] = {
    { GET, "/ledger", "List ledger entries, latest first", SIGNED_IN, TENANT, QUERY(trail_query, query_fields),
      LIST_REPLY(entry_fields, trail_entry), .key_reads = true, .rate = RATE_READ, .handle = get_entries },
    { GET, "/ledger/verify", "Recompute every hash and link of your chain", SIGNED_IN, TENANT,
      QUERY(verify_query, verify_query_fields), REPLY(trail_verdict, verdict_fields), .key_reads = true,
      .rate = RATE_VERIFY, .handle = get_verify },
    { GET, "/ledger/export", "Your chain as NDJSON, for `aic ledger verify`", SIGNED_IN, TENANT,
      .raw_reply = "application/x-ndjson", .audit = "data_exported", .key_reads = true, .rate = RATE_EXPORT,
      .handle = get_export },
    { GET, "/ledger/{id}", "Read a ledger entry", SIGNED_IN, TENANT, PATH(id_path, id_path_fields),
      REPLY(trail_entry, entry_fields), .key_reads = true, .rate = RATE_READ, .handle = get_entry },
    ROUTES_END
};
