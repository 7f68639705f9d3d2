/* The narrative of one decision: what was decided, by whom, why, what would have changed it, and where to object. */
#include "engine/explain/sentences.h"

enum { MOST_PARTS = 8, TOLD_INPUTS = 10, COMPLETE = 100, INPUTS_ONLY = 60, NOTHING = 30 };

typedef struct teller {
    arena *arena;
    const narrative_request *request;
    narrative *result;
    narrative_part *parts;
    text *missing;
} teller;

/* The person's own sentence, or the one for professionals. */
static const char *code_for(const teller *t, const char *suffix)
{
    bool subject = t->request->audience == AUDIENCE_SUBJECT;
    return text_format(t->arena, "%s_%s", subject ? "SUBJECT" : "REVIEWER", suffix).data;
}

static text say(const teller *t, const char *suffix, const place *places, size_t count)
{
    return sentence_fill(t->arena, t->request->language, code_for(t, suffix), places, count);
}

static void add_part(teller *t, const char *code, text words)
{
    if (words.length > 0) t->parts[t->result->part_count++] = (narrative_part){ code, words };
}

static void miss(teller *t, const char *what)
{
    t->missing[t->result->missing.count++] = text_of(what);
}

static void tell_role(teller *t)
{
    static const char *const roles[] = { [MACHINE_DECIDED] = "ROLE_DECIDED",
                                         [MACHINE_RECOMMENDED] = "ROLE_RECOMMENDED",
                                         [MACHINE_ASSISTED] = "ROLE_ASSISTED" };
    const narrative_request *r = t->request;
    text confidence = NO_TEXT, kind = text_is(r->model_kind) ? r->model_kind : TEXT("not stated");
    if (!isnan(r->confidence)) {
        place percent = { "percent", text_format(t->arena, "%.0f", 100 * r->confidence) };
        confidence = sentence_fill(t->arena, r->language, "CONFIDENCE", &percent, 1);
    }
    place places[] = { { "model", kind }, { "confidence", confidence } };
    add_part(t, "ROLE", say(t, roles[r->role], places, 2));
}

/* The names of protected attributes among the reasons. */
static text protected_names(const teller *t)
{
    text_builder b = text_builder_in(t->arena);
    for (size_t i = 0; i < t->request->reasons->count; i++) {
        const decision_reason *r = &t->request->reasons->items[i];
        if (!r->is_protected) continue;
        if (b.length > 0) text_add_string(&b, ", ");
        text_add(&b, r->label);
    }
    return text_built(&b);
}

static text told_reasons(const teller *t)
{
    const reason_list *reasons = t->request->reasons;
    text_builder b = text_builder_in(t->arena);
    text_add(&b, say(t, "REASONS", NULL, 0));
    for (size_t i = 0; i < reasons->count; i++) {
        const decision_reason *r = &reasons->items[i];
        if (t->request->audience == AUDIENCE_SUBJECT)
            text_add_format(&b, "\n%zu. %.*s", i + 1, PRINT(r->sentence));
        else
            text_add_format(&b, "\n%zu. %.*s = %.*s: %.1f %% %s.", i + 1, PRINT(r->label), PRINT(r->value),
                            100 * r->share, r->is_against ? "against" : "for");
    }
    if (reasons->has_protected) {
        place features = { "features", protected_names(t) };
        text_add_char(&b, '\n');
        text_add(&b, say(t, "PROTECTED", &features, 1));
    }
    return text_built(&b);
}

static text told_inputs(const teller *t)
{
    const narrative_request *r = t->request;
    text_builder b = text_builder_in(t->arena);
    text_add(&b, say(t, "INPUTS", NULL, 0));
    for (size_t i = 0; i < r->input_count && i < TOLD_INPUTS; i++)
        text_add_format(&b, "\n%zu. %.*s: %.*s.", i + 1, PRINT(r->inputs[i].name), PRINT(r->inputs[i].value));
    return text_built(&b);
}

static void tell_reasons(teller *t)
{
    const narrative_request *r = t->request;
    bool has_reasons = r->reasons && r->reasons->count > 0;
    t->result->has_protected = has_reasons && r->reasons->has_protected;
    t->result->completeness = has_reasons ? COMPLETE : r->input_count > 0 ? INPUTS_ONLY : NOTHING;
    if (!has_reasons) miss(t, "contributions");
    add_part(t, "REASONS",
             has_reasons          ? told_reasons(t)
             : r->input_count > 0 ? told_inputs(t)
                                  : say(t, "NOTHING", NULL, 0));
}

static void tell_given(teller *t, const char *part, const char *field, const char *place_name, text value)
{
    if (value.length == 0) {
        miss(t, field);
        return;
    }
    place only = { place_name, value };
    add_part(t, part, say(t, part, &only, 1));
}

static void tell_contest(teller *t)
{
    const narrative_request *r = t->request;
    if (r->contest_channel.length == 0) {
        miss(t, "contest_channel");
        return;
    }
    text deadline = NO_TEXT;
    if (r->contest_days > 0) {
        place days = { "days", text_format(t->arena, "%d", r->contest_days) };
        deadline = sentence_fill(t->arena, r->language, "DEADLINE", &days, 1);
    } else {
        miss(t, "contest_days");
    }
    place places[] = { { "channel", r->contest_channel }, { "deadline", deadline } };
    add_part(t, "CONTEST", say(t, "CONTEST", places, 2));
}

static double grade_of(const teller *t)
{
    text_builder b = text_builder_in(t->arena);
    for (size_t i = 0; i < t->result->part_count; i++) {
        text_add(&b, t->parts[i].words);
        text_add_char(&b, '\n');
    }
    return reading_grade(text_built(&b));
}

error narrative_of(arena *a, const narrative_request *request, narrative *out)
{
    if (request->decision.length == 0 || request->outcome.length == 0)
        return fail(a, INVALID, request->decision.length ? "/outcome" : "/decision",
                    "A narrative tells what was decided and how: both are needed.");
    *out = (narrative){ 0 };
    teller t = { .arena = a, .request = request, .result = out };
    t.parts = ARENA_ARRAY(a, MOST_PARTS, narrative_part);
    t.missing = ARENA_ARRAY(a, MOST_PARTS, text);
    place places[] = { { "decision", request->decision }, { "outcome", request->outcome } };
    add_part(&t, "DECIDED", say(&t, "DECIDED", places, 2));
    tell_role(&t);
    tell_reasons(&t);
    if (text_is(request->would_change)) add_part(&t, "CHANGE", request->would_change);
    tell_given(&t, "DATA", "data_sources", "sources", request->data_sources);
    tell_contest(&t);
    tell_given(&t, "ACCOUNTABLE", "accountable", "name", request->accountable);
    out->parts = t.parts;
    out->missing.items = t.missing;
    out->reading_grade = grade_of(&t);
    return OK;
}

void narrative_json(json_writer *w, const narrative *n)
{
    json_open(w, '{');
    json_key(w, "parts");
    json_open(w, '[');
    for (size_t i = 0; i < n->part_count; i++) {
        json_open(w, '{');
        json_key(w, "code");
        json_write_string(w, n->parts[i].code);
        json_key(w, "text");
        json_write_text(w, n->parts[i].words);
        json_close(w, '}');
    }
    json_close(w, ']');
    json_key(w, "completeness");
    json_write_integer(w, n->completeness);
    json_key(w, "protected_among_reasons");
    json_write_bool(w, n->has_protected);
    json_key(w, "reading_grade");
    json_write_number(w, n->reading_grade);
    json_key(w, "missing");
    json_open(w, '[');
    for (size_t i = 0; i < n->missing.count; i++) json_write_text(w, n->missing.items[i]);
    json_close(w, ']');
    json_close(w, '}');
}
