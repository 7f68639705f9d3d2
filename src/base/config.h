/* Configuration: environment variables over defaults; each setting is declared once
 * in a table with its type and bounds, so that a mistake is one clear error that names the setting, what was found and
 * what is expected. Values of secret settings are never in a message. */
#ifndef AIC_BASE_CONFIG_H
#define AIC_BASE_CONFIG_H

#include "base/error.h"
#include "base/text.h"

typedef enum { SETTING_TEXT, SETTING_INTEGER, SETTING_BOOL, SETTING_CHOICE } setting_kind;

typedef struct setting {
    const char *name; /* "AIC_LISTEN" */
    setting_kind kind;
    const char *standard;       /* default, as text; NULL: not set */
    int64_t least, most;        /* SETTING_INTEGER */
    const char *const *choices; /* SETTING_CHOICE, ended by NULL */
    bool secret;
    const char *doc;
} setting;

typedef struct config config;

/* environment: as in environ(7); settings ends with a row whose name is NULL. All mistakes are told at once. Reading a
 * name that was not declared is a defect and aborts. */
error config_read(arena *a, const setting *settings, const char *const *environment, const config **out);
text config_text(const config *c, const char *name);
int64_t config_integer(const config *c, const char *name);
bool config_bool(const config *c, const char *name);
text config_help(arena *a, const setting *settings);

#endif
