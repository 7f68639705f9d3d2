/* aic: the tool on a data scientist's or auditor's desk. Needs no server. */
#include "programs/aic_analyze.h"
#include "programs/aic_bench.h"
#include "programs/aic_explain.h"
#include "programs/aic_ledger.h"
#include "programs/aic_predict.h"
#include "programs/aic_train.h"

#include <stdio.h>
#include <string.h>

static const char usage[] =
    "usage: aic COMMAND ...\n"
    "\n"
    "  analyze DATA --protected COLUMN   audit a table of decisions for bias\n"
    "  explain MODEL DATA                what moved each prediction, and by how much\n"
    "  predict MODEL DATA                a prediction for each row\n"
    "  train DATA --label COLUMN         learn a model and say how good it is\n"
    "  bench MODEL DATA                  how long explain takes on this machine\n"
    "  ledger verify EXPORT              check an export of the ledger, offline\n"
    "\n"
    "aic COMMAND --help tells more. aic --version prints the version.\n"
    "Exit codes: 0 passed, 1 a gate failed (or the ledger is not sound), 2 bad usage or bad input.\n";

int main(int argc, char **argv)
{
    if (argc < 2) return fputs(usage, stderr), 2;
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help"))
        return fputs(usage, stdout), 0;
    if (!strcmp(argv[1], "--version")) return printf("aic %s\n", AIC_VERSION), 0;
    static const struct {
        const char *name;
        int (*run)(int argc, char **argv);
    } commands[] = { { "analyze", aic_analyze_main }, { "explain", aic_explain_main }, { "predict", aic_predict_main },
                     { "train", aic_train_main },     { "bench", aic_bench_main },     { "ledger", aic_ledger_main } };
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (!strcmp(argv[1], commands[i].name)) return commands[i].run(argc - 1, argv + 1);
    fprintf(stderr, "aic: there is no command %s; aic --help lists them\n", argv[1]);
    return 2;
}
