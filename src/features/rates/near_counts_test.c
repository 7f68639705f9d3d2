#include "features/rates/near_counts.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>

#include <cmocka.h>

static const count_window first = { .start = 0, .end = SECONDS(60) };
static const count_window second = { .start = SECONDS(60), .end = SECONDS(120) };

static count_key key_of(arena *a, const char *ip)
{
    return (count_key){ .subject = subject_of_address(a, BY_ADDRESS, text_of(ip)), .rule = 1 };
}

static void a_window_holds_so_many_and_the_next_begins_anew(void **state)
{
    (void)state;
    arena *a = arena_new();
    near_counts *n = near_counts_new(a, 64);
    count_key one = key_of(a, "192.0.2.1"), other = one;
    int64_t taken;
    other.rule = 2;
    for (int i = 1; i <= 3; i++) {
        assert_true(near_take(n, &one, first, 3, &taken));
        assert_int_equal(taken, i);
    }
    assert_false(near_take(n, &one, first, 3, &taken));
    assert_int_equal(taken, 3);
    assert_true(near_take(n, &other, first, 3, &taken));
    assert_true(near_take(n, &one, second, 3, &taken));
    assert_int_equal(taken, 1);
    arena_drop(a);
}

static void what_was_told_counts_together_with_what_others_took(void **state)
{
    (void)state;
    arena *a = arena_new();
    near_counts *n = near_counts_new(a, 64);
    count_key one = key_of(a, "192.0.2.1");
    near_change change[8];
    size_t place = 0;
    int64_t taken;
    near_take(n, &one, first, 10, &taken);
    near_take(n, &one, first, 10, &taken);
    assert_int_equal(near_collect(n, &place, change, 8), 1);
    assert_int_equal(change[0].taken, 2);
    near_take(n, &one, first, 10, &taken); /* while the others are being told */
    assert_int_equal(taken, 3);
    change[0].total = 8; /* six of others */
    near_learn(n, &change[0]);
    assert_true(near_take(n, &one, first, 10, &taken));
    assert_int_equal(taken, 10);
    assert_false(near_take(n, &one, first, 10, &taken));
    arena_drop(a);
}

static void what_could_not_be_told_is_told_later(void **state)
{
    (void)state;
    arena *a = arena_new();
    near_counts *n = near_counts_new(a, 64);
    count_key one = key_of(a, "192.0.2.1");
    near_change change[8];
    size_t place = 0;
    int64_t taken;
    near_take(n, &one, first, 10, &taken);
    assert_int_equal(near_collect(n, &place, change, 8), 1);
    assert_int_equal(near_collect(n, &place, change, 8), 0);
    near_keep(n, &change[0]);
    assert_int_equal(near_collect(n, &place, change, 8), 1);
    assert_int_equal(change[0].taken, 1);
    /* An answer for a window that is over changes nothing. */
    near_take(n, &one, second, 10, &taken);
    change[0].total = 9;
    near_learn(n, &change[0]);
    near_take(n, &one, second, 10, &taken);
    assert_int_equal(taken, 2);
    arena_drop(a);
}

static void a_crowd_of_strangers_does_not_push_out_who_asks_the_most(void **state)
{
    (void)state;
    arena *a = arena_new();
    near_counts *n = near_counts_new(a, 64);
    count_key busy = key_of(a, "192.0.2.1");
    int64_t taken;
    for (int i = 0; i < 5; i++) near_take(n, &busy, first, 5, &taken);
    for (int i = 0; i < 5000; i++) {
        count_key stranger = key_of(a, text_format(a, "10.0.%d.%d", i / 250, i % 250).data);
        near_take(n, &stranger, first, 5, &taken);
    }
    assert_false(near_take(n, &busy, first, 5, &taken));
    arena_drop(a);
}

enum { THREADS = 8, TRIES = 2000, MOST = 5000 };

typedef struct taker {
    near_counts *counts;
    count_key key;
    int let;
} taker;

static void *take_many(void *given)
{
    taker *t = given;
    int64_t taken;
    for (int i = 0; i < TRIES; i++) t->let += near_take(t->counts, &t->key, first, MOST, &taken);
    return NULL;
}

static void of_many_threads_no_more_than_so_many_are_let(void **state)
{
    (void)state;
    arena *a = arena_new();
    near_counts *n = near_counts_new(a, 64);
    taker takers[THREADS];
    pthread_t threads[THREADS];
    near_change change[8];
    int let = 0;
    for (int i = 0; i < THREADS; i++) {
        takers[i] = (taker){ n, key_of(a, "192.0.2.1"), 0 };
        assert_int_equal(pthread_create(&threads[i], NULL, take_many, &takers[i]), 0);
    }
    for (int i = 0; i < 1000; i++) { /* the others' counts do not matter here: there are none */
        size_t place = 0, count = near_collect(n, &place, change, 8);
        for (size_t c = 0; c < count; c++) near_keep(n, &change[c]);
    }
    for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL), let += takers[i].let;
    assert_int_equal(let, MOST);
    arena_drop(a);
}

static void check_name(arena *a, subject_kind kind, const char *ip, const char *expected)
{
    rate_subject subject = subject_of_address(a, kind, text_of(ip));
    assert_string_equal(subject_name(a, kind, &subject).data, expected);
}

static void addresses_are_what_one_customer_has(void **state)
{
    (void)state;
    arena *a = arena_new();
    check_name(a, BY_ADDRESS, "192.0.2.77", "192.0.2.77");
    check_name(a, BY_NETWORK, "192.0.2.77", "192.0.2.0/24");
    check_name(a, BY_ADDRESS, "::ffff:192.0.2.77", "192.0.2.77");
    check_name(a, BY_ADDRESS, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64");
    check_name(a, BY_NETWORK, "2001:db8:1:2:3:4:5:6", "2001:db8:1::/48");
    check_name(a, BY_ADDRESS, "no address", "::/64");
    arena_drop(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_window_holds_so_many_and_the_next_begins_anew),
        cmocka_unit_test(what_was_told_counts_together_with_what_others_took),
        cmocka_unit_test(what_could_not_be_told_is_told_later),
        cmocka_unit_test(a_crowd_of_strangers_does_not_push_out_who_asks_the_most),
        cmocka_unit_test(of_many_threads_no_more_than_so_many_are_let),
        cmocka_unit_test(addresses_are_what_one_customer_has),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
