#include "base/json.h"
#include "programs/aicd_tasks.h"

#include <poll.h>
#include <unistd.h>

enum { STEP_MS = 50, MEGABYTE = 1024 * 1024 };

static error number_of(task_run *t, const char *name, int64_t *out)
{
    json_t *input;
    TRY(json_read(t->arena, t->input, &input));
    *out = json_integer_value(json_field(input, name));
    return OK;
}

/* {"ms": N}: takes so long, and tells how far it is. The result names the process that did it. */
static error run_sleep(task_run *t, text *result, void **made)
{
    (void)made;
    int64_t ms;
    TRY(number_of(t, "ms", &ms));
    for (int64_t spent = 0; spent < ms; spent += STEP_MS) {
        TRY(task_progress(t, (double)spent / (double)ms,
                          text_format(t->arena, "%lld of %lld ms", (long long)spent, (long long)ms)));
        poll(NULL, 0, STEP_MS);
    }
    *result = text_format(t->arena, "{\"pid\":%d}", getpid());
    return OK;
}

/* How many bytes of data it was given, and their sum. */
static error run_count(task_run *t, text *result, void **made)
{
    (void)made;
    int64_t sum = 0;
    for (size_t i = 0; i < t->data.length; i++) sum += (unsigned char)t->data.data[i];
    *result = text_format(t->arena, "{\"bytes\":%zu,\"sum\":%lld}", t->data.length, (long long)sum);
    return OK;
}

/* {"megabytes": N}: takes so much memory. */
static error run_allocate(task_run *t, text *result, void **made)
{
    (void)made;
    int64_t megabytes;
    TRY(number_of(t, "megabytes", &megabytes));
    for (int64_t i = 0; i < megabytes; i++) {
        memset(arena_alloc(t->arena, MEGABYTE), 1, MEGABYTE);
        TRY(task_progress(t, (double)i / (double)megabytes, NO_TEXT));
    }
    *result = TEXT("{}");
    return OK;
}

static error run_fail(task_run *t, text *result, void **made)
{
    (void)result, (void)made;
    return fail(t->arena, INVALID, "/rows", "Expected rows, found none.");
}

/* {"ms": N}: does not look whether it should go on. */
static error run_hang(task_run *t, text *result, void **made)
{
    (void)made;
    int64_t ms;
    TRY(number_of(t, "ms", &ms));
    poll(NULL, 0, (int)ms);
    *result = TEXT("{}");
    return OK;
}

/* {"ms": N, "megabytes": M}: computes so long, with so much memory. */
static error run_burn(task_run *t, text *result, void **made)
{
    (void)made;
    int64_t ms, megabytes;
    TRY(number_of(t, "ms", &ms));
    TRY(number_of(t, "megabytes", &megabytes));
    size_t size = (size_t)megabytes * MEGABYTE;
    unsigned char *bytes = arena_alloc(t->arena, size + 1);
    instant began = clock_monotonic(), spent = 0;
    for (unsigned char round = 1; spent < ms * 1000; round++, spent = clock_monotonic() - began) {
        for (size_t i = 0; i < size; i++) bytes[i] = (unsigned char)(bytes[i] * 31 + round);
        TRY(task_progress(t, spent < ms * 1000 ? (double)spent / ((double)ms * 1000) : 1, NO_TEXT));
    }
    *result = text_format(t->arena, "{\"last\":%d}", bytes[size / 2]);
    return OK;
}

static const char why[] = "For tests";

const task_kind test_sleep_task = { .name = "TEST_SLEEP", .run = run_sleep, .why = why, .is_for_tests = true };
const task_kind test_count_task = { .name = "TEST_COUNT", .run = run_count, .why = why, .is_for_tests = true };
const task_kind test_allocate_task = {
    .name = "TEST_ALLOCATE", .run = run_allocate, .memory_mb = 64, .why = why, .is_for_tests = true
};
const task_kind test_burn_task = { .name = "TEST_BURN", .run = run_burn, .why = why, .is_for_tests = true };
const task_kind test_fail_task = { .name = "TEST_FAIL", .run = run_fail, .why = why, .is_for_tests = true };
const task_kind test_hang_task = {
    .name = "TEST_HANG", .run = run_hang, .deadline_seconds = 2, .why = why, .is_for_tests = true
};
