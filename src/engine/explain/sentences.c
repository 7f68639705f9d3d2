#include "engine/explain/sentences.h"

static const sentence_template english[] = {
    { "REASON_AGAINST", "Your {feature} is {value}. This counted against you." },
    { "REASON_FOR", "Your {feature} is {value}. This helped you." },
    { "REASON_HIGH_AGAINST",
      "Your {feature} is {value}. That is more than usual ({usual}). This counted against you." },
    { "REASON_HIGH_FOR", "Your {feature} is {value}. That is more than usual ({usual}). This helped you." },
    { "REASON_LOW_AGAINST", "Your {feature} is {value}. That is less than usual ({usual}). This counted against you." },
    { "REASON_LOW_FOR", "Your {feature} is {value}. That is less than usual ({usual}). This helped you." },
    { "REASON_MISSING_AGAINST", "We did not know your {feature}. This counted against you." },
    { "REASON_MISSING_FOR", "We did not know your {feature}. This helped you." },

    { "SUBJECT_DECIDED", "This is about {decision}. The outcome is: {outcome}." },
    { "REVIEWER_DECIDED", "Decision: {decision}. Outcome: {outcome}." },
    { "SUBJECT_ROLE_DECIDED", "A computer made this choice. No person made it." },
    { "SUBJECT_ROLE_RECOMMENDED", "A computer gave advice. A person made the choice." },
    { "SUBJECT_ROLE_ASSISTED", "A person made the choice. A computer helped to look at the facts." },
    { "REVIEWER_ROLE_DECIDED", "The decision was automated. Model: {model}. {confidence}" },
    { "REVIEWER_ROLE_RECOMMENDED", "The model recommended, a person decided. Model: {model}. {confidence}" },
    { "REVIEWER_ROLE_ASSISTED", "A person decided with the model's assistance. Model: {model}. {confidence}" },
    { "CONFIDENCE", "Stated confidence: {percent} %." },
    { "SUBJECT_REASONS", "These facts counted most:" },
    { "REVIEWER_REASONS", "The largest contributions, as shares of all contributions:" },
    { "SUBJECT_INPUTS", "We looked at these facts about you:" },
    { "REVIEWER_INPUTS", "Inputs; contributions were not retained:" },
    { "SUBJECT_NOTHING", "We do not know which facts counted most. You may ask us." },
    { "REVIEWER_NOTHING", "Neither contributions nor inputs were retained." },
    { "SUBJECT_PROTECTED", "One of these facts should not count: {features}. We will look into it." },
    { "REVIEWER_PROTECTED",
      "Protected attributes are among the reasons: {features}. Review before this decision stands." },
    { "SUBJECT_DATA", "The facts came from: {sources}." },
    { "REVIEWER_DATA", "Data sources: {sources}." },
    { "SUBJECT_CONTEST", "You can ask us to look at it again. Use {channel}. {deadline}" },
    { "REVIEWER_CONTEST", "Right to contest: {channel}. {deadline}" },
    { "DEADLINE", "You have {days} days to do so." },
    { "SUBJECT_ACCOUNTABLE", "{name} answers for this." },
    { "REVIEWER_ACCOUNTABLE", "Accountable: {name}." },
};

sentence_table sentences_english(void)
{
    return (sentence_table){ english, sizeof english / sizeof *english };
}

static const char *words_of(sentence_table table, const char *code)
{
    for (size_t i = 0; i < table.count; i++)
        if (strcmp(table.items[i].code, code) == 0) return table.items[i].words;
    return NULL;
}

static text value_of(const place *places, size_t count, const char *name, size_t length)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(places[i].name) == length && strncmp(places[i].name, name, length) == 0) return places[i].value;
    return NO_TEXT;
}

text sentence_fill(arena *a, sentence_table language, const char *code, const place *places, size_t count)
{
    const char *words = words_of(language, code);
    if (!words) words = words_of(sentences_english(), code);
    if (!words) words = "";
    text_builder b = text_builder_in(a);
    while (*words) {
        const char *end = *words == '{' ? strchr(words, '}') : NULL;
        if (!end) {
            text_add_char(&b, *words++);
            continue;
        }
        text_add(&b, value_of(places, count, words + 1, (size_t)(end - words - 1)));
        words = end + 1;
    }
    return text_trim(text_built(&b));
}

/* ------------------------------------------------------------------ reading level */

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '\'';
}

static bool is_vowel(char c)
{
    return strchr("aeiouyAEIOUY", c) != NULL && c != 0;
}

/* Groups of vowels, without a silent e at the end; at least one. */
static size_t syllables_in(text word)
{
    size_t groups = 0;
    for (size_t i = 0; i < word.length; i++)
        groups += is_vowel(word.data[i]) && (i == 0 || !is_vowel(word.data[i - 1]));
    bool silent = word.length > 2 && (word.data[word.length - 1] == 'e' || word.data[word.length - 1] == 'E') &&
                  !is_vowel(word.data[word.length - 2]) && word.data[word.length - 2] != 'l';
    if (silent && groups > 1) groups--;
    return groups ? groups : 1;
}

double reading_grade(text t)
{
    size_t words = 0, syllables = 0, sentences = 0;
    bool open = false;
    for (size_t i = 0; i < t.length;) {
        size_t end = i;
        while (end < t.length && is_letter(t.data[end])) end++;
        if (end > i) {
            words++;
            syllables += syllables_in((text){ t.data + i, end - i });
            open = true;
            i = end;
            continue;
        }
        /* a point between digits ends nothing */
        bool stop = (t.data[i] == '.' && (i + 1 == t.length || t.data[i + 1] == ' ' || t.data[i + 1] == '\n')) ||
                    t.data[i] == '!' || t.data[i] == '?' || t.data[i] == '\n';
        if (stop && open) {
            sentences++;
            open = false;
        }
        i++;
    }
    if (open) sentences++;
    if (!words) return NAN;
    return 0.39 * (double)words / (double)sentences + 11.8 * (double)syllables / (double)words - 15.59;
}
