#include "features/api_keys/api_keys.h"

#include "crypto/hash.h"
#include "crypto/random.h"
#include "features/access/access.h"
#include "features/door/door.h"
#include "ledger/ledger.h"

#include <arpa/inet.h>

/* ------------------------------------------------------------------ scopes */

/* What several capabilities are called together; the rest of a key's scopes are capabilities by name. */
typedef struct bundle {
    const char *name;
    const text words; /* with blanks between */
} bundle;

static const bundle bundles[] = {
    { "analyze", { "run_analysis", 12 } },
    { "read", { "access_ledger view_audits view_incidents view_intelligence", 58 } },
};

static text bundle_words(text word)
{
    for (size_t i = 0; i < sizeof bundles / sizeof *bundles; i++)
        if (text_equal_string(word, bundles[i].name)) return bundles[i].words;
    return word;
}

static text_list expanded(arena *a, text_list scopes)
{
    text *words = ARENA_ARRAY(a, scopes.count, text);
    for (size_t i = 0; i < scopes.count; i++) words[i] = bundle_words(scopes.items[i]);
    return word_set(a, access_split(a, access_joined(a, (text_list){ words, scopes.count })));
}

static bool is_for_people(text word)
{
    return text_equal_string(word, "manage_keys") || text_equal_string(word, "manage_roles") ||
           text_equal_string(word, "manage_users");
}

static error check_scopes(arena *a, const principal *who, text_list scopes)
{
    if (!scopes.count) return fail(a, INVALID, "/scopes", "A key needs at least one scope.");
    for (size_t i = 0; i < scopes.count; i++) {
        text word = scopes.items[i], words = bundle_words(word);
        if (is_for_people(word) || (words.data == word.data && !capability_is_known(word)))
            return fail(a, INVALID, "/scopes",
                        "%.*s is no scope of a key. Expected read, analyze, or a capability of GET /capabilities but "
                        "manage_keys, manage_roles and manage_users.",
                        PRINT(word));
    }
    text_list words = expanded(a, scopes);
    for (size_t i = 0; i < words.count; i++)
        if (!access_may(who, text_string(a, words.items[i])))
            return fail(a, FORBIDDEN, "/scopes", "You may not give %.*s: you lack it yourself.", PRINT(words.items[i]));
    return OK;
}

/* ------------------------------------------------------------------ entering */

bool api_key_looks_like(text credential)
{
    return text_starts(credential, "aic_");
}

static error refused(arena *a)
{
    return fail(a, UNAUTHENTICATED, "", "The API key is wrong, has run out, or was revoked.");
}

/* Once a minute a key: whoever holds a dead one could fill the log. */
static error put_refusal_on_record(scope *db, const api_key_found *key, const char *why)
{
    instant now = scope_now(db);
    if (key->last_refused_at.is_set && now - key->last_refused_at.value < SECONDS(API_KEY_SEEN_SECONDS)) return OK;
    TRY(scope_set_org(db, key->org_id));
    TRY(sql_api_key_was_refused(db, &(sql_api_key_was_refused_in){ .org_id = key->org_id, .id = key->id, .now = now }));
    TRY(door_audit(db, &(audit_note){ .event = "api_key_refused",
                                      .org_id = { true, key->org_id },
                                      .subject_type = "api_key",
                                      .subject_id = { true, key->id },
                                      .reason = text_of(why) }));
    return scope_pause(db);
}

static const char *reason_to_refuse(const api_key_found *key, instant now)
{
    if (key->revoked_at.is_set) return "revoked";
    if (key->expires_at <= now) return "run out";
    if (!key->maker_is_active) return "its maker is no longer active";
    return key->address_fits ? NULL : "from an address that it is not for";
}

/* What its scopes say and its maker still may. */
static error rights_of(scope *db, const api_key_found *key, text *out)
{
    permission_view maker;
    TRY(scope_set_org(db, key->org_id));
    TRY(permissions_read(db, key->created_by, &maker));
    text_list words = expanded(db->arena, key->scopes);
    text *kept = ARENA_ARRAY(db->arena, words.count, text);
    size_t count = 0;
    for (size_t i = 0; i < words.count; i++)
        if (word_in(maker.effective, words.items[i])) kept[count++] = words.items[i];
    *out = access_joined(db->arena, (text_list){ kept, count });
    return OK;
}

static error enter(scope *db, const request *rq, text key, principal *out)
{
    bool found = false;
    api_key_found row;
    text rights;
    instant now = scope_now(db);
    TRY(sql_api_key_by_hash(db, &(sql_api_key_by_hash_in){ .key_hash = sha256_bytes(db->arena, key), .ip = rq->ip },
                            &found, &row));
    if (!found) return refused(db->arena);
    const char *why = reason_to_refuse(&row, now);
    if (why) {
        TRY(put_refusal_on_record(db, &row, why));
        return refused(db->arena);
    }
    TRY(rights_of(db, &row, &rights));
    if (!row.last_used_at.is_set || now - row.last_used_at.value >= SECONDS(API_KEY_SEEN_SECONDS))
        TRY(sql_api_key_seen(db,
                             &(sql_api_key_seen_in){ .org_id = row.org_id, .id = row.id, .now = now, .ip = rq->ip }));
    *out = (principal){ .user_id = row.id,
                        .org_id = row.org_id,
                        .role = TEXT("API_KEY"),
                        .capabilities = rights,
                        .is_api_key = true,
                        .expires_at = row.expires_at };
    return scope_commit(db);
}

error api_keys_enter(platform *app, const request *rq, text key, principal *out)
{
    scope *db;
    caller nobody = { .kind = ACTOR_PUBLIC, .request_id = rq->request_id, .ip = rq->ip, .user_agent = rq->user_agent };
    TRY(scope_open_system(app->store, rq->arena, S1_SIGN_IN, TEXT("find the organization of an API key"), &nobody,
                          &db));
    error bad = enter(db, rq, key, out);
    scope_rollback(db);
    return bad;
}

/* ------------------------------------------------------------------ making, ending */

static text content(arena *a, const api_key_locked *k)
{
    json_writer w = json_writer_in(a);
    json_open(&w, '{');
    json_key(&w, "created_by"), json_write_uuid(&w, k->created_by);
    json_key(&w, "expires_at"), json_write_instant(&w, k->expires_at);
    json_key(&w, "name"), json_write_text(&w, k->name);
    json_key(&w, "prefix"), json_write_text(&w, k->prefix);
    json_key(&w, "revoked_at");
    if (k->revoked_at.is_set)
        json_write_instant(&w, k->revoked_at.value);
    else
        json_write_null(&w);
    json_key(&w, "scopes");
    json_open(&w, '[');
    for (size_t i = 0; i < k->scopes.count; i++) json_write_text(&w, k->scopes.items[i]);
    json_close(&w, ']');
    json_close(&w, '}');
    return json_written(&w);
}

/* aic_live_ and six letters or digits, by which people tell it apart, then 43 characters of base64url. */
static text new_key(arena *a, const platform *app, text *prefix)
{
    static const char letters[] = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";
    uint8_t bytes[6];
    char six[6];
    random_fill(bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof six; i++) six[i] = letters[bytes[i] % (sizeof letters - 1)];
    text secret = opaque_token_new(a);
    *prefix = text_format(a, "aic_%s_%.6s", app->is_development ? "test" : "live", six);
    return text_format(a, "%.*s%.*s", PRINT(*prefix), PRINT(secret));
}

static error insert(const platform *app, scope *db, const api_key_locked *wanted, api_key_made *out)
{
    uuid id = uuid_v7(&db->clock), entry;
    api_key_locked k = *wanted;
    out->key = new_key(db->arena, app, &k.prefix);
    TRY(ledger_append(db, LEDGER_PERMISSION_CHANGED, "api_key", id, content(db->arena, &k), &entry));
    TRY(sql_api_key_insert(db, &(sql_api_key_insert_in){ .id = id,
                                                         .name = k.name,
                                                         .prefix = k.prefix,
                                                         .key_hash = sha256_bytes(db->arena, out->key),
                                                         .scopes = k.scopes,
                                                         .allowed_ips = k.allowed_ips,
                                                         .created_by = k.created_by,
                                                         .expires_at = k.expires_at,
                                                         .ledger_entry_id = entry }));
    return api_keys_read(db, id, &out->row);
}

/* "10.0.0.0/8", "192.0.2.7", "2001:db8::/32": a network, without bits beyond its length. */
static bool is_network(arena *a, text t)
{
    const char *slash = t.length ? memchr(t.data, '/', t.length) : NULL;
    text host = { t.data, slash ? (size_t)(slash - t.data) : t.length };
    uint8_t bytes[16];
    const char *address = text_string(a, host);
    bool is_v4 = inet_pton(AF_INET, address, bytes) == 1;
    if (!is_v4 && inet_pton(AF_INET6, address, bytes) != 1) return false;
    int64_t most = is_v4 ? 32 : 128, length = most;
    if (slash && !text_integer((text){ slash + 1, t.length - host.length - 1 }, &length)) return false;
    if (length < 0 || length > most) return false;
    for (int64_t bit = length; bit < most; bit++)
        if (bytes[bit / 8] >> (7 - bit % 8) & 1) return false;
    return true;
}

static error check_draft(scope *db, const api_key_draft *in, instant expires_at)
{
    instant now = scope_now(db);
    if (expires_at <= now || expires_at > now + DAYS(API_KEY_MOST_DAYS))
        return fail(db->arena, INVALID, "/expires_at", "A key ends in the future, and within %d days.",
                    API_KEY_MOST_DAYS);
    for (size_t i = 0; i < in->allowed_ips.count; i++)
        if (!is_network(db->arena, in->allowed_ips.items[i]))
            return fail(db->arena, INVALID, text_format(db->arena, "/allowed_ips/%zu", i).data,
                        "Expected an address or a network such as 192.0.2.0/24 (no bits set beyond its length), found "
                        "%.*s.",
                        PRINT(in->allowed_ips.items[i]));
    return OK;
}

error api_keys_create(const platform *app, scope *db, const principal *who, const api_key_draft *in, api_key_made *out)
{
    instant expires_at = in->expires_at.is_set ? in->expires_at.value : scope_now(db) + DAYS(API_KEY_DAYS);
    text_list scopes = word_set(db->arena, in->scopes);
    TRY(check_draft(db, in, expires_at));
    TRY(check_scopes(db->arena, who, scopes));
    return insert(app, db,
                  &(api_key_locked){ .name = text_trim(in->name),
                                     .scopes = scopes,
                                     .allowed_ips = in->allowed_ips,
                                     .created_by = who->user_id,
                                     .expires_at = expires_at },
                  out);
}

static error lock(scope *db, uuid id, api_key_locked *out)
{
    bool found = false;
    TRY(sql_api_key_lock(db, &(sql_api_key_lock_in){ .id = id }, &found, out));
    return found ? OK : fail(db->arena, NOT_FOUND, "/id", "There is no API key with this id in your organization.");
}

static error end(scope *db, uuid id, const api_key_locked *k)
{
    uuid entry;
    TRY(ledger_append(db, LEDGER_PERMISSION_CHANGED, "api_key", id, content(db->arena, k), &entry));
    return sql_api_key_end(
        db, &(sql_api_key_end_in){
                .id = id, .expires_at = k->expires_at, .revoked_at = k->revoked_at, .ledger_entry_id = entry });
}

error api_keys_revoke(scope *db, uuid id)
{
    api_key_locked k;
    TRY(lock(db, id, &k));
    if (k.revoked_at.is_set) return OK;
    k.revoked_at = (maybe_instant){ true, scope_now(db) };
    return end(db, id, &k);
}

error api_keys_rotate(const platform *app, scope *db, const principal *who, uuid id, api_key_made *out)
{
    api_key_locked old;
    instant now = scope_now(db), soon = now + HOURS(API_KEY_OVERLAP_HOURS);
    TRY(lock(db, id, &old));
    if (old.revoked_at.is_set || old.expires_at <= now)
        return fail(db->arena, CONFLICT, "", "This key is no longer good. Make a new one instead.");
    TRY(check_scopes(db->arena, who, old.scopes));
    api_key_locked next = old;
    next.created_by = who->user_id;
    next.expires_at = now + DAYS(API_KEY_DAYS);
    TRY(insert(app, db, &next, out));
    if (old.expires_at <= soon) return OK;
    old.expires_at = soon;
    return end(db, id, &old);
}

/* ------------------------------------------------------------------ reading */

error api_keys_read(scope *db, uuid id, api_key_row *out)
{
    bool found = false;
    TRY(sql_api_key_by_id(db, &(sql_api_key_by_id_in){ .id = id }, &found, out));
    return found ? OK : fail(db->arena, NOT_FOUND, "/id", "There is no API key with this id in your organization.");
}

error api_keys_list(scope *db, const page_query *page, page_reply *out)
{
    sql_api_keys_of_org_in in = { .lim = page->limit + 1 };
    api_key_row_list rows;
    TRY(cursor_read_instant(db->arena, page->cursor, &in.after_at, &in.after_id));
    TRY(sql_api_keys_of_org(db, &in, &rows));
    size_t shown = rows.count > (size_t)page->limit ? (size_t)page->limit : rows.count;
    *out = (page_reply){ .items = rows.items, .count = shown };
    if (shown == rows.count) return OK;
    const api_key_row *last = &rows.items[shown - 1];
    out->next_cursor = cursor_write(db->arena, instant_format(db->arena, last->created_at), last->id);
    return OK;
}
