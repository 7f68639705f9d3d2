/* Reasons and narratives: which, in which order, in which words. */
#include "engine/explain/reasons.h"
#include "engine/explain/test_explain.h"

typedef struct person {
    explanation explanation;
    matrix rows;
    model model;
    predictor predictor;
} person;

static const text names[] = { { "income", 6 }, { "late_payments", 13 }, { "work", 4 }, { "sex", 3 }, { "age", 3 } };
static const double values[] = { 21500, 4, 1, 0, NAN };
static const double shap[] = { -0.4, -1.2, 0.3, -0.7, 0.05 };
static const text work[] = { { "none", 4 }, { "part time", 9 } };
static const size_t protected_features[] = { 3 };

static person somebody(arena *a)
{
    person p = { .explanation = { .rows = 1, .features = 5, .outputs = 1, .feature_names = names, .values = shap } };
    p.rows = (matrix){ values, 1, 5 };
    model_feature *features = ARENA_ARRAY(a, 5, model_feature);
    for (size_t f = 0; f < 5; f++) features[f].name = names[f];
    features[2] = (model_feature){ .name = names[2], .is_category = true, .categories = work, .category_count = 2 };
    p.model = (model){ .features = features, .feature_count = 5 };
    return p;
}

static reason_list reasons_for(arena *a, person *p, const reasons_options *options)
{
    p->predictor = (predictor){ .feature_count = 5, .output_count = 1, .model = &p->model };
    reason_list list;
    assert_accepted(reasons_of(a, &p->explanation, &p->predictor, &p->rows, 0, options, &list));
    return list;
}

static void the_largest_come_first_in_plain_words(void **state)
{
    (void)state;
    arena *a = arena_new();
    person p = somebody(a);
    reasons_options options = reasons_options_standard();
    double usual[] = { 30000, 1, NAN, NAN, 40 };
    options.usual = usual;
    options.protected_features = protected_features;
    options.protected_count = 1;
    reason_list list = reasons_for(a, &p, &options);
    assert_int_equal(list.count, 3);
    assert_true(list.has_protected && list.items[1].is_protected);
    assert_string_equal(list.items[0].sentence.data,
                        "Your late payments is 4. That is more than usual (1). This counted against you.");
    assert_string_equal(list.items[0].code, "REASON_HIGH_AGAINST");
    assert_string_equal(list.items[2].code, "REASON_LOW_AGAINST");
    assert_near(list.items[0].share, 1.2 / 2.65);
    options.side = REASONS_FOR;
    list = reasons_for(a, &p, &options);
    assert_int_equal(list.count, 2);
    assert_string_equal(list.items[0].sentence.data, "Your work is part time. This helped you.");
    assert_string_equal(list.items[1].sentence.data, "We did not know your age. This helped you.");
    options.side = REASONS_BOTH;
    options.higher_is_favorable = false; /* the output is a risk */
    options.most = 4;
    list = reasons_for(a, &p, &options);
    assert_int_equal(list.count, 4);
    assert_false(list.items[0].is_against);
    arena_drop(a);
}

static void another_language_is_another_table(void **state)
{
    (void)state;
    arena *a = arena_new();
    person p = somebody(a);
    sentence_template german[] = { { "REASON_AGAINST", "{feature}: {value}. Das sprach gegen Sie." } };
    text labels[] = { TEXT("Einkommen"), TEXT("Mahnungen"), TEXT("Arbeit"), TEXT("Geschlecht"), TEXT("Alter") };
    reasons_options options = reasons_options_standard();
    options.language = (sentence_table){ german, 1 };
    options.labels = labels;
    reason_list list = reasons_for(a, &p, &options);
    assert_string_equal(list.items[0].sentence.data, "Mahnungen: 4. Das sprach gegen Sie.");
    json_writer w = json_writer_in(a);
    reasons_json(&w, &list);
    assert_true(strstr(json_written(&w).data, "\"direction\":\"against\"") != NULL);
    p.explanation.method = METHOD_LIME;
    assert_refused(reasons_of(a, &p.explanation, NULL, &p.rows, 0, &options, &list), INVALID, "/method", "LIME");
    arena_drop(a);
}

static narrative_request loan_request(const reason_list *reasons)
{
    return (narrative_request){ .decision = TEXT("your loan"),
                                .outcome = TEXT("declined"),
                                .model_kind = TEXT("gradient-boosted trees"),
                                .confidence = 0.83,
                                .reasons = reasons,
                                .would_change = TEXT("If income had been 30000, the outcome would have been approved."),
                                .data_sources = TEXT("your form"),
                                .contest_channel = TEXT("help@example.org"),
                                .contest_days = 30,
                                .accountable = TEXT("Ann Smith") };
}

static void a_narrative_is_complete_and_easy_to_read(void **state)
{
    (void)state;
    arena *a = arena_new();
    person p = somebody(a);
    reasons_options options = reasons_options_standard();
    options.protected_features = protected_features;
    options.protected_count = 1;
    reason_list list = reasons_for(a, &p, &options);
    narrative_request request = loan_request(&list);
    narrative n;
    assert_accepted(narrative_of(a, &request, &n));
    assert_int_equal(n.completeness, 100);
    assert_int_equal(n.part_count, 7);
    assert_int_equal(n.missing.count, 0);
    assert_true(n.has_protected);
    assert_true(n.reading_grade <= 8);
    assert_string_equal(n.parts[5].words.data,
                        "You can ask us to look at it again. Use help@example.org. You have 30 days to do so.");
    assert_true(strstr(n.parts[2].words.data, "should not count: sex") != NULL);
    request.audience = AUDIENCE_REGULATOR;
    request.role = MACHINE_RECOMMENDED;
    assert_accepted(narrative_of(a, &request, &n));
    assert_string_equal(n.parts[1].words.data,
                        "The model recommended, a person decided. Model: gradient-boosted trees. "
                        "Stated confidence: 83 %.");
    assert_true(strstr(n.parts[2].words.data, "1. late payments = 4: 45.3 % against.") != NULL);
    arena_drop(a);
}

static void what_is_missing_is_named(void **state)
{
    (void)state;
    arena *a = arena_new();
    narrative_input inputs[] = { { TEXT("income"), TEXT("21500") } };
    narrative_request request = { .decision = TEXT("your loan"),
                                  .outcome = TEXT("declined"),
                                  .confidence = NAN,
                                  .inputs = inputs,
                                  .input_count = 1 };
    narrative n;
    assert_accepted(narrative_of(a, &request, &n));
    assert_int_equal(n.completeness, 60);
    assert_int_equal(n.missing.count, 4);
    assert_string_equal(n.parts[2].words.data, "We looked at these facts about you:\n1. income: 21500.");
    request.input_count = 0;
    assert_accepted(narrative_of(a, &request, &n));
    assert_int_equal(n.completeness, 30);
    json_writer w = json_writer_in(a);
    narrative_json(&w, &n);
    assert_true(strstr(json_written(&w).data, "\"completeness\":30") != NULL);
    request.outcome = NO_TEXT;
    assert_refused(narrative_of(a, &request, &n), INVALID, "/outcome", "both are needed");
    arena_drop(a);
}

static void reading_levels_are_flesch_and_kincaids(void **state)
{
    (void)state;
    assert_true(isnan(reading_grade(TEXT("12 34"))));
    /* 6 words in 1 sentence, 6 syllables */
    assert_near_to(reading_grade(TEXT("The cat sat on the mat.")), 0.39 * 6 + 11.8 - 15.59, 1e-9);
    assert_true(reading_grade(TEXT("Multicollinearity complicates interpretability considerably.")) > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_largest_come_first_in_plain_words),    cmocka_unit_test(another_language_is_another_table),
        cmocka_unit_test(a_narrative_is_complete_and_easy_to_read), cmocka_unit_test(what_is_missing_is_named),
        cmocka_unit_test(reading_levels_are_flesch_and_kincaids),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
