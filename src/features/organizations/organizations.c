#include "features/organizations/organizations.h"

error organizations_current(scope *db, organization *out)
{
    return sql_organization_current(db, out);
}

error organizations_change(scope *db, int64_t version, const organization_change *change, organization *out)
{
    bool found;
    TRY(sql_organization_update(db,
                                &(sql_organization_update_in){ .version = version,
                                                               .name = change->name,
                                                               .sector = change->sector,
                                                               .country = change->country,
                                                               .size_band = change->size_band,
                                                               .website = change->website,
                                                               .timezone = change->timezone,
                                                               .locale = change->locale,
                                                               .mfa_required = change->mfa_required },
                                &found, out));
    if (found) return OK;
    return fail(
        db->arena, STALE, "",
        "The organization's profile has been changed since you opened it. Load it again, and make your change on "
        "that version.");
}
