#include "store/statement.h"
#include "store/tests/throwaway.h"
#include "store_mistakes.sql.h"
#include "store_tests.sql.h"

#include <math.h>

/* What goes in comes out, what does not fit is told, and what the database says becomes an error for a person. */

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

static scope *fresh(world *w)
{
    scope *db;
    caller who = a_caller();
    assert_ok(scope_open_tenant(w->store, w->arena, &who, &db));
    return db;
}

/* ------------------------------------------------------------------ values */

static void every_type_comes_back_as_it_went(void **state)
{
    world *w = *state;
    const text names[] = { TEXT("a"), TEXT(""), TEXT("Żółw, \"quoted\" {}") };
    const uuid ids[] = { uuid_v4(), uuid_v4() };
    const sql_types_echo_in in = { .a = ids[0],
                                   .b = TEXT("Ünï\tcode"),
                                   .c = INT64_MIN,
                                   .d = INT32_MIN,
                                   .e = true,
                                   .f = -0.1,
                                   .g = SECONDS(1772809200) + 123456,
                                   .h = TEXT("{\"b\":1,  \"a\":2}"),
                                   .i = TEXT("[1,{\"k\":null}]"),
                                   .j = { "\0\1\377", 3 },
                                   .k = { names, 3 },
                                   .l = { ids, 2 } };
    every_type out;
    scope *db = fresh(w);
    assert_ok(sql_types_echo(db, &in, &out));
    scope_rollback(db);
    assert_true(uuid_equal(out.a, in.a));
    assert_true(text_equal(out.b, in.b));
    assert_true(out.c == in.c && out.d == in.d && out.e && out.f == in.f && out.g == in.g);
    assert_true(text_equal(out.h, in.h)); /* json keeps its very text */
    assert_text(out.i, "[1, {\"k\": null}]");
    assert_true(text_equal(out.j, in.j));
    assert_int_equal(out.k.count, 3);
    for (size_t i = 0; i < 3; i++) assert_true(text_equal(out.k.items[i], names[i]));
    assert_int_equal(out.l.count, 2);
    for (size_t i = 0; i < 2; i++) assert_true(uuid_equal(out.l.items[i], ids[i]));
}

static void empty_lists_and_special_numbers_come_back(void **state)
{
    world *w = *state;
    sql_types_echo_in in = { .b = TEXT(""),
                             .c = INT64_MAX,
                             .d = INT32_MAX,
                             .f = (double)INFINITY,
                             .g = SECONDS(-5000000000),
                             .h = TEXT("1"),
                             .i = TEXT("1"),
                             .j = TEXT("") };
    every_type out;
    scope *db = fresh(w);
    assert_ok(sql_types_echo(db, &in, &out));
    assert_true(text_is(out.b) && out.b.length == 0 && text_is(out.j) && out.j.length == 0);
    assert_true(out.c == INT64_MAX && out.d == INT32_MAX && !out.e && isinf(out.f) && out.g == in.g);
    assert_int_equal(out.k.count + out.l.count, 0);
    in.f = (double)NAN;
    assert_ok(sql_types_echo(db, &in, &out));
    assert_true(isnan(out.f));
    scope_rollback(db);
}

static void nothing_comes_back_as_nothing(void **state)
{
    world *w = *state;
    nullable_types out;
    scope *db = fresh(w);
    assert_ok(sql_nulls_echo(db, &(sql_nulls_echo_in){ 0 }, &out));
    assert_false(out.a.is_set || out.c.is_set || out.d.is_set || out.e.is_set || out.f.is_set || out.g.is_set);
    assert_false(text_is(out.b) || text_is(out.h) || text_is(out.i) || text_is(out.j));
    const sql_nulls_echo_in in = { .a = { true, uuid_v4() },
                                   .b = TEXT("b"),
                                   .c = { true, 3 },
                                   .d = { true, -4 },
                                   .e = { true, false },
                                   .f = { true, 0.5 },
                                   .g = { true, SECONDS(7) },
                                   .h = TEXT("[]"),
                                   .i = TEXT("{}"),
                                   .j = TEXT("j") };
    assert_ok(sql_nulls_echo(db, &in, &out));
    scope_rollback(db);
    assert_true(out.a.is_set && uuid_equal(out.a.value, in.a.value));
    assert_true(out.c.is_set && out.c.value == 3 && out.d.is_set && out.d.value == -4);
    assert_true(out.e.is_set && !out.e.value && out.f.is_set && out.f.value == 0.5 && out.g.is_set &&
                out.g.value == SECONDS(7));
    assert_text(out.b, "b");
    assert_text(out.h, "[]");
    assert_text(out.i, "{}");
    assert_text(out.j, "j");
}

static void a_number_that_does_not_fit_is_refused(void **state)
{
    world *w = *state;
    thing made;
    static const int64_t too_much[] = { (int64_t)INT32_MAX + 1, (int64_t)INT32_MIN - 1, INT64_MAX };
    for (size_t i = 0; i < 3; i++) {
        scope *db = fresh(w);
        error bad =
            sql_thing_insert(db, &(sql_thing_insert_in){ .name = TEXT("big"), .size = { true, too_much[i] } }, &made);
        assert_kind(bad, INVALID);
        assert_string_equal(bad->pointer, "/size");
        scope_rollback(db);
    }
    assert_int_equal(store_read_figures(w->store).busy, 0);
}

static void what_cannot_be_held_is_told(void **state)
{
    world *w = *state;
    a_time time;
    a_list list;
    a_text said;
    static const char *const times[] = { "infinity", "-infinity" };
    static const char *const lists[] = { "{{a,b},{c,d}}", "{a,NULL}" };
    for (int i = 0; i < 2; i++) {
        scope *db = fresh(w);
        error bad = sql_time_of(db, &(sql_time_of_in){ text_of(times[i]) }, &time);
        assert_kind(bad, INTERNAL);
        assert_says(bad, "the column at that timestamptz cannot hold");
        bad = sql_list_of(db, &(sql_list_of_in){ text_of(lists[i]) }, &list);
        assert_kind(bad, INTERNAL);
        assert_says(bad, "the column items");
        scope_rollback(db);
    }
    scope *db = fresh(w);
    error bad = sql_text_of_null(db, &said);
    assert_kind(bad, INTERNAL);
    assert_says(bad, "null for the column said");
    scope_rollback(db);
}

static void quotes_and_comments_are_no_parameters(void **state)
{
    world *w = *state;
    quoted_text out;
    scope *db = fresh(w);
    assert_ok(sql_quoted(db, &(sql_quoted_in){ TEXT("!") }, &out));
    assert_text(out.said, "it's; $said -- \"?\"!");
    assert_text(out.colon, ":");
    scope_rollback(db);
}

/* ------------------------------------------------------------------ rows */

static void rows_come_as_the_kind_says(void **state)
{
    world *w = *state;
    scope *db = fresh(w);
    thing one, other, seen;
    thing_list many;
    bool found;
    int64_t changed;
    assert_ok(sql_things_list(db, &many));
    assert_int_equal(many.count, 0);
    assert_ok(sql_thing_insert(db, &(sql_thing_insert_in){ .name = TEXT("one") }, &one));
    assert_ok(sql_thing_insert(db, &(sql_thing_insert_in){ .name = TEXT("two"), .size = { true, 2 } }, &other));
    assert_ok(sql_things_named(
        db, &(sql_things_named_in){ .names = { (const text[]){ TEXT("one") }, 1 }, .ids = { &other.id, 1 } }, &many));
    assert_int_equal(many.count, 2);
    assert_text(many.items[0].name, "one");
    assert_false(many.items[0].size.is_set);
    assert_true(many.items[1].size.is_set && many.items[1].size.value == 2);
    assert_ok(sql_thing_grow(db, &(sql_thing_grow_in){ .id = other.id, .by = 5 }, &changed));
    assert_int_equal(changed, 1);
    assert_ok(sql_thing_get(db, &(sql_thing_get_in){ other.id }, &seen));
    assert_int_equal(seen.size.value, 7);
    seen.name = TEXT("left over");
    assert_ok(sql_thing_by_id(db, &(sql_thing_by_id_in){ uuid_v4() }, &found, &seen));
    assert_true(!found && !text_is(seen.name));
    assert_kind(sql_thing_get(db, &(sql_thing_get_in){ uuid_v4() }, &seen), NOT_FOUND);
    assert_ok(sql_things_list(db, &many)); /* nothing found is no failure of the scope */
    scope_rollback(db);
}

/* ------------------------------------------------------------------ declarations */

static void a_wrong_declaration_is_told_by_name(void **state)
{
    world *w = *state;
    wrong_name_row_list names;
    wrong_type_row_list kinds;
    wrong_count_row_list counts;
    wrong_column_row_list columns;
    for (int twice = 0; twice < 2; twice++) {
        scope *db = fresh(w);
        error bad = sql_wrong_name(db, &names);
        assert_kind(bad, INTERNAL);
        assert_says(bad, "Statement wrong_name gives \"name\" as column 2; \"nom\" is declared.");
        scope_rollback(db);
        db = fresh(w);
        bad = sql_wrong_type(db, &kinds);
        assert_kind(bad, INTERNAL);
        assert_says(bad, "gives the column size as integer (23); bigint is declared.");
        scope_rollback(db);
        db = fresh(w);
        bad = sql_wrong_count(db, &counts);
        assert_kind(bad, INTERNAL);
        assert_says(bad, "Statement wrong_count gives 2 columns; 1 are declared.");
        scope_rollback(db);
        db = fresh(w);
        bad = sql_wrong_column(db, &columns);
        assert_kind(bad, INTERNAL);
        assert_says(bad, "wrong_column");
        assert_says(bad, "colour");
        scope_rollback(db);
    }
    thing_list all;
    scope *db = fresh(w);
    assert_ok(sql_things_list(db, &all));
    scope_rollback(db);
}

static void all_statements_are_checked_as_each_role(void **state)
{
    world *w = *state;
    const statement *const *const sound[] = { store_tests_statements, NULL };
    const statement *const *const mixed[] = { store_tests_statements, store_mistakes_statements, NULL };
    int checked, mistakes = 0;
    assert_ok(statements_check(w->arena, w->store, sound, &checked));
    assert_true(checked > 40); /* most of them as two roles */
    error bad = statements_check(w->arena, w->store, mixed, &checked);
    assert_kind(bad, INTERNAL);
    for (const error_value *one = bad; one; one = one->also) mistakes++;
    assert_int_equal(mistakes, 9); /* four as two roles, and one as tenant, who may not read that table */
}

static void a_table_changed_under_a_running_server_heals(void **state)
{
    world *w = *state;
    shape_row_list all;
    thing_list things;
    store_options options = w->outside->options;
    options.tenant_connections = 1;
    store *s;
    scope *db;
    caller who = a_caller();
    assert_ok(store_open(w->arena, &options, &s));
    for (int changed = 0; changed < 2; changed++) {
        assert_ok(scope_open_tenant(s, w->arena, &who, &db));
        assert_ok(sql_shape_list(db, &all));
        scope_rollback(db);
        assert_int_equal(store_read_figures(s).reconnects, 1 + changed);
        throwaway_sql(w->outside, "alter table shapes alter column at type timestamptz(6)");
    }
    /* Between two statements of a transaction there is nothing to try again. */
    assert_ok(scope_open_tenant(s, w->arena, &who, &db));
    assert_ok(sql_things_list(db, &things));
    throwaway_sql(w->outside, "alter table shapes alter column at type timestamptz(2)");
    assert_kind(sql_shape_list(db, &all), UNAVAILABLE);
    scope_rollback(db);
    store_close(s);
}

/* ------------------------------------------------------------------ what the database says */

typedef struct state_case {
    const char *state;
    error_kind kind;
    const char *says;
} state_case;

static const state_case state_cases[] = {
    { "AC401", UNAUTHENTICATED, "the message" },
    { "AC403", FORBIDDEN, "the message" },
    { "AC404", NOT_FOUND, "the message" },
    { "AC409", CONFLICT, "the message" },
    { "AC412", STALE, "the message" },
    { "AC422", INVALID, "the message" },
    { "23505", CONFLICT, "exists already" },
    { "23P01", CONFLICT, "overlaps" },
    { "23503", INVALID, "does not exist in your organization" },
    { "23514", INVALID, "outside of what is allowed" },
    { "23502", INVALID, "missing" },
    { "22001", INVALID, "too long" },
    { "22003", INVALID, "A number" },
    { "22021", INVALID, "character" },
    { "22P02", INVALID, "cannot be stored" },
    { "40001", UNAVAILABLE, "Try again" },
    { "40P01", UNAVAILABLE, "Try again" },
    { "55P03", UNAVAILABLE, "Try again" },
    { "57014", UNAVAILABLE, "took too long" },
    { "57P01", UNAVAILABLE, "restarting" },
    { "08006", UNAVAILABLE, "reached" },
    { "53300", UNAVAILABLE, "busy" },
    { "42501", INTERNAL, "database error 42501: the message" },
    { "XX000", INTERNAL, "raise_state" },
};

static void every_sqlstate_becomes_its_kind(void **state)
{
    world *w = *state;
    for (size_t i = 0; i < sizeof state_cases / sizeof *state_cases; i++) {
        const state_case *c = &state_cases[i];
        scope *db = fresh(w);
        error bad =
            sql_raise_state(db, &(sql_raise_state_in){ text_of(c->state), TEXT("the message"), TEXT("/field") });
        scope_rollback(db);
        if (!bad || bad->kind != c->kind)
            fail_msg("%s becomes %s", c->state, bad ? error_kind_name(bad->kind) : "no error");
        assert_says(bad, c->says);
        assert_int_equal(bad->kind == UNAVAILABLE, bad->retry_after > 0);
        assert_string_equal(bad->pointer, c->state[0] == 'A' ? "/field" : "");
    }
}

static error broken_check(world *w, maybe_integer size, const char *flavour)
{
    scope *db = fresh(w);
    error bad = sql_check_break(db, &(sql_check_break_in){ size, text_of(flavour) });
    scope_rollback(db);
    return bad;
}

static void a_broken_constraint_names_the_field(void **state)
{
    world *w = *state;
    error bad = broken_check(w, (maybe_integer){ true, 11 }, "sweet");
    assert_kind(bad, INVALID);
    assert_string_equal(bad->pointer, "/size");
    assert_string_equal(bad->message, "The size is outside of what is allowed.");
    bad = broken_check(w, (maybe_integer){ 0 }, "sweet");
    assert_kind(bad, INVALID);
    assert_string_equal(bad->pointer, "/size");
    bad = broken_check(w, (maybe_integer){ true, 1 }, "bitter");
    assert_kind(bad, INVALID);
    assert_string_equal(bad->message, "Refused by a rule: a flavour is sweet.");
    bad = broken_check(w, (maybe_integer){ true, 1 }, "sour");
    assert_kind(bad, INVALID);
    assert_string_equal(bad->message, "Nothing sour, please.");
    assert_string_equal(bad->pointer, "/flavour");
}

static void a_broken_reference_names_the_field(void **state)
{
    world *w = *state;
    throwaway_sql(w->outside, "insert into parents values (1); insert into children values (1)");
    scope *db = fresh(w);
    error bad = sql_child_insert(db, &(sql_child_insert_in){ 99 });
    assert_kind(bad, INVALID);
    assert_string_equal(bad->pointer, "/parent_id");
    assert_string_equal(bad->message, "This parent does not exist in your organization.");
    scope_rollback(db);
    db = fresh(w);
    bad = sql_parent_delete(db, &(sql_parent_delete_in){ 1 });
    assert_kind(bad, CONFLICT);
    assert_says(bad, "still in use");
    scope_rollback(db);
}

static void a_second_of_the_same_name_is_a_conflict(void **state)
{
    world *w = *state;
    scope *db = fresh(w);
    assert_ok(sql_unique_name(db, &(sql_unique_name_in){ TEXT("x") }));
    error bad = sql_unique_name(db, &(sql_unique_name_in){ TEXT("x") });
    assert_kind(bad, CONFLICT);
    assert_string_equal(bad->pointer, "/name");
    assert_string_equal(bad->message, "One with the same name exists already.");
    scope_rollback(db);
}

static void a_character_that_cannot_be_stored_is_told(void **state)
{
    world *w = *state;
    scope *db = fresh(w);
    assert_kind(sql_unique_name(db, &(sql_unique_name_in){ { "a\0b", 3 } }), INVALID);
    scope_rollback(db);
    db = fresh(w);
    assert_kind(sql_unique_name(db, &(sql_unique_name_in){ { "\377\376", 2 } }), INVALID);
    scope_rollback(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_comes_back_as_it_went),
        cmocka_unit_test(empty_lists_and_special_numbers_come_back),
        cmocka_unit_test(nothing_comes_back_as_nothing),
        cmocka_unit_test(a_number_that_does_not_fit_is_refused),
        cmocka_unit_test(what_cannot_be_held_is_told),
        cmocka_unit_test(quotes_and_comments_are_no_parameters),
        cmocka_unit_test(rows_come_as_the_kind_says),
        cmocka_unit_test(a_wrong_declaration_is_told_by_name),
        cmocka_unit_test(all_statements_are_checked_as_each_role),
        cmocka_unit_test(a_table_changed_under_a_running_server_heals),
        cmocka_unit_test(every_sqlstate_becomes_its_kind),
        cmocka_unit_test(a_broken_constraint_names_the_field),
        cmocka_unit_test(a_broken_reference_names_the_field),
        cmocka_unit_test(a_second_of_the_same_name_is_a_conflict),
        cmocka_unit_test(a_character_that_cannot_be_stored_is_told),
    };
    return cmocka_run_group_tests_name("statement", tests, start, stop);
}
