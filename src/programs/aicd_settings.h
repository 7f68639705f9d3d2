/* The server's settings: environment variables, each declared once. */
#ifndef AIC_PROGRAMS_AICD_SETTINGS_H
#define AIC_PROGRAMS_AICD_SETTINGS_H

#include "base/config.h"

typedef struct command_line {
    const char *data, *listen, *examples; /* NULL: the setting's value */
    const char *reason;                   /* NULL: none was given */
    const char *words[2];                 /* what stands after the command, in order; NULL at the end */
    const char *before;                   /* NULL: as the setting says */
    const char *worker;                   /* id given by the server that supervises this worker; NULL: nobody does */
    bool demo, system_only, engine_only, emergency, yes;
} command_line;

extern const setting aicd_settings[];

/* Production refuses a default, missing or weak secret, and says which. */
error aicd_check_settings(arena *a, const config *settings, const command_line *line);

/* The 32 bytes that seal private keys: AIC_MASTER_KEY (64 hex digits), or, outside production, a file of the data
 * directory that is made at the first start. */
/* 64 hexadecimal digits. */
bool aicd_read_key(text t, uint8_t out[32]);
error aicd_master_key(arena *a, const config *settings, const char *data, uint8_t out[32]);

#endif
