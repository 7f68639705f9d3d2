#include "programs/progress.h"

#include <stdio.h>
#include <unistd.h>

enum { QUIET = 1000000, BETWEEN = 100000 /* microseconds */, WIDTH = 30 };

progress progress_of(const char *doing)
{
    return (progress){ .doing = doing, .started = clock_monotonic(), .on_terminal = isatty(2) };
}

static error tick(void *context, double fraction)
{
    progress *p = context;
    instant now = clock_monotonic();
    if (!p->on_terminal || now - p->started < QUIET || now - p->shown < BETWEEN) return OK;
    int full = (int)(fraction * WIDTH);
    double left = fraction > 0 ? (double)(now - p->started) / 1e6 * (1 - fraction) / fraction : 0;
    p->shown = now;
    fprintf(stderr, "\r%s [%.*s%*s] %3d %%, %.0f s left \033[K", p->doing, full, "##############################",
            WIDTH - full, "", (int)(fraction * 100), left);
    return OK;
}

explain_watch progress_watch(progress *p)
{
    return (explain_watch){ .context = p, .tick = tick };
}

void progress_end(progress *p)
{
    if (p->shown) fputs("\r\033[K", stderr);
    p->shown = 0;
}
