/* Invitations: a link with an opaque token that brings somebody into an organization, in a role, until it ends or is
 * revoked. The token is shown once and kept as its hash; uses are counted by the database, so that of many who come at
 * once no more get in than it is good for.
 *
 * Following a link proves nothing about an address: whoever made the invitation has seen the link, too. So nobody's
 * address is verified by it, bound or not; that takes a letter of its own, which goes out when the invitation is
 * accepted. The session that begins then is vouched for by the organization; the next sign-in asks for the confirmed
 * address. It matters, since verified addresses of a domain say whose leads are whose.
 *
 * Whoever holds an invitation may type anybody's address. One that has an account already is answered like any other,
 * a use is spent, and what comes back opens nothing (identity_join): there is nothing to learn from it. */
#ifndef AIC_FEATURES_INVITES_H
#define AIC_FEATURES_INVITES_H

#include "features/people/people.h"

typedef struct invite_draft {
    text role, email;
    maybe_integer max_uses, expires_in_days;
} invite_draft;

/* Somebody named. */
typedef struct person_draft {
    text name, email, role;
} person_draft;

typedef struct invite_made {
    invite row;
    text token, link; /* told once */
} invite_made;

typedef struct invites_query {
    page_query page;
    text status;
} invites_query;

typedef struct invite_view {
    text organization, role, name, email, invited_by;
    instant expires_at;
} invite_view;

typedef struct acceptance {
    text token, name, email, password;
} acceptance;

extern const char *const invite_status_names[];
extern const route invites_routes[];

/* FORBIDDEN: a role above one's own. CONFLICT at /email: a person of this very organization. */
error invites_make(platform *app, scope *db, const principal *who, const invite_draft *in, text name, invite_made *out);
error invites_list(scope *db, const invites_query *query, page_reply *out);
error invites_revoke(scope *db, uuid id);

/* NOT_FOUND: no such token; GONE: used up, expired or revoked. */
error invites_look(scope *db, text token, invite_view *out);
/* As signing in answers: usually a second factor is set up next. */
error invites_accept(platform *app, scope *db, const acceptance *in, sign_in *out);

#endif
