#include "features/explanations/explanations.h"
#include "features/incidents/incidents.h"

#include <time.h>

/* What a decision about somebody is told as (domain, 3.14). One rule for all: nothing is said that the record does not
 * hold; where it holds nothing, that is said. Sentences are short, since those who read them as SUBJECT need not be
 * used to such texts; a reviewer sees figures, a regulator also where they come from. */

enum { REASONS_TOLD = 5, INPUTS_TOLD = 12 };

/* ------------------------------------------------------------------ values in words */

static text value_text(arena *a, const json_t *value)
{
    if (!value || json_is_null(value)) return NO_TEXT;
    if (json_is_string(value)) return text_copy(a, json_text_of(value));
    if (json_is_boolean(value)) return json_is_true(value) ? TEXT("yes") : TEXT("no");
    if (json_is_number(value)) {
        char digits[32];
        size_t length = json_number_format(json_number_value(value), digits);
        return text_copy(a, (text){ digits, length });
    }
    return json_compact(a, value);
}

/* An outcome is a text, or an object that holds one under a name people use. */
static text outcome_text(arena *a, text json)
{
    static const char *const names[] = { "decision", "outcome", "result", "status", "label", NULL };
    json_t *value;
    if (!text_is(json) || json_read(a, json, &value)) return NO_TEXT;
    for (const char *const *name = names; json_is_object(value) && *name; name++) {
        const json_t *inner = json_field(value, *name);
        if (inner) return value_text(a, inner);
    }
    return value_text(a, value);
}

static text day_text(arena *a, instant at)
{
    time_t seconds = (time_t)(at / SECONDS(1));
    struct tm utc;
    char words[40];
    gmtime_r(&seconds, &utc);
    size_t length = strftime(words, sizeof words, "%e %B %Y", &utc);
    return text_copy(a, text_trim((text){ words, length }));
}

/* ------------------------------------------------------------------ the parts */

static text decision_text(arena *a, const explained_decision *d, bool is_subject)
{
    text outcome = outcome_text(a, d->outcome);
    const char *good = text_equal_string(d->outcome_class, "FAVORABLE") ? "in your favour" : "against you";
    text_builder b = text_builder_in(a);
    text_add_format(&b, "On %.*s %.*s decided: %.*s (%.*s).", PRINT(day_text(a, d->decided_at)),
                    PRINT(d->organization_name), PRINT(text_is(outcome) ? outcome : TEXT("not recorded")),
                    PRINT(d->decision_type));
    if (is_subject && !text_equal_string(d->outcome_class, "NEUTRAL")) text_add_format(&b, " This is %s.", good);
    return text_built(&b);
}

static text machine_text(arena *a, const explained_decision *d, bool is_subject)
{
    text person = !is_subject && text_is(d->human_reviewer_name) ? d->human_reviewer_name : TEXT("A person");
    if (d->is_human_override)
        return text_format(a, "%.*s decided, and not as the computer system \"%.*s\" had proposed.", PRINT(person),
                           PRINT(d->system_name));
    if (text_is(d->human_reviewer_name))
        return text_format(a, "The computer system \"%.*s\" made a proposal. %.*s looked at it and decided.",
                           PRINT(d->system_name), PRINT(person));
    if (d->human_review_required)
        return text_format(
            a, "The computer system \"%.*s\" made a proposal. A person must look at it; that is not on record yet.",
            PRINT(d->system_name));
    return text_format(a, "The computer system \"%.*s\" decided. No person looked at it before.",
                       PRINT(d->system_name));
}

static text inputs_text(arena *a, text json, int64_t *completeness)
{
    json_t *inputs;
    if (!text_is(json) || json_read(a, json, &inputs) || !json_is_object(inputs) || json_object_size(inputs) == 0)
        return TEXT("Which data was used is not on record.");
    if (*completeness < 60) *completeness = 60;
    text_builder b = text_builder_in(a);
    text_add_string(&b, "This data was used: ");
    size_t told = 0, all = json_object_size(inputs);
    for (void *at = json_object_iter(inputs); at && told < INPUTS_TOLD; at = json_object_iter_next(inputs, at), told++)
        text_add_format(&b, "%s%.*s", told ? ", " : "", (int)json_object_iter_key_len(at), json_object_iter_key(at));
    if (told < all) text_add_format(&b, " and %zu more", all - told);
    text_add_char(&b, '.');
    return text_built(&b);
}

static text contest_text(scope *db, const explained_decision *d)
{
    instant now = scope_now(db);
    long long days = (long long)((incident_promised(now) - now) / DAYS(1));
    return text_format(
        db->arena,
        "You may ask that a person looks at this decision again, say what is wrong in the data, and object. Write to "
        "%.*s, or "
        "use the page /citizens/report and give the reference %.*s. You will have an answer within %lld days.",
        PRINT(d->organization_name), PRINT(d->external_id), days);
}

static text contact_text(arena *a, const explained_decision *d)
{
    if (text_is(d->accountable_person_name))
        return text_format(a, "%.*s answers for this system at %.*s.", PRINT(d->accountable_person_name),
                           PRINT(d->organization_name));
    return text_format(a, "%.*s answers for this system.", PRINT(d->organization_name));
}

/* ------------------------------------------------------------------ what the explanation says */

static bool is_listed(text_list names, text name)
{
    for (size_t i = 0; i < names.count; i++)
        if (text_equal(names.items[i], name)) return true;
    return false;
}

static void read_reasons(arena *a, const json_t *result, text_list protected_attributes, narrative *out)
{
    const json_t *list = json_array_get(json_object_get(result, "reasons"), 0);
    size_t count = json_array_size(list) < REASONS_TOLD ? json_array_size(list) : REASONS_TOLD;
    told_reason *reasons = ARENA_ARRAY(a, count, told_reason);
    for (size_t i = 0; i < count; i++) {
        const json_t *one = json_array_get(list, i);
        told_reason *r = &reasons[i];
        r->sentence = text_copy(a, json_text_of(json_object_get(one, "sentence")));
        r->feature = text_copy(a, json_text_of(json_object_get(one, "feature")));
        r->value = value_text(a, json_object_get(one, "value"));
        r->contribution = json_number_value(json_object_get(one, "contribution"));
        r->raised = r->contribution > 0;
        r->is_protected =
            json_is_true(json_object_get(one, "is_protected")) || is_listed(protected_attributes, r->feature);
    }
    out->reasons = (item_list){ reasons, count };
    if (count) out->completeness = 100;
}

static void read_counterfactuals(arena *a, const json_t *result, narrative *out)
{
    const json_t *list = json_object_get(json_array_get(json_object_get(result, "counterfactuals"), 0), "items");
    text_builder b = text_builder_in(a);
    size_t i;
    json_t *one;
    json_array_foreach(list, i, one)
    {
        text sentence = json_text_of(json_object_get(one, "sentence"));
        if (text_is(sentence)) text_add_format(&b, "%s%.*s", b.length ? " " : "", PRINT(sentence));
    }
    if (b.length) out->would_have_changed = text_built(&b);
}

static void add_flag(arena *a, narrative *out, text flag)
{
    text *items = ARENA_ARRAY(a, out->flags.count + 1, text);
    if (out->flags.count) memcpy(items, out->flags.items, out->flags.count * sizeof *items);
    items[out->flags.count] = flag;
    out->flags = (text_list){ items, out->flags.count + 1 };
}

static void add_flags(arena *a, const json_t *result, narrative *out)
{
    const told_reason *reasons = out->reasons.items;
    for (size_t i = 0; i < out->reasons.count; i++)
        if (reasons[i].is_protected)
            add_flag(
                a, out,
                text_format(a, "The protected attribute \"%.*s\" is among the reasons.", PRINT(reasons[i].feature)));
    if (json_is_true(json_object_get(result, "surrogate")))
        add_flag(a, out,
                 TEXT("The reasons come from a stand-in that was fitted to data, not from the model that decided."));
}

static error read_explanation(scope *db, const explained_decision *d, narrative *out)
{
    bool found;
    explanation_row row;
    json_t *result;
    TRY(sql_explanation_of_decision(db, &(sql_explanation_of_decision_in){ .decision_id = d->id }, &found, &row));
    if (!found) {
        add_flag(db->arena, out, TEXT("No explanation is attached to this decision yet."));
        return OK;
    }
    TRY(json_read(db->arena, row.result, &result));
    out->explanation_id = (maybe_uuid){ true, row.id };
    out->method = row.method;
    out->model_name = row.model_name;
    out->result_sha256 = row.result_sha256;
    read_reasons(db->arena, result, d->protected_attributes, out);
    read_counterfactuals(db->arena, result, out);
    add_flags(db->arena, result, out);
    return OK;
}

/* ------------------------------------------------------------------ as one text */

static void add_reasons(text_builder *b, const narrative *n, bool with_figures)
{
    const told_reason *reasons = n->reasons.items;
    if (!n->reasons.count) {
        text_add_string(b, "Why it was decided so is not on record.\n\n");
        return;
    }
    text_add_string(b, n->reasons.count == 1 ? "The reason that weighed most:\n" : "The reasons that weighed most:\n");
    for (size_t i = 0; i < n->reasons.count; i++) {
        text_add_format(b, "%zu. %.*s", i + 1, PRINT(reasons[i].sentence));
        if (with_figures) text_add_format(b, " (%+.4g)", reasons[i].contribution);
        text_add_char(b, '\n');
    }
    text_add_char(b, '\n');
}

static text whole(arena *a, const narrative *n)
{
    bool is_subject = text_equal_string(n->audience, "SUBJECT"),
         is_regulator = text_equal_string(n->audience, "REGULATOR");
    text_builder b = text_builder_in(a);
    text_add_format(&b, "%.*s\n\n%.*s %.*s\n\n", PRINT(n->headline), PRINT(n->decision), PRINT(n->role_of_the_machine));
    add_reasons(&b, n, !is_subject);
    if (text_is(n->would_have_changed)) text_add_format(&b, "%.*s\n\n", PRINT(n->would_have_changed));
    text_add_format(&b, "%.*s\n\n%.*s\n\n%.*s\n", PRINT(n->data_sources), PRINT(n->right_to_contest),
                    PRINT(n->contact));
    for (size_t i = 0; !is_subject && i < n->flags.count; i++)
        text_add_format(&b, "\nNote: %.*s", PRINT(n->flags.items[i]));
    if (!is_subject && text_is(n->method))
        text_add_format(&b, "\nMethod: %.*s; model: %.*s.", PRINT(n->method),
                        PRINT(text_is(n->model_name) ? n->model_name : TEXT("not registered")));
    if (is_regulator && text_is(n->result_sha256))
        text_add_format(&b, "\nSHA-256 of the recorded explanation: %.*s.", PRINT(n->result_sha256));
    return text_built(&b);
}

error explanations_narrate(scope *db, uuid decision_id, text audience, narrative *out)
{
    bool found;
    arena *a = db->arena;
    explained_decision d;
    TRY(sql_explained_decision(db, &(sql_explained_decision_in){ .id = decision_id }, &found, &d));
    if (!found) return fail(a, NOT_FOUND, "/id", "There is no decision with this id in your organization.");
    bool is_subject = text_equal_string(audience, "SUBJECT");
    *out = (narrative){ .decision_id = decision_id, .audience = audience, .completeness = 30 };
    out->headline = is_subject ? TEXT("Why this was decided about you")
                               : text_format(a, "Decision %.*s: what was decided and why", PRINT(d.external_id));
    out->decision = decision_text(a, &d, is_subject);
    out->role_of_the_machine = machine_text(a, &d, is_subject);
    out->data_sources = inputs_text(a, d.input_params, &out->completeness);
    out->right_to_contest = contest_text(db, &d);
    out->contact = contact_text(a, &d);
    TRY(read_explanation(db, &d, out));
    out->text_whole = whole(a, out);
    return OK;
}
