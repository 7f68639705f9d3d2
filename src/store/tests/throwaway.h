/* A PostgreSQL cluster of a test's own, with the product's migrations and the tests' tables; gone at the end. */
#ifndef AIC_STORE_THROWAWAY_H
#define AIC_STORE_THROWAWAY_H

#include "store/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

typedef struct throwaway {
    arena *arena;
    const char *directory;
    cluster *cluster;
    store_options options; /* url, two connections a kind, 300 ms to wait for one, 5 s for a statement */
    logger log;
} throwaway;

throwaway *throwaway_start(void);
void throwaway_stop(throwaway *t);

/* A new folder below /tmp that every user may pass, and its removal. */
const char *throwaway_folder(arena *a);
void throwaway_remove(const char *folder);

/* As the superuser (or as a role), outside of the store. Gives the first value of the last statement, or NO_TEXT. */
text throwaway_sql(throwaway *t, const char *sql);
text throwaway_sql_as(throwaway *t, const char *role, const char *sql, const char **state); /* SQLSTATE; NULL: none */
long throwaway_postmaster(const throwaway *t);                                              /* its process */

/* A caller of an organization of its own. */
caller a_caller(void);

#define assert_ok(expression)                                                                                          \
    do {                                                                                                               \
        error assert_ok_ = (expression);                                                                               \
        if (assert_ok_) fail_msg("%s: %s", #expression, assert_ok_->message);                                          \
    } while (0)
#define assert_kind(expression, expected)                                                                              \
    do {                                                                                                               \
        error assert_kind_ = (expression);                                                                             \
        assert_non_null(assert_kind_);                                                                                 \
        if (assert_kind_->kind != (expected))                                                                          \
            fail_msg("%s: %s, %s", #expression, error_kind_name(assert_kind_->kind), assert_kind_->message);           \
    } while (0)
#define assert_text(value, expected)                                                                                   \
    do {                                                                                                               \
        text assert_text_ = (value);                                                                                   \
        if (!text_equal_string(assert_text_, (expected)))                                                              \
            fail_msg("%s is \"%.*s\", not \"%s\"", #value, PRINT(assert_text_), (expected));                           \
    } while (0)
#define assert_says(problem, part)                                                                                     \
    do {                                                                                                               \
        if (!strstr((problem)->message, (part))) fail_msg("\"%s\" does not say \"%s\"", (problem)->message, (part));   \
    } while (0)

#endif
