/* What a program outside of this build needs besides the functions of the header: base's own names stay inside. */
#include "engine/aic_engine.h"

arena *engine_arena_new(void)
{
    return arena_new();
}

void engine_arena_drop(arena *a)
{
    arena_drop(a);
}

const char *fairness_report_text(arena *a, const fairness_report *report)
{
    json_writer w = json_writer_in(a);
    fairness_report_json(&w, report);
    return json_written(&w).data;
}
