/* A bar on a terminal's standard error for work that takes more than a second; nothing elsewhere. */
#ifndef AIC_PROGRAMS_PROGRESS_H
#define AIC_PROGRAMS_PROGRESS_H

#include "base/clock.h"
#include "engine/aic_engine.h"

typedef struct progress {
    const char *doing; /* "explaining" */
    instant started, shown;
    bool on_terminal;
} progress;

progress progress_of(const char *doing);
explain_watch progress_watch(progress *p);
void progress_end(progress *p); /* wipes the bar */

#endif
