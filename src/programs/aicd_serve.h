/* The commands of aicd; each gives its exit code. */
#ifndef AIC_PROGRAMS_AICD_SERVE_H
#define AIC_PROGRAMS_AICD_SERVE_H

#include "programs/aicd_settings.h"

int aicd_serve(arena *a, const config *settings, const command_line *line);
int aicd_migrate(arena *a, const config *settings, const command_line *line);
int aicd_openapi(arena *a, const config *settings, const command_line *line);
int aicd_routes(arena *a, const config *settings, const command_line *line);
int aicd_print_settings(arena *a, const config *settings, const command_line *line);

#endif
