/* The cache of models: who finds what, what goes first, and that nothing goes while somebody uses it. Also run with
 * sanitizers. */
#include "features/models/model_cache.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>

/* Before cmocka, whose fail() is another. */
static error refuse(arena *a)
{
    return fail(a, INVALID, "/artefact", "This cannot be read.");
}

#include <cmocka.h>

static instant now_is;
static double memory_is;
static atomic_int made;

static instant test_now(void)
{
    return now_is;
}

static double test_memory(void)
{
    return memory_is;
}

typedef struct recipe {
    size_t bytes;
    bool fails;
} recipe;

static error make(void *context, arena *a, cached_model *out)
{
    const recipe *r = context;
    atomic_fetch_add(&made, 1);
    model *m = ARENA_NEW(a, model);
    if (r && r->bytes) arena_alloc(a, r->bytes);
    if (r && r->fails) return refuse(a);
    m->feature_count = 7;
    out->model = m;
    return OK;
}

static model_cache *cache_of(arena *a, size_t entries, size_t bytes)
{
    model_cache_options options = {
        .entries = entries, .bytes = bytes, .lasts = SECONDS(100), .now = test_now, .memory_in_use = test_memory
    };
    now_is = 1;
    memory_is = 0.1;
    atomic_store(&made, 0);
    return model_cache_new(a, &options);
}

static model_cache_key key_of(arena *a, uint8_t org, int number)
{
    return (model_cache_key){ .org_id = { { org } }, .sha256 = text_format(a, "%064d", number) };
}

static void use_with(model_cache *c, arena *a, uint8_t org, int number, recipe *r)
{
    model_lease *lease;
    model_cache_key key = key_of(a, org, number);
    assert_null(model_cache_take(c, a, &key, make, r, &lease));
    assert_int_equal(model_leased(lease)->model->feature_count, 7);
    model_cache_give_back(lease);
}

static void use(model_cache *c, arena *a, uint8_t org, int number)
{
    use_with(c, a, org, number, NULL);
}

static void test_the_second_finds_what_the_first_made(void **state)
{
    arena *a = arena_new();
    model_cache *c = cache_of(a, 0, 0);
    use(c, a, 1, 1), use(c, a, 1, 1), use(c, a, 1, 1);
    model_cache_figures f = model_cache_read_figures(c);
    assert_int_equal(f.hits, 2), assert_int_equal(f.misses, 1), assert_int_equal(f.entries, 1);
    assert_true(f.bytes > 0);
    model_cache_close(c);
    arena_drop(a);
    (void)state;
}

static void test_organizations_and_kinds_share_nothing(void **state)
{
    arena *a = arena_new();
    model_cache *c = cache_of(a, 0, 0);
    model_lease *lease;
    model_cache_key key = key_of(a, 1, 1);
    use(c, a, 1, 1), use(c, a, 2, 1);
    key.kind = CACHED_SURROGATE;
    assert_null(model_cache_take(c, a, &key, make, NULL, &lease));
    model_cache_give_back(lease);
    assert_int_equal(atomic_load(&made), 3);
    assert_int_equal(model_cache_read_figures(c).hits, 0);
    model_cache_close(c);
    arena_drop(a);
    (void)state;
}

static void test_a_hundred_different_ones_stay_under_the_limit(void **state)
{
    arena *a = arena_new();
    model_cache *c = cache_of(a, 0, 0);
    size_t after_twenty = 0;
    for (int i = 0; i < 100; i++) {
        now_is++;
        use(c, a, 1, i);
        if (i == 19) after_twenty = model_cache_read_figures(c).bytes;
    }
    model_cache_figures f = model_cache_read_figures(c);
    assert_int_equal(f.entries, MODEL_CACHE_ENTRIES), assert_int_equal(f.evictions, 80),
        assert_int_equal(f.misses, 100);
    assert_int_equal(f.bytes, after_twenty);
    for (int i = 80; i < 100; i++) use(c, a, 1, i);
    assert_int_equal(model_cache_read_figures(c).hits, 20);
    model_cache_close(c);
    arena_drop(a);
    (void)state;
}

static void test_what_was_used_longest_ago_goes_first(void **state)
{
    arena *a = arena_new();
    model_cache *c = cache_of(a, 2, 0);
    now_is = 1, use(c, a, 1, 1);
    now_is = 2, use(c, a, 1, 2);
    now_is = 3, use(c, a, 1, 1);
    now_is = 4, use(c, a, 1, 3); /* 2 goes */
    now_is = 5, use(c, a, 1, 1);
    assert_int_equal(atomic_load(&made), 3);
    now_is = 6, use(c, a, 1, 2);
    assert_int_equal(atomic_load(&made), 4);
    model_cache_close(c);
    arena_drop(a);
    (void)state;
}

static void test_bytes_are_a_limit_and_what_is_larger_is_not_kept(void **state)
{
    arena *a = arena_new();
    model_cache *c = cache_of(a, 20, 4 * 1024 * 1024);
    recipe half = { .bytes = 1536 * 1024 }, huge = { .bytes = 8 * 1024 * 1024 };
    now_is = 1, use_with(c, a, 1, 1, &half);
    now_is = 2, use_with(c, a, 1, 2, &half);
    now_is = 3, use_with(c, a, 1, 3, &half);
    assert_int_equal(model_cache_read_figures(c).entries, 2);
    now_is = 4, use_with(c, a, 1, 4, &huge);
    assert_true(model_cache_read_figures(c).bytes <= 4 * 1024 * 1024);
    model_cache_close(c);
    arena_drop(a);
    (void)state;
}

static void test_an_entry_ends_after_its_time(void **state)
{
    arena *a = arena_new();
    model_cache *c = cache_of(a, 0, 0);
    use(c, a, 1, 1);
    now_is += SECONDS(99), use(c, a, 1, 1);
    assert_int_equal(atomic_load(&made), 1);
    now_is += SECONDS(2), use(c, a, 1, 1);
    assert_int_equal(atomic_load(&made), 2);
    now_is += SECONDS(200);
    model_cache_tidy(c);
    assert_int_equal(model_cache_read_figures(c).entries, 0);
    model_cache_close(c);
    arena_drop(a);
    (void)state;
}

static void test_short_memory_empties_it_but_for_what_is_wanted_now(void **state)
{
    arena *a = arena_new();
    model_cache *c = cache_of(a, 0, 0);
    use(c, a, 1, 1), use(c, a, 1, 2);
    memory_is = 0.81;
    use(c, a, 1, 3);
    assert_int_equal(model_cache_read_figures(c).entries, 1);
    model_cache_tidy(c);
    assert_int_equal(model_cache_read_figures(c).entries, 0);
    assert_true(memory_in_use() > 0 && memory_in_use() <= 1.5);
    model_cache_close(c);
    arena_drop(a);
    (void)state;
}

static void test_what_is_used_outlives_its_eviction(void **state)
{
    arena *a = arena_new();
    model_cache *c = cache_of(a, 1, 0);
    model_cache_key key = key_of(a, 1, 1);
    model_lease *held;
    assert_null(model_cache_take(c, a, &key, make, NULL, &held));
    now_is = 2, use(c, a, 1, 2);
    assert_int_equal(model_cache_read_figures(c).evictions, 1);
    assert_int_equal(model_leased(held)->model->feature_count, 7);
    model_cache_give_back(held);
    model_cache_close(c);
    arena_drop(a);
    (void)state;
}

static void test_a_failure_is_told_and_not_kept(void **state)
{
    arena *a = arena_new();
    model_cache *c = cache_of(a, 0, 0);
    recipe bad = { .fails = true };
    model_cache_key key = key_of(a, 1, 1);
    model_lease *lease;
    error told = model_cache_take(c, a, &key, make, &bad, &lease);
    assert_non_null(told);
    assert_string_equal(told->message, "This cannot be read.");
    assert_int_equal(model_cache_read_figures(c).entries, 0);
    use(c, a, 1, 1);
    model_cache_close(c);
    arena_drop(a);
    (void)state;
}

typedef struct crowd {
    model_cache *cache;
    int first;
} crowd;

static void *use_many(void *given)
{
    const crowd *who = given;
    arena *a = arena_new();
    for (int i = 0; i < 300; i++) {
        model_lease *lease;
        model_cache_key key = key_of(a, 1, (who->first + i * 7) % 9);
        if (model_cache_take(who->cache, a, &key, make, NULL, &lease)) return given;
        bool is_whole = model_leased(lease)->model->feature_count == 7;
        model_cache_give_back(lease);
        if (!is_whole) return given;
    }
    arena_drop(a);
    return NULL;
}

static void test_threads_share_and_evict_at_once(void **state)
{
    enum { THREADS = 8 };
    arena *a = arena_new();
    model_cache *c = cache_of(a, 3, 0);
    pthread_t threads[THREADS];
    crowd who[THREADS];
    for (int i = 0; i < THREADS; i++) {
        who[i] = (crowd){ c, i };
        assert_int_equal(pthread_create(&threads[i], NULL, use_many, &who[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        void *failed;
        pthread_join(threads[i], &failed);
        assert_null(failed);
    }
    model_cache_figures f = model_cache_read_figures(c);
    assert_int_equal(f.hits + f.misses, THREADS * 300);
    assert_true(f.entries <= 3);
    assert_int_equal(f.misses, (uint64_t)atomic_load(&made));
    model_cache_close(c);
    arena_drop(a);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_second_finds_what_the_first_made),
        cmocka_unit_test(test_organizations_and_kinds_share_nothing),
        cmocka_unit_test(test_a_hundred_different_ones_stay_under_the_limit),
        cmocka_unit_test(test_what_was_used_longest_ago_goes_first),
        cmocka_unit_test(test_bytes_are_a_limit_and_what_is_larger_is_not_kept),
        cmocka_unit_test(test_an_entry_ends_after_its_time),
        cmocka_unit_test(test_short_memory_empties_it_but_for_what_is_wanted_now),
        cmocka_unit_test(test_what_is_used_outlives_its_eviction),
        cmocka_unit_test(test_a_failure_is_told_and_not_kept),
        cmocka_unit_test(test_threads_share_and_evict_at_once),
    };
    return cmocka_run_group_tests_name("model cache", tests, NULL, NULL);
}
