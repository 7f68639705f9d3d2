/* The files of sql/migrations, embedded at build time by tools/embed_sql. The store's own business. */
#ifndef AIC_STORE_MIGRATIONS_H
#define AIC_STORE_MIGRATIONS_H

#include "store/store.h"

typedef struct migration {
    int number; /* 0 ends the list */
    const char *name;
    const char *sha256; /* of the file */
    const char *text;
} migration;

extern const migration migrations[];

/* store_migrate with other steps than those. */
error migrate_steps(arena *a, const store_options *options, const migration *steps, int *applied);

#endif
