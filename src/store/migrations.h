/* The files of sql/migrations, embedded at build time by tools/embed_sql. */
#ifndef AIC_STORE_MIGRATIONS_H
#define AIC_STORE_MIGRATIONS_H

typedef struct migration {
    int number; /* 0 ends the list */
    const char *name;
    const char *sha256;
    const char *text;
} migration;

extern const migration migrations[];

#endif
