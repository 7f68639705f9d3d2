/* The commands of aicd; each gives its exit code. */
#ifndef AIC_PROGRAMS_AICD_SERVE_H
#define AIC_PROGRAMS_AICD_SERVE_H

#include "programs/aicd_settings.h"
#include "store/store.h"

int aicd_serve(arena *a, const config *settings, const command_line *line);
int aicd_migrate(arena *a, const config *settings, const command_line *line);
int aicd_openapi(arena *a, const config *settings, const command_line *line);
int aicd_routes(arena *a, const config *settings, const command_line *line);
int aicd_print_settings(arena *a, const config *settings, const command_line *line);
int aicd_keys(arena *a, const config *settings, const command_line *line);             /* aicd_admin.c */
int aicd_make_super_admin(arena *a, const config *settings, const command_line *line); /* aicd_admin.c */
int aicd_worker(arena *a, const config *settings, const command_line *line);           /* aicd_worker.c */
int aicd_audit(arena *a, const config *settings, const command_line *line);            /* aicd_admin.c */

/* For commands that work on the servers' database, whether a server runs or not: DATABASE_URL, else the private cluster
 * of the data directory, brought up to date first as by `aicd migrate`. */
typedef struct database_tools {
    arena *arena;
    const config *settings;
    const char *data; /* the data directory, absolute */
    store *store;
    const store_options *database; /* for what only its owner does */
    const logger *log;
} database_tools;

typedef error (*database_work)(const database_tools *tools, const void *given);
int aicd_on_database(arena *a, const config *settings, const command_line *line, database_work work, const void *given);
/* The same for a program that stays: it logs as a server does, and holds few connections. A worker of a server works on
 * the database that the server has brought up to date. */
int aicd_beside_server(arena *a, const config *settings, const command_line *line, database_work work,
                       const void *given);

#endif
