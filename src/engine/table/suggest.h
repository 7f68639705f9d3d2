/* What a person may have meant by a name that does not exist. */
#ifndef AIC_ENGINE_SUGGEST_H
#define AIC_ENGINE_SUGGEST_H

#include "base/text.h"

/* The nearest of the names, at most a third of its letters away (case does not count); NO_TEXT when none is. */
text suggest_nearest(text wrong, const text *names, size_t count);
/* A sentence: "Did you mean \"race\"?", or "It has: a, b, c." when nothing is near. */
text suggest_or_list(arena *a, text wrong, const text *names, size_t count);
/* "a", "b" and 3 more: the first few, quoted. */
text suggest_listing(arena *a, const text *names, size_t count, size_t most);
/* The first bytes of a text that is to be shown in a message, never half a character. */
text suggest_short(text t, size_t most);

#endif
