#include "features/access/access.h"

#include "features/identity/identity.h"
#include "ledger/ledger.h"

/* ------------------------------------------------------------------ one person's, worked out */

static bool is_admin(const permissions_row *p)
{
    return text_equal_string(p->role, "ADMIN");
}

static bool is_changed(const permissions_row *p)
{
    return !is_admin(p) && (p->role_id.is_set || p->granted.count || p->denied.count);
}

/* Denied, granted, role: in this order. */
static text_list effective(arena *a, const permissions_row *p)
{
    if (!is_changed(p)) return role_capabilities(p->role);
    text_list base = p->role_id.is_set ? p->role_capabilities : role_capabilities(p->role);
    text *has = ARENA_ARRAY(a, base.count + p->granted.count, text);
    size_t count = 0;
    for (size_t i = 0; i < base.count; i++)
        if (!word_in(p->denied, base.items[i])) has[count++] = base.items[i];
    for (size_t i = 0; i < p->granted.count; i++) has[count++] = p->granted.items[i];
    return word_set(a, (text_list){ has, count });
}

static error find(scope *db, uuid org_id, uuid person, permissions_row *out)
{
    bool found = false;
    *out = (permissions_row){ 0 };
    TRY(sql_permissions_of(db, &(sql_permissions_of_in){ .org_id = org_id, .id = person }, &found, out));
    return found ? OK : fail(db->arena, NOT_FOUND, "/id", "There is nobody with this id in your organization.");
}

error access_scope_of(scope *db, uuid org_id, uuid person, text *out)
{
    permissions_row p;
    TRY(find(db, org_id, person, &p));
    *out = is_changed(&p) ? access_joined(db->arena, effective(db->arena, &p)) : NO_TEXT;
    return OK;
}

static permission_view view_of(arena *a, const permissions_row *p)
{
    return (permission_view){ .user_id = p->id,
                              .role = p->role,
                              .role_id = p->role_id,
                              .role_name = p->role_name,
                              .granted = p->granted,
                              .denied = p->denied,
                              .effective = effective(a, p),
                              .version = p->version };
}

error permissions_read(scope *db, uuid person, permission_view *out)
{
    permissions_row p;
    TRY(find(db, db->who.org_id, person, &p));
    *out = view_of(db->arena, &p);
    return OK;
}

/* ------------------------------------------------------------------ what nobody may */

static error check_within(scope *db, const principal *who, text_list wanted, const char *pointer)
{
    for (size_t i = 0; i < wanted.count; i++) {
        if (!capability_is_known(wanted.items[i]))
            return fail(db->arena, INVALID, pointer, "There is no capability %.*s; GET /capabilities lists them.",
                        PRINT(wanted.items[i]));
        if (!access_may(who, text_string(db->arena, wanted.items[i])))
            return fail(db->arena, FORBIDDEN, pointer, "You may not give %.*s: you lack it yourself.",
                        PRINT(wanted.items[i]));
    }
    return OK;
}

/* Who may do more is changed by somebody who may do that, too. */
static error check_not_above(scope *db, const principal *who, text_list has)
{
    for (size_t i = 0; i < has.count; i++)
        if (!access_may(who, text_string(db->arena, has.items[i])))
            return fail(db->arena, FORBIDDEN, "",
                        "This goes beyond what you may do yourself (%.*s). Ask an administrator.", PRINT(has.items[i]));
    return OK;
}

static error stale(arena *a)
{
    return fail(a, STALE, "",
                "This has been changed since you opened it. Load it again, and make your change on that version.");
}

/* ------------------------------------------------------------------ the ledger's content */

static void write_words(json_writer *w, text_list words)
{
    json_open(w, '[');
    for (size_t i = 0; i < words.count; i++) json_write_text(w, words.items[i]);
    json_close(w, ']');
}

static text role_content(arena *a, text name, text_list rights, bool is_archived)
{
    json_writer w = json_writer_in(a);
    json_open(&w, '{');
    json_key(&w, "capabilities"), write_words(&w, rights);
    json_key(&w, "is_archived"), json_write_bool(&w, is_archived);
    json_key(&w, "name"), json_write_text(&w, name);
    json_close(&w, '}');
    return json_written(&w);
}

static text permissions_content(arena *a, maybe_uuid role_id, text_list granted, text_list denied)
{
    json_writer w = json_writer_in(a);
    json_open(&w, '{');
    json_key(&w, "denied"), write_words(&w, denied);
    json_key(&w, "granted"), write_words(&w, granted);
    json_key(&w, "role_id");
    if (role_id.is_set)
        json_write_uuid(&w, role_id.value);
    else
        json_write_null(&w);
    json_close(&w, '}');
    return json_written(&w);
}

/* ------------------------------------------------------------------ setting one person's */

static error retire_tokens(scope *db, uuid_list people)
{
    tokens_retired retired;
    return sql_access_tokens_retire(db, &(sql_access_tokens_retire_in){ .people = people, .minutes = ACCESS_MINUTES },
                                    &retired);
}

static void sort_out(arena *a, const item_list *said, text_list *granted, text_list *denied)
{
    const permission *items = said->items;
    text *yes = ARENA_ARRAY(a, said->count, text), *no = ARENA_ARRAY(a, said->count, text);
    size_t yes_count = 0, no_count = 0;
    for (size_t i = 0; i < said->count; i++) {
        if (items[i].is_granted)
            yes[yes_count++] = items[i].capability;
        else
            no[no_count++] = items[i].capability;
    }
    *granted = word_set(a, (text_list){ yes, yes_count });
    *denied = word_set(a, (text_list){ no, no_count });
}

static error check_person(scope *db, const principal *who, const permissions_row *p)
{
    if (uuid_equal(who->user_id, p->id))
        return fail(db->arena, FORBIDDEN, "", "Nobody changes the own permissions. Ask another administrator.");
    if (is_admin(p))
        return fail(db->arena, CONFLICT, "",
                    "An administrator may do everything. Give this person another role first, then grant or deny.");
    return check_not_above(db, who, effective(db->arena, p));
}

static error check_wanted(scope *db, const principal *who, const permission_change *in, text_list granted,
                          text_list denied)
{
    for (size_t i = 0; i < granted.count; i++)
        if (word_in(denied, granted.items[i]))
            return fail(db->arena, INVALID, "/capabilities", "%.*s is both granted and denied.",
                        PRINT(granted.items[i]));
    TRY(check_within(db, who, granted, "/capabilities"));
    if (!in->role_id.is_set) return OK;
    bool found = false;
    role_row role;
    TRY(sql_role_by_id(db, &(sql_role_by_id_in){ .id = in->role_id.value }, &found, &role));
    if (!found) return fail(db->arena, INVALID, "/role_id", "There is no such role in your organization.");
    return check_within(db, who, role.capabilities, "/role_id");
}

/* Not an upsert: its insert would spend the entry before the update needs it. */
static error write_permissions(scope *db, const permissions_row *was, maybe_uuid role_id, text_list granted,
                               text_list denied, uuid entry)
{
    if (was->version == 0)
        return sql_permissions_insert(
            db,
            &(sql_permissions_insert_in){
                .id = was->id, .role_id = role_id, .granted = granted, .denied = denied, .ledger_entry_id = entry });
    return sql_permissions_update(
        db, &(sql_permissions_update_in){
                .id = was->id, .role_id = role_id, .granted = granted, .denied = denied, .ledger_entry_id = entry });
}

error permissions_set(scope *db, const principal *who, uuid person, int64_t version, const permission_change *in,
                      permission_view *out)
{
    permissions_row p;
    text_list granted, denied;
    uuid entry;
    TRY(sql_permissions_lock(db, &(sql_permissions_lock_in){ .id = person }));
    TRY(find(db, db->who.org_id, person, &p));
    TRY(check_person(db, who, &p));
    if (p.version != version) return stale(db->arena);
    sort_out(db->arena, &in->capabilities, &granted, &denied);
    TRY(check_wanted(db, who, in, granted, denied));
    text content = permissions_content(db->arena, in->role_id, granted, denied);
    TRY(ledger_append(db, LEDGER_PERMISSION_CHANGED, "user", person, content, &entry));
    TRY(write_permissions(db, &p, in->role_id, granted, denied, entry));
    TRY(retire_tokens(db, (uuid_list){ &person, 1 }));
    return permissions_read(db, person, out);
}

error access_explain(scope *db, const access_question *in, access_answer *out)
{
    permissions_row p;
    arena *a = db->arena;
    TRY(find(db, db->who.org_id, in->user, &p));
    out->allowed = p.is_active && word_in(effective(a, &p), in->capability);
    if (!p.is_active)
        out->because = TEXT("The account is not active.");
    else if (is_admin(&p))
        out->because = TEXT("An administrator may do everything.");
    else if (word_in(p.denied, in->capability))
        out->because = TEXT("It is denied to this person.");
    else if (word_in(p.granted, in->capability))
        out->because = TEXT("It is granted to this person.");
    else
        out->because = text_format(a, "The role %.*s %s it.", PRINT(p.role_id.is_set ? p.role_name : p.role),
                                   out->allowed ? "has" : "lacks");
    return OK;
}

/* ------------------------------------------------------------------ roles */

static role_view custom_view(const role_row *r)
{
    return (role_view){ .id = { true, r->id },
                        .name = r->name,
                        .description = r->description,
                        .is_custom = true,
                        .capabilities = r->capabilities,
                        .people = r->people,
                        .version = r->version };
}

static role_view built_in_view(const char *name, const role_head_count_list *counted)
{
    role_view v = { .name = text_of(name), .description = TEXT(""), .capabilities = role_capabilities(text_of(name)) };
    for (size_t i = 0; i < counted->count; i++)
        if (text_equal(counted->items[i].role, v.name)) v.people = counted->items[i].people;
    return v;
}

error roles_list(scope *db, role_list *out)
{
    role_row_list own;
    role_head_count_list counted;
    size_t count = 0;
    TRY(sql_roles_of_org(db, &own));
    TRY(sql_people_by_role(db, &counted));
    role_view *views = ARENA_ARRAY(db->arena, own.count + 4, role_view);
    for (const char *const *name = role_names; *name; name++) views[count++] = built_in_view(*name, &counted);
    for (size_t i = 0; i < own.count; i++) views[count++] = custom_view(&own.items[i]);
    out->items = (item_list){ views, count };
    return OK;
}

static error no_role(arena *a)
{
    return fail(a, NOT_FOUND, "/id", "There is no role with this id in your organization.");
}

error roles_read(scope *db, uuid id, role_view *out)
{
    bool found = false;
    role_row row;
    TRY(sql_role_by_id(db, &(sql_role_by_id_in){ .id = id }, &found, &row));
    if (!found) return no_role(db->arena);
    *out = custom_view(&row);
    return OK;
}

error roles_create(scope *db, const principal *who, const role_draft *in, role_view *out)
{
    uuid id = uuid_v7(&db->clock), entry;
    text name = text_trim(in->name);
    text_list rights = word_set(db->arena, in->capabilities);
    TRY(check_within(db, who, rights, "/capabilities"));
    TRY(ledger_append(db, LEDGER_PERMISSION_CHANGED, "role", id, role_content(db->arena, name, rights, false), &entry));
    TRY(sql_role_insert(db, &(sql_role_insert_in){ .id = id,
                                                   .name = name,
                                                   .description = text_is(in->description) ? in->description : TEXT(""),
                                                   .capabilities = rights,
                                                   .ledger_entry_id = entry }));
    return roles_read(db, id, out);
}

/* Writes what the role is to be; what the ledger records of it needs an entry only if it changed. */
static error write_role(scope *db, uuid id, const role_locked *was, const role_locked *becomes, bool is_archived)
{
    maybe_uuid entry = { 0 };
    text before = role_content(db->arena, was->name, was->capabilities, false);
    text after = role_content(db->arena, becomes->name, becomes->capabilities, is_archived);
    if (!text_equal(before, after)) {
        entry.is_set = true;
        TRY(ledger_append(db, LEDGER_PERMISSION_CHANGED, "role", id, after, &entry.value));
    }
    return sql_role_update(db, &(sql_role_update_in){ .id = id,
                                                      .name = becomes->name,
                                                      .description = becomes->description,
                                                      .capabilities = becomes->capabilities,
                                                      .is_archived = is_archived,
                                                      .ledger_entry_id = entry });
}

static error lock_role(scope *db, uuid id, const int64_t *version, role_locked *out)
{
    bool found = false;
    TRY(sql_role_lock(db, &(sql_role_lock_in){ .id = id }, &found, out));
    if (!found) return no_role(db->arena);
    return version && out->version != *version ? stale(db->arena) : OK;
}

error roles_change(scope *db, uuid id, int64_t version, const role_change *in, role_view *out)
{
    role_locked was;
    TRY(lock_role(db, id, &version, &was));
    role_locked becomes = was;
    if (text_is(in->name)) becomes.name = text_trim(in->name);
    if (text_is(in->description)) becomes.description = in->description;
    TRY(write_role(db, id, &was, &becomes, false));
    return roles_read(db, id, out);
}

static error retire_tokens_of_role(scope *db, uuid role_id)
{
    person_of_role_list people;
    TRY(sql_people_of_role(db, &(sql_people_of_role_in){ .role_id = role_id }, &people));
    uuid *ids = ARENA_ARRAY(db->arena, people.count, uuid);
    for (size_t i = 0; i < people.count; i++) ids[i] = people.items[i].id;
    return people.count ? retire_tokens(db, (uuid_list){ ids, people.count }) : OK;
}

/* Who changes a role changes everybody who has it: it must be within the changer's own, before and after. */
error roles_set_capabilities(scope *db, const principal *who, uuid id, int64_t version, const role_rights *in,
                             role_view *out)
{
    role_locked was;
    bool found = false;
    permissions_row own;
    TRY(lock_role(db, id, &version, &was));
    TRY(check_not_above(db, who, was.capabilities));
    TRY(sql_permissions_of(db, &(sql_permissions_of_in){ .org_id = db->who.org_id, .id = who->user_id }, &found, &own));
    if (found && own.role_id.is_set && uuid_equal(own.role_id.value, id))
        return fail(db->arena, FORBIDDEN, "", "This is your own role. Ask another administrator.");
    role_locked becomes = was;
    becomes.capabilities = word_set(db->arena, in->capabilities);
    TRY(check_within(db, who, becomes.capabilities, "/capabilities"));
    TRY(write_role(db, id, &was, &becomes, false));
    TRY(retire_tokens_of_role(db, id));
    return roles_read(db, id, out);
}

error roles_archive(scope *db, uuid id)
{
    role_locked was;
    TRY(lock_role(db, id, NULL, &was));
    return write_role(db, id, &was, &was, true);
}
