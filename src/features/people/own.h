/* One's own account: name and language, a copy of what is kept about oneself, and its end. */
#ifndef AIC_FEATURES_OWN_H
#define AIC_FEATURES_OWN_H

#include "features/identity/identity.h"
#include "features/people/people.h"

typedef struct own_change {
    text name, locale;
} own_change;

/* All of it, but at most MOST_OWN_ROWS sessions and events, the newest first. */
typedef struct own_data {
    instant exported_at;
    own_profile profile;
    item_list sessions, events;
} own_data;

extern const route own_routes[];

error own_change_profile(scope *db, const principal *who, const own_change *change, person *out);
error own_export(scope *db, const principal *who, own_data *out);
/* INVALID at /password or /code; CONFLICT: the last administrator. */
error own_erase(platform *app, scope *db, const principal *who, const mfa_confirmation *in);

#endif
