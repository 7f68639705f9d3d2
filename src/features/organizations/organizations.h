/* The caller's own organization. */
#ifndef AIC_FEATURES_ORGANIZATIONS_H
#define AIC_FEATURES_ORGANIZATIONS_H

#include "http/http.h"
#include "organizations.sql.h"
#include "store/store.h"

/* What a tenant may edit; what is absent stays as it is. Tier, status and score are not among it. */
typedef struct organization_change {
    text name, sector, country, size_band, website, timezone, locale;
    maybe_bool mfa_required;
} organization_change;

extern const char *const role_names[];
extern const char *const locale_names[];
extern const field organization_fields[];
extern const route organizations_routes[];

error organizations_current(scope *db, organization *out);
error organizations_change(scope *db, int64_t version, const organization_change *change, organization *out);

#endif
