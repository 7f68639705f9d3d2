/* What the suites of this room share: cmocka with its headers, and checks of errors and texts. */
#ifndef AIC_HTTP_ASSERTS_H
#define AIC_HTTP_ASSERTS_H

#include "http/http.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define assert_ok(expression)                                                                                          \
    do {                                                                                                               \
        error assert_ok_ = (expression);                                                                               \
        if (assert_ok_) fail_msg("%s: %s", assert_ok_->pointer, assert_ok_->message);                                  \
    } while (0)

#define assert_text(given, expected) assert_string_equal(string_of(given), expected)

/* Each test has an arena of its own, as *state. */
int make_arena(void **state);
int drop_arena(void **state);

/* NUL-terminated, "(none)" for NO_TEXT; the few latest ones stay good. */
const char *string_of(text t);

size_t count_errors(error all);
/* The error told at the pointer; the test fails when there is none or its message is another. */
void assert_told(error all, error_kind kind, const char *pointer, const char *message);

json_t *json_of(arena *a, text document); /* the test fails when it cannot be read */
/* The value at a path such as "paths./systems.get" with '.' between the names; NULL when there is none. */
const json_t *json_at(const json_t *from, const char *path);

#endif
