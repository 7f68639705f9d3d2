#include "programs/aic_analyze.h"

const char analyze_usage[] =
    "usage: aic analyze DATA --protected COLUMN[,COLUMN...] [options]\n"
    "\n"
    "Audits decisions for bias: groups, rates with intervals, ratios and differences, tests, a verdict.\n"
    "DATA is CSV, JSON or NDJSON; - is standard input.\n"
    "\n"
    "  --protected race,sex        columns whose groups are compared\n"
    "  --label COLUMN              what truly happened\n"
    "  --prediction COLUMN         the decision, or\n"
    "  --score COLUMN              a score: score >= threshold is class 1\n"
    "  --threshold 0.5\n"
    "  --favorable 1               the value that is good for the person; several with commas\n"
    "  --reference race=Caucasian  compare with this group (default: the largest); repeat for more\n"
    "  --intersect                 look at combinations of the protected columns as well\n"
    "  --bootstrap 1000            replicates for the intervals of differences and ratios; 0: none\n"
    "  --seed 1                    the same seed gives the same intervals\n"
    "  --min-group-size 30         smaller groups are shown but not judged\n"
    "  --use-case hiring           finance, healthcare, government, insurance, retail: their thresholds\n"
    "  --gate 'disparate_impact>=0.8'   exit 1 unless it holds; repeat for more; race.METRIC names an attribute\n"
    "  --json                      one JSON document on standard output\n"
    "  --html FILE                 a report with charts in one file\n"
    "\n"
    "Exit codes: 0 passed, 1 a gate failed, 2 bad usage or bad input.\n";

/* ------------------------------------------------------------------ lists that grow as options are repeated */

typedef struct parsing {
    arena *arena;
    analyze_options *out;
    text *protected_columns, *favorable;
    fairness_reference *references;
    gate *gates;
    size_t most; /* room in each list: no option can give more items than the command line has bytes */
} parsing;

static error add_commas(parsing *p, const char *value, const char *option, text *list, size_t *count)
{
    text rest = text_of(value);
    while (rest.data) {
        const char *comma = memchr(rest.data, ',', rest.length);
        text item = text_trim((text){ rest.data, comma ? (size_t)(comma - rest.data) : rest.length });
        if (item.length == 0)
            return fail(p->arena, INVALID, "", "%s: expected names separated by commas, found \"%s\"", option, value);
        if (*count == p->most) return fail(p->arena, INVALID, "", "%s: too many values", option);
        list[(*count)++] = item;
        rest = comma ? (text){ comma + 1, rest.length - (size_t)(comma + 1 - rest.data) } : NO_TEXT;
    }
    return OK;
}

static error add_protected(parsing *p, const char *value)
{
    p->out->request.protected_columns = p->protected_columns;
    return add_commas(p, value, "--protected", p->protected_columns, &p->out->request.protected_count);
}

static error add_favorable(parsing *p, const char *value)
{
    p->out->request.favorable = p->favorable;
    return add_commas(p, value, "--favorable", p->favorable, &p->out->request.favorable_count);
}

static error add_reference(parsing *p, const char *value)
{
    const char *equals = strchr(value, '=');
    if (!equals || equals == value || !equals[1])
        return fail(p->arena, INVALID, "", "--reference: expected column=group, found \"%s\"", value);
    p->references[p->out->request.reference_count++] =
        (fairness_reference){ .column = { value, (size_t)(equals - value) }, .group = text_of(equals + 1) };
    p->out->request.references = p->references;
    return OK;
}

static error add_gate(parsing *p, const char *value)
{
    p->out->gates = p->gates;
    return gate_parse(p->arena, text_of(value), &p->gates[p->out->gate_count++]);
}

/* ------------------------------------------------------------------ single values */

static error read_text(parsing *p, const char *value, text *out)
{
    (void)p;
    *out = text_of(value);
    return OK;
}

static error read_label(parsing *p, const char *value)
{
    return read_text(p, value, &p->out->request.label);
}

static error read_prediction(parsing *p, const char *value)
{
    return read_text(p, value, &p->out->request.prediction);
}

static error read_score(parsing *p, const char *value)
{
    return read_text(p, value, &p->out->request.score);
}

static error read_threshold(parsing *p, const char *value)
{
    if (text_number(text_of(value), &p->out->request.threshold)) return OK;
    return fail(p->arena, INVALID, "", "--threshold: expected a number, found \"%s\"", value);
}

static error read_count(parsing *p, const char *option, const char *value, int64_t least, int64_t most, uint64_t *out)
{
    int64_t number;
    if (!text_integer(text_of(value), &number) || number < least || number > most)
        return fail(p->arena, INVALID, "", "%s: expected a whole number from %lld to %lld, found \"%s\"", option,
                    (long long)least, (long long)most, value);
    *out = (uint64_t)number;
    return OK;
}

static error read_bootstrap(parsing *p, const char *value)
{
    uint64_t replicates = 0;
    TRY(read_count(p, "--bootstrap", value, 0, FAIRNESS_MOST_REPLICATES, &replicates));
    p->out->request.bootstrap_replicates = (uint32_t)replicates;
    return OK;
}

static error read_seed(parsing *p, const char *value)
{
    return read_count(p, "--seed", value, 0, INT64_MAX, &p->out->request.seed);
}

static error read_group_size(parsing *p, const char *value)
{
    return read_count(p, "--min-group-size", value, 1, 1000000000, &p->out->request.min_group_size);
}

static error read_use_case(parsing *p, const char *value)
{
    use_case u;
    if (!use_case_parse(text_of(value), &u))
        return fail(
            p->arena, INVALID, "",
            "--use-case: expected hiring, finance, healthcare, government, insurance, retail or other, found \"%s\"",
            value);
    fairness_request_use_case(&p->out->request, u);
    return OK;
}

static error read_html(parsing *p, const char *value)
{
    p->out->html = value;
    return OK;
}

static error refuse_pdf(parsing *p, const char *value)
{
    (void)value;
    return fail(p->arena, INVALID, "", "--pdf is not available yet; use --html FILE and print it from a browser");
}

typedef struct option {
    const char *name;
    error (*read)(parsing *p, const char *value);
} option;

static const option options[] = {
    { "--protected", add_protected },
    { "--label", read_label },
    { "--prediction", read_prediction },
    { "--score", read_score },
    { "--threshold", read_threshold },
    { "--favorable", add_favorable },
    { "--reference", add_reference },
    { "--bootstrap", read_bootstrap },
    { "--seed", read_seed },
    { "--min-group-size", read_group_size },
    { "--use-case", read_use_case },
    { "--gate", add_gate },
    { "--html", read_html },
    { "--pdf", refuse_pdf },
};

static const option *option_named(const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (strlen(options[i].name) == length && memcmp(options[i].name, name, length) == 0) return &options[i];
    return NULL;
}

/* "--name value" or "--name=value" */
static error read_one(parsing *p, int argc, char **argv, int *i)
{
    const char *given = argv[*i], *equals = strchr(given, '=');
    const option *found = option_named(given, equals ? (size_t)(equals - given) : strlen(given));
    if (!found) return fail(p->arena, INVALID, "", "%s is not an option; aic analyze --help lists them", given);
    if (equals) return found->read(p, equals + 1);
    if (*i + 1 >= argc) return fail(p->arena, INVALID, "", "%s needs a value", given);
    return found->read(p, argv[++*i]);
}

static bool read_flag(const char *given, analyze_options *out)
{
    if (!strcmp(given, "--intersect")) return out->request.intersect = true;
    if (!strcmp(given, "--json")) return out->as_json = true;
    if (!strcmp(given, "--help") || !strcmp(given, "-h")) return out->help = true;
    return false;
}

static error check(arena *a, const analyze_options *o)
{
    if (!o->data) return fail(a, INVALID, "", "which file? usage: aic analyze DATA --protected COLUMN");
    if (o->request.protected_count == 0)
        return fail(a, INVALID, "", "--protected is missing: name the column or columns whose groups are compared");
    return OK;
}

error analyze_options_read(arena *a, int argc, char **argv, analyze_options *out)
{
    size_t most = (size_t)argc;
    for (int i = 0; i < argc; i++) most += strlen(argv[i]);
    *out = (analyze_options){ .request = fairness_request_standard() };
    parsing p = { .arena = a, .out = out, .most = most };
    p.protected_columns = ARENA_ARRAY(a, most, text);
    p.favorable = ARENA_ARRAY(a, most, text);
    p.references = ARENA_ARRAY(a, most, fairness_reference);
    p.gates = ARENA_ARRAY(a, most, gate);
    for (int i = 1; i < argc; i++) {
        if (read_flag(argv[i], out)) continue;
        if (argv[i][0] == '-' && argv[i][1]) {
            TRY(read_one(&p, argc, argv, &i));
        } else if (out->data) {
            return fail(a, INVALID, "", "one file at a time: found %s after %s", argv[i], out->data);
        } else {
            out->data = argv[i];
        }
    }
    return out->help ? OK : check(a, out);
}
