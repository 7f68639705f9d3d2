/* Access: what somebody may do. Every capability of the product stands here once, with the roles that are built in.
 *
 * A person's capabilities are, in this order: what is denied to the person; what is granted; what the own role says, or
 * the organization's custom role in its place. An ADMIN may do everything. They are worked out when an access token is
 * made, and stand in it (claim "scope") when they differ from the built-in role's, so that asking costs a request
 * nothing; a change ends the access tokens of those concerned at once, and the next refresh brings new ones.
 *
 * Nobody gives what he lacks, and nobody changes the own permissions. Each change is in the ledger. */
#ifndef AIC_FEATURES_ACCESS_H
#define AIC_FEATURES_ACCESS_H

#include "access.sql.h"
#include "features/app.h"

typedef struct known_capability {
    text slug, category, description;
} known_capability;

extern const known_capability capabilities[];
extern const size_t capability_count;
extern const char *const capability_names[]; /* ended by NULL */

bool capability_is_known(text slug);

/* ------------------------------------------------------------------ asking */

bool role_may(text role, const char *capability);
text_list role_capabilities(text role); /* of a built-in role */

bool access_may(const principal *who, const char *capability);
text_list access_capabilities(arena *a, const principal *who);

/* What a person may do, as a list of words with blanks between (RFC 8693 writes a token's "scope" so); NO_TEXT when it
 * is just what the built-in role says. NOT_FOUND. */
error access_scope_of(scope *db, uuid org_id, uuid person, text *out);
/* One word of such a list. */
bool access_names(text words, const char *capability);
text access_joined(arena *a, text_list words);
text_list access_split(arena *a, text words);
bool word_in(text_list words, text word);
/* Sorted, each once: as the ledger and the tables keep sets. */
text_list word_set(arena *a, text_list words);

/* ------------------------------------------------------------------ roles of an organization's own */

typedef struct role_draft {
    text name, description;
    text_list capabilities;
} role_draft;

typedef struct role_change { /* what is absent stays as it is */
    text name, description;
} role_change;

typedef struct role_rights {
    text_list capabilities;
} role_rights;

typedef struct role_view {
    maybe_uuid id; /* not set: built in */
    text name, description;
    bool is_custom;
    text_list capabilities;
    int64_t people, version;
} role_view;

typedef struct role_list {
    item_list items; /* of role_view */
} role_list;

error roles_list(scope *db, role_list *out);
error roles_read(scope *db, uuid id, role_view *out);
/* FORBIDDEN: more than the maker may do. CONFLICT: the name is taken. */
error roles_create(scope *db, const principal *who, const role_draft *in, role_view *out);
error roles_change(scope *db, uuid id, int64_t version, const role_change *in, role_view *out);
error roles_set_capabilities(scope *db, const principal *who, uuid id, int64_t version, const role_rights *in,
                             role_view *out);
/* Put away, so that the ledger's names stay true. CONFLICT: somebody has it. */
error roles_archive(scope *db, uuid id);

/* ------------------------------------------------------------------ one person's */

typedef struct permission {
    text capability;
    bool is_granted; /* false: denied */
} permission;

typedef struct permission_change {
    maybe_uuid role_id;     /* not set: the built-in role */
    item_list capabilities; /* of permission; what is not named is as the role says */
} permission_change;

typedef struct permission_view {
    uuid user_id;
    text role;
    maybe_uuid role_id;
    text role_name; /* of the custom role */
    text_list granted, denied, effective;
    int64_t version; /* 0: nothing was ever granted or denied */
} permission_view;

error permissions_read(scope *db, uuid person, permission_view *out);
/* FORBIDDEN: oneself, more than the changer may do, or somebody who may do more than the changer. CONFLICT: an ADMIN.
 */
error permissions_set(scope *db, const principal *who, uuid person, int64_t version, const permission_change *in,
                      permission_view *out);

typedef struct access_question {
    uuid user;
    text capability;
} access_question;

typedef struct access_answer {
    bool allowed;
    text because;
} access_answer;

error access_explain(scope *db, const access_question *in, access_answer *out);

extern const route access_routes[];

#endif
