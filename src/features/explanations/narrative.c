#include "features/explanations/explanations.h"
#include "features/incidents/incidents.h"

#include <time.h>

/* What a decision about somebody is told as (domain, 3.14). The words are the engine's (explain/reasons.h); what they
 * are about is the record's: nothing is said that it does not hold, and what it lacks is named. */

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

/* ------------------------------------------------------------------ what is on record */

typedef struct record {
    explained_decision decision;
    bool has_explanation;
    explanation_row explanation;
    const json_t *result; /* of the explanation */
} record;

static error read_record(scope *db, uuid id, record *out)
{
    bool found;
    json_t *result;
    *out = (record){ 0 };
    TRY(sql_explained_decision(db, &(sql_explained_decision_in){ .id = id }, &found, &out->decision));
    if (!found) return fail(db->arena, NOT_FOUND, "/id", "There is no decision with this id in your organization.");
    TRY(sql_explanation_of_decision(db, &(sql_explanation_of_decision_in){ .decision_id = id }, &out->has_explanation,
                                    &out->explanation));
    if (!out->has_explanation) return OK;
    TRY(json_read(db->arena, out->explanation.result, &result));
    out->result = result;
    return OK;
}

static bool is_listed(text_list names, text name)
{
    for (size_t i = 0; i < names.count; i++)
        if (text_equal(names.items[i], name)) return true;
    return false;
}

static void read_reasons(arena *a, const record *r, reason_list *out)
{
    const json_t *list = json_array_get(json_object_get(r->result, "reasons"), 0);
    size_t count = json_array_size(list) < REASONS_TOLD ? json_array_size(list) : REASONS_TOLD;
    decision_reason *items = ARENA_ARRAY(a, count, decision_reason);
    *out = (reason_list){ .items = items, .count = count };
    for (size_t i = 0; i < count; i++) {
        const json_t *one = json_array_get(list, i);
        text label = text_copy(a, json_text_of(json_object_get(one, "feature")));
        items[i] = (decision_reason){
            .code = text_string(a, json_text_of(json_object_get(one, "code"))),
            .label = label,
            .value = value_text(a, json_object_get(one, "value")),
            .contribution = json_number_value(json_object_get(one, "contribution")),
            .share = json_number_value(json_object_get(one, "share")),
            .is_against = text_equal_string(json_text_of(json_object_get(one, "direction")), "against"),
            .is_protected =
                json_is_true(json_object_get(one, "protected")) || is_listed(r->decision.protected_attributes, label),
            .sentence = text_copy(a, json_text_of(json_object_get(one, "sentence"))),
        };
        out->has_protected |= items[i].is_protected;
    }
}

static text counterfactual_sentences(arena *a, const record *r)
{
    const json_t *of_row = json_array_get(json_object_get(r->result, "counterfactuals"), 0);
    text_builder b = text_builder_in(a);
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(of_row, "counterfactuals"), i, one)
    {
        text sentence = json_text_of(json_object_get(one, "sentence"));
        if (text_is(sentence)) text_add_format(&b, "%s%.*s", b.length ? " " : "", PRINT(sentence));
    }
    return b.length ? text_built(&b) : NO_TEXT;
}

static void read_inputs(arena *a, const record *r, narrative_request *out)
{
    json_t *inputs;
    text json = r->decision.input_params;
    if (!text_is(json) || json_read(a, json, &inputs) || !json_is_object(inputs)) return;
    narrative_input *items = ARENA_ARRAY(a, json_object_size(inputs), narrative_input);
    for (void *at = json_object_iter(inputs); at && out->input_count < INPUTS_TOLD;
         at = json_object_iter_next(inputs, at)) {
        text name = { json_object_iter_key(at), json_object_iter_key_len(at) };
        items[out->input_count++] = (narrative_input){ text_copy(a, name), value_text(a, json_object_iter_value(at)) };
    }
    out->inputs = items;
}

/* ------------------------------------------------------------------ what the engine is asked */

static narrative_audience audience_of(text said)
{
    if (text_equal_string(said, "REGULATOR")) return AUDIENCE_REGULATOR;
    return text_equal_string(said, "REVIEWER") ? AUDIENCE_REVIEWER : AUDIENCE_SUBJECT;
}

static text input_names(arena *a, const narrative_request *asked)
{
    text_builder b = text_builder_in(a);
    for (size_t i = 0; i < asked->input_count; i++) {
        text_add_string(&b, i ? ", " : "");
        for (size_t c = 0; c < asked->inputs[i].name.length; c++)
            text_add_char(&b, asked->inputs[i].name.data[c] == '_' ? ' ' : asked->inputs[i].name.data[c]);
    }
    return b.length ? text_built(&b) : NO_TEXT;
}

static narrative_request request_of(scope *db, const record *r, text audience, const reason_list *reasons)
{
    arena *a = db->arena;
    const explained_decision *d = &r->decision;
    instant now = scope_now(db);
    bool is_by_person = d->is_human_override || text_is(d->human_reviewer_name);
    narrative_request asked = {
        .decision = d->decision_type,
        .outcome = outcome_text(a, d->outcome),
        .model_kind = text_is(d->model_name) ? d->model_name : d->system_name,
        .audience = audience_of(audience),
        .role = is_by_person ? MACHINE_RECOMMENDED : MACHINE_DECIDED,
        .confidence = NAN,
        .reasons = reasons->count ? reasons : NULL,
        .would_change = counterfactual_sentences(a, r),
        .contest_channel = text_format(a, "the page /citizens/report with the reference %.*s", PRINT(d->external_id)),
        .contest_days = (int)((incident_promised(now) - now) / DAYS(1)),
        .accountable =
            text_is(d->accountable_person_name)
                ? text_format(a, "%.*s of %.*s", PRINT(d->accountable_person_name), PRINT(d->organization_name))
                : d->organization_name,
        .language = sentences_english(),
    };
    read_inputs(a, r, &asked);
    asked.data_sources = input_names(a, &asked);
    return asked;
}

/* ------------------------------------------------------------------ what is told */

static void take_parts(arena *a, const narrative *n, decision_narrative *out)
{
    const struct {
        const char *code;
        text *place;
    } places[] = { { "DECIDED", &out->decision },          { "ROLE", &out->role_of_the_machine },
                   { "CHANGE", &out->would_have_changed }, { "DATA", &out->data_sources },
                   { "CONTEST", &out->right_to_contest },  { "ACCOUNTABLE", &out->contact } };
    text_builder whole = text_builder_in(a);
    text_add_format(&whole, "%.*s\n", PRINT(out->headline));
    for (size_t i = 0; i < n->part_count; i++) {
        text_add_format(&whole, "\n%.*s\n", PRINT(n->parts[i].words));
        for (size_t p = 0; p < sizeof places / sizeof *places; p++)
            if (!strcmp(n->parts[i].code, places[p].code)) *places[p].place = n->parts[i].words;
    }
    bool is_regulator = text_equal_string(out->audience, "REGULATOR");
    if (is_regulator && text_is(out->method))
        text_add_format(&whole, "\nMethod of the explanation: %.*s.\n", PRINT(out->method));
    if (is_regulator && text_is(out->result_sha256))
        text_add_format(&whole, "SHA-256 of the recorded explanation: %.*s\n", PRINT(out->result_sha256));
    out->text_whole = text_built(&whole);
    out->completeness = n->completeness;
    out->reading_grade = n->reading_grade;
    out->missing = n->missing;
}

static void take_reasons(arena *a, const reason_list *reasons, decision_narrative *out)
{
    told_reason *told = ARENA_ARRAY(a, reasons->count, told_reason);
    for (size_t i = 0; i < reasons->count; i++) {
        const decision_reason *r = &reasons->items[i];
        told[i] = (told_reason){ r->sentence, r->label, r->value, r->contribution, r->is_against, r->is_protected };
    }
    out->reasons = (item_list){ told, reasons->count };
}

static void add_flag(arena *a, decision_narrative *out, text flag)
{
    text *items = ARENA_ARRAY(a, out->flags.count + 1, text);
    if (out->flags.count) memcpy(items, out->flags.items, out->flags.count * sizeof *items);
    items[out->flags.count] = flag;
    out->flags = (text_list){ items, out->flags.count + 1 };
}

static void take_flags(arena *a, const record *r, const reason_list *reasons, decision_narrative *out)
{
    if (!r->has_explanation) add_flag(a, out, TEXT("No explanation is attached to this decision yet."));
    for (size_t i = 0; i < reasons->count; i++)
        if (reasons->items[i].is_protected)
            add_flag(a, out,
                     text_format(a, "The protected attribute \"%.*s\" is among the reasons.",
                                 PRINT(reasons->items[i].label)));
    if (json_is_true(json_object_get(r->result, "surrogate")))
        add_flag(a, out,
                 TEXT("The reasons come from a stand-in that was fitted to data, not from the model that decided."));
}

static text headline_of(arena *a, const explained_decision *d, bool is_subject)
{
    text day = day_text(a, d->decided_at);
    if (is_subject)
        return text_format(a, "Why %.*s decided so about you on %.*s", PRINT(d->organization_name), PRINT(day));
    return text_format(a, "Decision %.*s of %.*s: what was decided and why", PRINT(d->external_id), PRINT(day));
}

error explanations_narrate(scope *db, uuid decision_id, text audience, decision_narrative *out)
{
    arena *a = db->arena;
    record r;
    reason_list reasons;
    narrative n;
    TRY(read_record(db, decision_id, &r));
    *out = (decision_narrative){ .decision_id = decision_id, .audience = audience };
    out->headline = headline_of(a, &r.decision, text_equal_string(audience, "SUBJECT"));
    if (r.has_explanation) {
        out->explanation_id = (maybe_uuid){ true, r.explanation.id };
        out->method = r.explanation.method;
        out->model_name = r.explanation.model_name;
        out->result_sha256 = r.explanation.result_sha256;
    }
    read_reasons(a, &r, &reasons);
    narrative_request asked = request_of(db, &r, audience, &reasons);
    TRY(narrative_of(a, &asked, &n));
    take_reasons(a, &reasons, out);
    take_flags(a, &r, &reasons, out);
    take_parts(a, &n, out);
    return OK;
}
