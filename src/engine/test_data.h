/* For the engine's tests: small tables from a literal, in the simplest form (commas, no quotes), and analyses of them.
 */
#ifndef AIC_ENGINE_TEST_DATA_H
#define AIC_ENGINE_TEST_DATA_H

#include "engine/aic_engine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>

/* Sends header and rows to the sink; an empty cell is MISSING. */
error test_send(arena *a, const char *csv, row_sink sink);
/* Plans, builds and analyzes. */
error test_analyze(arena *a, const char *csv, const fairness_request *request, fairness_report **out);
fairness_report *test_report(arena *a, const char *csv, const fairness_request *request); /* fails the test on error */
text test_json(arena *a, const fairness_report *report);

/* A request over one protected column "g" with label "y" and prediction "p", without bootstrap. */
fairness_request test_request(void);
/* Rows of one group: "name,label,prediction" so many times each. */
void test_rows(text_builder *csv, const char *group, int tp, int fp, int fn, int tn);

const group_result *test_group(const attribute_report *attribute, const char *name);
bool test_has_remark(remark_list list, const char *code);

/* |value - wanted| within relative or absolute reach; NaN equals NaN. */
void test_near_at(double value, double wanted, double relative, double absolute, const char *file, int line);
#define assert_near(value, wanted)              test_near_at((value), (wanted), 1e-12, 1e-14, __FILE__, __LINE__)
#define assert_near_to(value, wanted, relative) test_near_at((value), (wanted), (relative), 0, __FILE__, __LINE__)
/* The call must be refused, with this kind, pointer and words in its message. */
void test_refused_at(error got, error_kind kind, const char *pointer, const char *words, const char *file, int line);
#define assert_refused(call, kind, pointer, words)                                                                     \
    test_refused_at((call), (kind), (pointer), (words), __FILE__, __LINE__)
void test_accepted_at(error got, const char *file, int line);
#define assert_accepted(call) test_accepted_at((call), __FILE__, __LINE__)

/* A file of the shared folder beside the project ("golden/fairness.json"). Absent: false, a reason to skip on
 * somebody's desk, and a failure where everything must be tested (CI=true). */
bool test_shared_file(arena *a, const char *name, text *out);

#endif
