#include "store/tests/throwaway.h"
#include "store_tests.sql.h"

/* What a scope is: whose rows it shows, what it leaves behind, what it costs. */

typedef struct world {
    throwaway *outside;
    arena *arena;
    store *store;
} world;

static int start(void **state)
{
    arena *a = arena_new();
    world *w = ARENA_NEW(a, world);
    *w = (world){ .outside = throwaway_start(), .arena = a };
    assert_ok(store_open(a, &w->outside->options, &w->store));
    *state = w;
    return 0;
}

static int stop(void **state)
{
    world *w = *state;
    store_close(w->store);
    throwaway_stop(w->outside);
    arena_drop(w->arena);
    return 0;
}

static scope *tenant_of(world *w, const caller *who)
{
    scope *db;
    assert_ok(scope_open_tenant(w->store, w->arena, who, &db));
    return db;
}

static scope *system_of(world *w, const caller *who)
{
    scope *db;
    assert_ok(scope_open_system(w->store, w->arena, S9_PLATFORM_ADMINISTRATION, TEXT("look in a test"), who, &db));
    return db;
}

static thing insert(scope *db, const char *name)
{
    thing made;
    assert_ok(sql_thing_insert(db, &(sql_thing_insert_in){ .name = text_of(name) }, &made));
    return made;
}

static thing stored(world *w, const caller *who, const char *name)
{
    scope *db = tenant_of(w, who);
    thing made = insert(db, name);
    assert_ok(scope_commit(db));
    return made;
}

static size_t count_things(scope *db)
{
    thing_list all;
    assert_ok(sql_things_list(db, &all));
    return all.count;
}

static size_t things_of(world *w, const caller *who)
{
    scope *db = tenant_of(w, who);
    size_t count = count_things(db);
    scope_rollback(db);
    return count;
}

/* ------------------------------------------------------------------ the wall between tenants */

static void a_tenant_sees_and_changes_only_its_own_rows(void **state)
{
    world *w = *state;
    caller a = a_caller(), b = a_caller();
    thing of_a = stored(w, &a, "of a"), of_b = stored(w, &b, "of b"), seen;
    scope *db = tenant_of(w, &a);
    bool found;
    int64_t changed;
    assert_int_equal(count_things(db), 1);
    assert_ok(sql_thing_by_id(db, &(sql_thing_by_id_in){ of_a.id }, &found, &seen));
    assert_true(found && uuid_equal(seen.org_id, a.org_id));
    assert_ok(sql_thing_by_id(db, &(sql_thing_by_id_in){ of_b.id }, &found, &seen));
    assert_false(found);
    assert_ok(sql_thing_grow(db, &(sql_thing_grow_in){ .id = of_b.id, .by = 1 }, &changed));
    assert_int_equal(changed, 0);
    assert_kind(sql_thing_insert_for(db, &(sql_thing_insert_for_in){ b.org_id, TEXT("for b") }), INTERNAL);
    scope_rollback(db);
    assert_int_equal(things_of(w, &b), 1);
}

static void a_tenant_scope_without_an_organization_is_refused(void **state)
{
    world *w = *state;
    caller nobody = { .kind = ACTOR_USER };
    scope *db;
    assert_kind(scope_open_tenant(w->store, w->arena, &nobody, &db), INTERNAL);
}

static void no_role_can_become_another(void **state)
{
    world *w = *state;
    static const char *const roles[] = { "aic_tenant", "aic_system" };
    static const char *const attempts[] = { "set role aic_owner",
                                            "set role postgres",
                                            "set session authorization postgres",
                                            "set session authorization aic_system",
                                            "alter table things disable row level security",
                                            "create table mine (a int)",
                                            "create temporary table mine (a int)",
                                            "select * from schema_migrations" };
    for (size_t r = 0; r < 2; r++) {
        for (size_t i = 0; i < sizeof attempts / sizeof *attempts; i++) {
            const char *state_found;
            if (r == 1 && strstr(attempts[i], "authorization aic_system")) continue; /* itself */
            throwaway_sql_as(w->outside, roles[r], attempts[i], &state_found);
            if (!state_found || strcmp(state_found, "42501") != 0) fail_msg("%s may: %s", roles[r], attempts[i]);
        }
    }
}

static void a_statement_of_tenants_is_refused_to_the_system(void **state)
{
    world *w = *state;
    caller who = a_caller();
    scope *db = system_of(w, &who);
    thing_list all;
    error bad = sql_thing_of_tenant(db, &all);
    assert_kind(bad, INTERNAL);
    assert_says(bad, "thing_of_tenant may not run in a SYSTEM scope");
    scope_rollback(db);
}

/* ------------------------------------------------------------------ system access and its record */

static void system_access_needs_a_numbered_reason_and_a_sentence(void **state)
{
    world *w = *state;
    caller who = a_caller();
    scope *db;
    assert_kind(scope_open_system(w->store, w->arena, S6_STAFF_VIEW, NO_TEXT, &who, &db), INTERNAL);
    assert_kind(scope_open_system(w->store, w->arena, S6_STAFF_VIEW, TEXT("  "), &who, &db), INTERNAL);
    assert_kind(scope_open_system(w->store, w->arena, (system_reason)0, TEXT("why"), &who, &db), INTERNAL);
    assert_kind(scope_open_system(w->store, w->arena, (system_reason)10, TEXT("why"), &who, &db), INTERNAL);
    for (int reason = S1_SIGN_IN; reason <= S9_PLATFORM_ADMINISTRATION; reason++)
        assert_true(strlen(system_reason_name((system_reason)reason)) > 3);
}

static void the_database_too_refuses_system_access_without_a_reason(void **state)
{
    world *w = *state;
    const char *found;
    throwaway_sql_as(w->outside, "aic_system", "select scope_enter(true, null, 'USER', null, null, null, null, '')",
                     &found);
    assert_string_equal(found, "AC403");
    throwaway_sql_as(w->outside, "aic_system",
                     "select scope_enter(true, null, 'USER', null, null, null, null, 'a reason')", &found);
    assert_null(found);
}

static audit_seen audit_of(world *w, const char *request_id)
{
    caller nobody = { .kind = ACTOR_SYSTEM };
    scope *db = system_of(w, &nobody);
    audit_seen seen;
    assert_ok(sql_audit_rows(db, &(sql_audit_rows_in){ text_of(request_id) }, &seen));
    scope_rollback(db);
    return seen;
}

static void a_person_behind_system_access_is_on_record_once(void **state)
{
    world *w = *state;
    caller person = a_caller();
    person.request_id = TEXT("on-record");
    scope *db = system_of(w, &person);
    assert_true(count_things(db) >= 2); /* of both tenants above */
    assert_ok(scope_pause(db));
    count_things(db);
    assert_ok(scope_commit(db));
    audit_seen seen = audit_of(w, "on-record");
    assert_int_equal(seen.rows, 1);
    assert_text(seen.reason, "S9 platform administration: look in a test");
    assert_text(seen.ip, "192.0.2.7");
    assert_text(seen.org_id, uuid_format(w->arena, person.org_id).data);
}

static void what_a_person_did_not_commit_is_not_on_record(void **state)
{
    world *w = *state;
    caller person = a_caller();
    person.request_id = TEXT("undone");
    scope *db = system_of(w, &person);
    count_things(db);
    scope_rollback(db);
    assert_int_equal(audit_of(w, "undone").rows, 0);
    caller nobody = { .kind = ACTOR_SYSTEM, .request_id = TEXT("nobody") };
    db = system_of(w, &nobody);
    count_things(db);
    assert_ok(scope_commit(db));
    assert_int_equal(audit_of(w, "nobody").rows, 0);
}

static void a_system_scope_takes_the_organization_it_finds(void **state)
{
    world *w = *state;
    caller nobody = { .kind = ACTOR_SYSTEM };
    uuid before = uuid_v4(), during = uuid_v4();
    settings seen;
    scope *db = system_of(w, &nobody);
    assert_ok(scope_set_org(db, before));
    assert_ok(sql_settings_seen(db, &seen));
    assert_text(seen.org, uuid_format(w->arena, before).data);
    assert_ok(scope_set_org(db, during));
    assert_ok(scope_pause(db));
    assert_ok(sql_settings_seen(db, &seen));
    assert_text(seen.org, uuid_format(w->arena, during).data);
    assert_true(uuid_equal(insert(db, "found").org_id, during));
    scope_rollback(db);
    caller who = a_caller();
    db = tenant_of(w, &who);
    assert_kind(scope_set_org(db, during), INTERNAL);
}

/* ------------------------------------------------------------------ settings and tokens */

static void settings_are_there_for_one_transaction_only(void **state)
{
    world *w = *state;
    caller first = a_caller(), second = a_caller();
    second.request_id = second.ip = NO_TEXT;
    second.id = (uuid){ { 0 } };
    second.kind = ACTOR_WEBHOOK;
    settings seen;
    scope *db = tenant_of(w, &first);
    assert_ok(sql_settings_seen(db, &seen));
    assert_text(seen.org, uuid_format(w->arena, first.org_id).data);
    assert_text(seen.actor, uuid_format(w->arena, first.id).data);
    assert_text(seen.actor_kind, "USER");
    assert_text(seen.request_id, "request-1");
    assert_text(seen.ip, "192.0.2.7");
    assert_text(seen.role, "aic_tenant");
    assert_ok(scope_commit(db));
    db = tenant_of(w, &second);
    assert_ok(sql_settings_seen(db, &seen));
    assert_text(seen.org, uuid_format(w->arena, second.org_id).data);
    assert_text(seen.actor_kind, "WEBHOOK");
    assert_int_equal(seen.actor.length + seen.request_id.length + seen.ip.length, 0);
    scope_rollback(db);
}

static void a_revoked_token_opens_no_scope(void **state)
{
    world *w = *state;
    caller nobody = { .kind = ACTOR_SYSTEM }, who = a_caller();
    scope *db = system_of(w, &nobody);
    assert_ok(sql_token_revoke_now(db, &(sql_token_revoke_now_in){ who.jti }));
    assert_ok(scope_commit(db));
    thing_list all;
    db = tenant_of(w, &who);
    error bad = sql_things_list(db, &all);
    assert_kind(bad, UNAUTHENTICATED);
    assert_says(bad, "Sign in again");
    scope_rollback(db);
    db = tenant_of(w, &who);
    scope_reads(db);
    assert_kind(sql_things_list(db, &all), UNAUTHENTICATED);
    scope_rollback(db);
    db = system_of(w, &who);
    assert_kind(sql_things_list(db, &all), UNAUTHENTICATED);
    scope_rollback(db);
    who.jti = uuid_v4();
    assert_int_equal(things_of(w, &who), 0);
}

static void the_clock_of_the_store_is_the_scopes(void **state)
{
    world *w = *state;
    store_options options = w->outside->options;
    options.clock = clock_at(SECONDS(1000));
    store *s;
    scope *db;
    caller who = a_caller();
    assert_ok(store_open(w->arena, &options, &s));
    assert_ok(scope_open_tenant(s, w->arena, &who, &db));
    assert_int_equal(scope_now(db), SECONDS(1000));
    store_close(s);
}

/* ------------------------------------------------------------------ how it ends */

static void commit_lasts_and_rollback_does_not(void **state)
{
    world *w = *state;
    caller who = a_caller();
    scope *db = tenant_of(w, &who);
    insert(db, "undone");
    scope_rollback(db);
    assert_int_equal(things_of(w, &who), 0);
    db = tenant_of(w, &who);
    insert(db, "first");
    assert_ok(scope_pause(db));
    insert(db, "second");
    scope_rollback(db);
    scope_rollback(db); /* harmless */
    assert_int_equal(things_of(w, &who), 1);
    thing_list all;
    assert_kind(sql_things_list(db, &all), INTERNAL);
    assert_kind(scope_commit(db), INTERNAL);
}

static void after_a_failure_a_scope_can_only_be_undone(void **state)
{
    world *w = *state;
    caller who = a_caller();
    stored(w, &who, "taken");
    scope *db = tenant_of(w, &who);
    thing made;
    thing_list all;
    insert(db, "with it");
    error bad = sql_thing_insert(db, &(sql_thing_insert_in){ .name = TEXT("taken") }, &made);
    assert_kind(bad, CONFLICT);
    assert_string_equal(bad->pointer, "/name");
    assert_kind(sql_things_list(db, &all), INTERNAL);
    assert_kind(scope_commit(db), INTERNAL);
    assert_kind(scope_pause(db), INTERNAL);
    scope_rollback(db);
    assert_int_equal(things_of(w, &who), 1);
    assert_int_equal(store_read_figures(w->store).busy, 0);
}

/* ------------------------------------------------------------------ what it costs */

static void a_scope_costs_no_round_trip_of_its_own(void **state)
{
    world *w = *state;
    caller who = a_caller();
    things_of(w, &who); /* a connection is there */
    uint64_t before = store_read_figures(w->store).round_trips;
    scope *db = tenant_of(w, &who);
    assert_ok(scope_commit(db)); /* nothing was sent, nothing is to be done */
    assert_int_equal(store_read_figures(w->store).round_trips, before);
    db = tenant_of(w, &who);
    insert(db, "one");
    assert_int_equal(store_read_figures(w->store).round_trips, before + 1);
    insert(db, "two");
    assert_int_equal(store_read_figures(w->store).round_trips, before + 2);
    assert_ok(scope_commit(db));
    assert_int_equal(store_read_figures(w->store).round_trips, before + 3);
}

static void a_scope_that_reads_costs_one_round_trip_a_statement(void **state)
{
    world *w = *state;
    caller who = a_caller();
    stored(w, &who, "one");
    uint64_t before = store_read_figures(w->store).round_trips;
    scope *db = tenant_of(w, &who);
    scope_reads(db);
    assert_int_equal(count_things(db), 1);
    assert_int_equal(store_read_figures(w->store).busy, 0); /* given back at once */
    assert_int_equal(count_things(db), 1);
    assert_ok(scope_commit(db));
    assert_int_equal(store_read_figures(w->store).round_trips, before + 2);
}

static void a_scope_that_reads_cannot_write(void **state)
{
    world *w = *state;
    caller who = a_caller(), nobody = { .kind = ACTOR_SYSTEM };
    scope *db = tenant_of(w, &who);
    thing made;
    scope_reads(db);
    error bad = sql_thing_insert(db, &(sql_thing_insert_in){ .name = TEXT("no") }, &made);
    assert_kind(bad, INTERNAL);
    assert_says(bad, "25006");
    scope_rollback(db);
    assert_int_equal(things_of(w, &who), 0);
    stored(w, &who, "writing again, on the same connection");
    db = system_of(w, &nobody);
    scope_reads(db);
    assert_kind(sql_token_revoke_now(db, &(sql_token_revoke_now_in){ uuid_v4() }), INTERNAL);
    scope_rollback(db);
}

static void reading_with_a_person_behind_system_access_is_on_record_all_the_same(void **state)
{
    world *w = *state;
    caller person = a_caller();
    person.request_id = TEXT("reads");
    scope *db = system_of(w, &person);
    scope_reads(db);
    count_things(db);
    assert_ok(scope_commit(db));
    assert_int_equal(audit_of(w, "reads").rows, 1);
}

static void ready_costs_one_round_trip(void **state)
{
    world *w = *state;
    assert_true(store_ready(w->store));
    uint64_t before = store_read_figures(w->store).round_trips;
    assert_true(store_ready(w->store));
    assert_int_equal(store_read_figures(w->store).round_trips, before + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tenant_sees_and_changes_only_its_own_rows),
        cmocka_unit_test(a_tenant_scope_without_an_organization_is_refused),
        cmocka_unit_test(no_role_can_become_another),
        cmocka_unit_test(a_statement_of_tenants_is_refused_to_the_system),
        cmocka_unit_test(system_access_needs_a_numbered_reason_and_a_sentence),
        cmocka_unit_test(the_database_too_refuses_system_access_without_a_reason),
        cmocka_unit_test(a_person_behind_system_access_is_on_record_once),
        cmocka_unit_test(what_a_person_did_not_commit_is_not_on_record),
        cmocka_unit_test(a_system_scope_takes_the_organization_it_finds),
        cmocka_unit_test(settings_are_there_for_one_transaction_only),
        cmocka_unit_test(a_revoked_token_opens_no_scope),
        cmocka_unit_test(the_clock_of_the_store_is_the_scopes),
        cmocka_unit_test(commit_lasts_and_rollback_does_not),
        cmocka_unit_test(after_a_failure_a_scope_can_only_be_undone),
        cmocka_unit_test(a_scope_costs_no_round_trip_of_its_own),
        cmocka_unit_test(a_scope_that_reads_costs_one_round_trip_a_statement),
        cmocka_unit_test(a_scope_that_reads_cannot_write),
        cmocka_unit_test(reading_with_a_person_behind_system_access_is_on_record_all_the_same),
        cmocka_unit_test(ready_costs_one_round_trip),
    };
    return cmocka_run_group_tests_name("scope", tests, start, stop);
}
