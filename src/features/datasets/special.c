#include "features/datasets/profile.h"

#include <ctype.h>

enum { MOST_WORDS = 16, LONGEST_NAME = 200 };

/* One or two words that stand next to each other. */
typedef struct category_words {
    const char *category, *first, *second;
} category_words;

static const category_words known[] = {
    { "RELIGION", "religion", NULL },
    { "RELIGION", "religious", NULL },
    { "RELIGION", "faith", NULL },
    { "RACE_ETHNICITY", "race", NULL },
    { "RACE_ETHNICITY", "racial", NULL },
    { "RACE_ETHNICITY", "ethnicity", NULL },
    { "RACE_ETHNICITY", "ethnic", NULL },
    { "RACE_ETHNICITY", "tribe", NULL },
    { "RACE_ETHNICITY", "skin", "color" },
    { "RACE_ETHNICITY", "skin", "colour" },
    { "TRADE_UNION", "trade", "union" },
    { "TRADE_UNION", "labor", "union" },
    { "TRADE_UNION", "labour", "union" },
    { "TRADE_UNION", "union", "member" },
    { "TRADE_UNION", "union", "membership" },
    { "POLITICAL", "political", NULL },
    { "POLITICAL", "politics", NULL },
    { "POLITICAL", "party", "affiliation" },
    { "POLITICAL", "party", "membership" },
    { "HEALTH", "health", NULL },
    { "HEALTH", "medical", NULL },
    { "HEALTH", "disease", NULL },
    { "HEALTH", "diagnosis", NULL },
    { "HEALTH", "disability", NULL },
    { "HEALTH", "disabled", NULL },
    { "HEALTH", "illness", NULL },
    { "HEALTH", "hiv", NULL },
    { "HEALTH", "pregnant", NULL },
    { "HEALTH", "pregnancy", NULL },
    { "HEALTH", "medication", NULL },
    { "BIOMETRIC", "biometric", NULL },
    { "BIOMETRIC", "biometrics", NULL },
    { "BIOMETRIC", "fingerprint", NULL },
    { "BIOMETRIC", "genetic", NULL },
    { "BIOMETRIC", "dna", NULL },
    { "CRIMINAL", "criminal", NULL },
    { "CRIMINAL", "crime", NULL },
    { "CRIMINAL", "conviction", NULL },
    { "CRIMINAL", "convictions", NULL },
    { "CRIMINAL", "convicted", NULL },
    { "CRIMINAL", "offence", NULL },
    { "CRIMINAL", "offense", NULL },
    { "CRIMINAL", "arrest", NULL },
    { "CRIMINAL", "arrests", NULL },
    { "CRIMINAL", "felony", NULL },
    { "CRIMINAL", "recidivism", NULL },
    { "SEX_LIFE", "sex", "life" },
    { "SEX_LIFE", "sexual", NULL },
    { "SEX_LIFE", "sexuality", NULL },
};

/* "homeAddress_line-2" → home, address, line, 2; in lower case, each ended by a NUL. */
static size_t split(text name, char *room, const char **words)
{
    size_t count = 0, at = 0;
    bool inside = false;
    for (size_t i = 0; i < name.length && i < LONGEST_NAME && count < MOST_WORDS; i++) {
        unsigned char c = (unsigned char)name.data[i];
        bool is_letter = isalnum(c) || c >= 0x80;
        bool begins = i > 0 && isupper(c) && islower((unsigned char)name.data[i - 1]);
        if (inside && (!is_letter || begins)) {
            room[at++] = 0;
            inside = false;
        }
        if (!is_letter) continue;
        if (!inside) words[count++] = room + at;
        inside = true;
        room[at++] = (char)tolower(c);
    }
    room[at] = 0;
    return count;
}

text special_category(text column_name)
{
    char room[2 * LONGEST_NAME + 2];
    const char *words[MOST_WORDS + 1] = { NULL };
    size_t count = split(column_name, room, words);
    for (size_t w = 0; w < count; w++) {
        for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
            if (strcmp(words[w], known[k].first) != 0) continue;
            bool fits = !known[k].second || (w + 1 < count && strcmp(words[w + 1], known[k].second) == 0);
            if (fits) return text_of(known[k].category);
        }
    }
    return NO_TEXT;
}
