/* Reasons in words, as a person is owed them: which of one's own values counted most, and which way. Part of
 * aic_engine.h.
 *
 * Every sentence comes from a template with a code ("REASON_LOW_AGAINST") and places ({feature}, {value}, …), so that
 * another language is another table. The English ones keep to short words. */
#ifndef AIC_ENGINE_EXPLAIN_REASONS_H
#define AIC_ENGINE_EXPLAIN_REASONS_H

#include "engine/explain/explain.h"

/* A table of a language; what it lacks is taken from the English one. */
typedef struct sentence_template {
    const char *code;
    const char *words;
} sentence_template;
typedef struct sentence_table {
    const sentence_template *items;
    size_t count;
} sentence_table;
AIC_ENGINE_API sentence_table sentences_english(void);

typedef enum { REASONS_AGAINST, REASONS_FOR, REASONS_BOTH } reason_side;

typedef struct reasons_options {
    size_t output;            /* of the explanation */
    bool higher_is_favorable; /* does a higher output favour the person */
    reason_side side;
    size_t most;         /* 5 */
    const text *labels;  /* [feature] as a person calls it; NULL: the features' names, "_" read as a space */
    const double *usual; /* [feature] e.g. medians of a background: "more than usual"; NULL, NaN: not said */
    const size_t *protected_features;
    size_t protected_count;
    sentence_table language;
} reasons_options;
AIC_ENGINE_API reasons_options reasons_options_standard(void);

typedef struct decision_reason {
    size_t feature;
    const char *code; /* of its sentence */
    text label, value;
    double contribution; /* φ, in the output's direction */
    double share;        /* of Σ |φ| */
    bool is_against, is_protected;
    text sentence;
} decision_reason;

typedef struct reason_list {
    const decision_reason *items;
    size_t count;
    bool has_protected; /* a protected attribute is among them: an alarm, not a reason */
} reason_list;

/* Of one row of an explanation (not of LIME with a linear model's coefficients: those are no contributions). */
AIC_ENGINE_API error reasons_of(arena *a, const explanation *e, const predictor *p, const matrix *rows, size_t row,
                                const reasons_options *options, reason_list *out);
AIC_ENGINE_API void reasons_json(json_writer *w, const reason_list *reasons);

/* ---- the narrative of one decision */

typedef enum { AUDIENCE_SUBJECT, AUDIENCE_REVIEWER, AUDIENCE_REGULATOR } narrative_audience;
typedef enum { MACHINE_DECIDED, MACHINE_RECOMMENDED, MACHINE_ASSISTED } machine_role;

typedef struct narrative_input {
    text name, value;
} narrative_input;

typedef struct narrative_request {
    text decision;   /* what it was about: "your loan" */
    text outcome;    /* "declined" */
    text model_kind; /* "gradient-boosted trees"; for reviewers and regulators */
    narrative_audience audience;
    machine_role role;
    double confidence;          /* 0 to 1; NaN: not known */
    const reason_list *reasons; /* NULL: contributions are not known */
    const narrative_input *inputs;
    size_t input_count;
    text would_change;    /* the sentence of a counterfactual; NO_TEXT */
    text data_sources;    /* "your application, the credit bureau" */
    text contest_channel; /* "appeals@example.org or 0800 123 456" */
    int contest_days;     /* 0: no deadline is known */
    text accountable;     /* who answers for it */
    sentence_table language;
} narrative_request;

typedef struct narrative_part {
    const char *code; /* "DECIDED", "ROLE", "REASONS", "CHANGE", "DATA", "CONTEST", "ACCOUNTABLE" */
    text words;
} narrative_part;

typedef struct narrative {
    const narrative_part *parts;
    size_t part_count;
    int completeness; /* 100 with contributions, 60 with inputs only, else 30 */
    bool has_protected;
    double reading_grade; /* Flesch and Kincaid's, of the English text; for the person concerned at most 8 is wanted */
    text_list missing;    /* what the law or the person would ask for and nobody gave: "contest_channel" */
} narrative;
AIC_ENGINE_API error narrative_of(arena *a, const narrative_request *request, narrative *out);
AIC_ENGINE_API void narrative_json(json_writer *w, const narrative *n);

/* School years that English text asks for: 0.39 words a sentence + 11.8 syllables a word - 15.59. NaN without words. */
AIC_ENGINE_API double reading_grade(text t);

#endif
