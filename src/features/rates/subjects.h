/* Who is counted: a person, an address, a network. */
#ifndef AIC_FEATURES_RATES_SUBJECTS_H
#define AIC_FEATURES_RATES_SUBJECTS_H

#include "base/text.h"
#include "base/uuid.h"

typedef enum { BY_PERSON, BY_ADDRESS, BY_NETWORK } subject_kind;

typedef struct rate_subject {
    uint8_t
        bytes[16]; /* a person's id; an address in IPv6 form, but for the bits that do not count; zeros: no address */
} rate_subject;

rate_subject subject_of_person(uuid id);
/* BY_ADDRESS or BY_NETWORK. What is no address is one subject of its own. */
rate_subject subject_of_address(arena *a, subject_kind kind, text ip);
/* As the database knows it: a person's id, "192.0.2.1", "192.0.2.0/24", "2001:db8:1:2::/64". */
text subject_name(arena *a, subject_kind kind, const rate_subject *subject);

#endif
