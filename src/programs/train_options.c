#include "programs/train_options.h"

const char train_usage[] =
    "usage: aic train DATA --label COLUMN --out MODEL [options]\n"
    "\n"
    "Learns a model from a table, says how good it is, and writes it for aic predict, aic explain and the platform. "
    "Columns\n"
    "of words are categories. DATA is CSV, JSON or NDJSON; - is standard input.\n"
    "\n"
    "  --label COLUMN         what to learn: two values or words are classes, other numbers are a quantity\n"
    "  --kind gbdt            gradient-boosted trees; or logistic (two classes), or linear (a quantity)\n"
    "  --positive VALUE       of two classes the one whose probability is predicted (default: the greater one)\n"
    "  --ignore a,b           columns that are not learned from\n"
    "  --balanced             classes weigh the same, however many rows they have\n"
    "  --weights COLUMN       a weight for each row\n"
    "  --reweigh COLUMN       weights that make this protected column independent of the label\n"
    "  --protected race,sex   how the model treats these groups in the held-out rows; --favorable VALUE: the good "
    "outcome\n"
    "  --l1 0 --l2 1          penalties on weights (of leaves, or of standardised features)\n"
    "  --folds 5              of the cross-validation; 0: none\n"
    "  --held-out 0.2         share of the rows that only the quality is measured on\n"
    "  --seed 1               the same data, options and seed give the same model, byte for byte\n"
    "  --json                 the quality as one JSON document on standard output\n"
    "\n"
    "  of trees: --trees 100 (at most 1000), --depth 6 (at most 10), --rate 0.3, --subsample 1, --column-share 1,\n"
    "            --min-child-weight 1, --early-stopping 10 (rounds without a better loss; 0: off), --threads 1\n"
    "\n"
    "Exit codes: 0 done, 2 bad usage or bad input.\n";

/* Numbers as options give them, before they go to where they are kept. */
typedef struct given {
    int kind;
    uint64_t trees, depth, early_stopping, folds, threads;
    text_list ignore, protected_columns, favorable;
} given;

static error read_all(arena *a, int argc, char **argv, train_command *c, given *g, command_words *words)
{
    static const char *const kinds[] = { "gbdt", "logistic", "linear", NULL };
    train_options *o = &c->options;
    const command_option options[] = {
        { .name = "--label", .kind = OPTION_TEXT, .out = &o->label },
        { .name = "--out", .kind = OPTION_STRING, .out = &c->out },
        { .name = "--kind", .kind = OPTION_CHOICE, .out = &g->kind, .choices = kinds },
        { .name = "--positive", .kind = OPTION_TEXT, .out = &o->positive },
        { .name = "--ignore", .kind = OPTION_LIST, .out = &g->ignore },
        { .name = "--protected", .kind = OPTION_LIST, .out = &g->protected_columns },
        { .name = "--favorable", .kind = OPTION_LIST, .out = &g->favorable },
        { .name = "--weights", .kind = OPTION_TEXT, .out = &o->weight_column },
        { .name = "--reweigh", .kind = OPTION_TEXT, .out = &o->reweigh },
        { .name = "--balanced", .kind = OPTION_FLAG, .out = &o->balanced },
        { .name = "--trees", .kind = OPTION_COUNT, .out = &g->trees, .least = 1, .most = 1000 },
        { .name = "--depth", .kind = OPTION_COUNT, .out = &g->depth, .least = 1, .most = 10 },
        { .name = "--rate", .kind = OPTION_NUMBER, .out = &o->rate, .least = 1e-4, .most = 1 },
        { .name = "--subsample", .kind = OPTION_NUMBER, .out = &o->subsample, .least = 0.01, .most = 1 },
        { .name = "--column-share", .kind = OPTION_NUMBER, .out = &o->column_share, .least = 0.01, .most = 1 },
        { .name = "--min-child-weight", .kind = OPTION_NUMBER, .out = &o->min_child_weight, .least = 0, .most = 1e9 },
        { .name = "--early-stopping", .kind = OPTION_COUNT, .out = &g->early_stopping, .most = 1000 },
        { .name = "--l1", .kind = OPTION_NUMBER, .out = &o->l1, .least = 0, .most = 1e9 },
        { .name = "--l2", .kind = OPTION_NUMBER, .out = &o->l2, .least = 0, .most = 1e9 },
        { .name = "--folds", .kind = OPTION_COUNT, .out = &g->folds, .most = 20 },
        { .name = "--held-out", .kind = OPTION_NUMBER, .out = &o->held_out, .least = 0.05, .most = 0.5 },
        { .name = "--seed", .kind = OPTION_COUNT, .out = &o->seed, .most = 9e18 },
        { .name = "--threads", .kind = OPTION_COUNT, .out = &g->threads, .least = 1, .most = 256 },
        { .name = "--json", .kind = OPTION_FLAG, .out = &c->as_json },
        { .name = "--help", .kind = OPTION_FLAG, .out = &c->help },
        { .name = "-h", .kind = OPTION_FLAG, .out = &c->help },
        { .name = NULL },
    };
    return command_options_read(a, options, argc, argv, words);
}

static error check(arena *a, const train_command *c, const command_words *words)
{
    if (words->count != 1) return fail(a, INVALID, "", "which file? usage: aic train DATA --label COLUMN --out MODEL");
    if (!text_is(c->options.label)) return fail(a, INVALID, "", "--label is missing: name the column to learn");
    if (!c->out) return fail(a, INVALID, "", "--out is missing: name the file that the model is written to");
    return OK;
}

error train_command_read(arena *a, int argc, char **argv, train_command *c)
{
    train_options standard = train_options_standard(TRAIN_GBDT);
    given g = { .kind = TRAIN_GBDT,
                .trees = standard.trees,
                .depth = standard.depth,
                .early_stopping = standard.early_stopping,
                .folds = standard.folds,
                .threads = (uint64_t)standard.threads };
    command_words words;
    *c = (train_command){ .options = standard };
    TRY(read_all(a, argc, argv, c, &g, &words));
    if (c->help) return OK;
    train_options *o = &c->options;
    o->kind = (train_kind)g.kind;
    o->trees = (uint32_t)g.trees;
    o->depth = (uint32_t)g.depth;
    o->early_stopping = (uint32_t)g.early_stopping;
    o->folds = (uint32_t)g.folds;
    o->threads = (int)g.threads;
    o->ignore = g.ignore.items;
    o->ignore_count = g.ignore.count;
    o->protected_columns = g.protected_columns.items;
    o->protected_count = g.protected_columns.count;
    o->favorable = g.favorable.items;
    o->favorable_count = g.favorable.count;
    TRY(check(a, c, &words));
    c->data = words.items[0];
    return OK;
}
