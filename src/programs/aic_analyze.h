/* `aic analyze`: one file in, one report out. */
#ifndef AIC_PROGRAMS_AIC_ANALYZE_H
#define AIC_PROGRAMS_AIC_ANALYZE_H

#include "engine/aic_engine.h"
#include "programs/command_options.h"

typedef struct analyze_options {
    const char *data; /* path, or "-" */
    fairness_request request;
    const gate *gates;
    size_t gate_count;
    bool as_json, help;
    const char *html; /* path; NULL: not asked for */
} analyze_options;

/* The command line of analyze; INVALID says what is wrong with it. */
error analyze_options_read(arena *a, int argc, char **argv, analyze_options *out);
extern const char analyze_usage[];

int aic_analyze_main(int argc, char **argv); /* argv[0] is "analyze" */

#endif
