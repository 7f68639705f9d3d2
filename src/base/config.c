#include "base/config.h"

#include <stdlib.h>

struct config {
    const setting *settings;
    const text *values; /* beside the settings */
};

static text environment_value(arena *a, const char *const *environment, const char *name)
{
    size_t length = strlen(name);
    for (; *environment; environment++)
        if (strncmp(*environment, name, length) == 0 && (*environment)[length] == '=')
            return text_copy(a, text_of(*environment + length + 1));
    return NO_TEXT;
}

static text choices_of(arena *a, const char *const *choices)
{
    text_builder b = text_builder_in(a);
    for (size_t i = 0; choices[i]; i++) text_add_format(&b, "%s%s", i ? ", " : "", choices[i]);
    return text_built(&b);
}

static bool is_bool(text t, bool *out)
{
    static const char *const yes[] = { "1", "true", "yes", "on" }, *const no[] = { "0", "false", "no", "off" };
    for (int i = 0; i < 4; i++) {
        if (text_equal_string(t, yes[i])) return *out = true;
        if (text_equal_string(t, no[i])) return *out = false, true;
    }
    return false;
}

static text shown(const setting *s, text value)
{
    return s->secret ? TEXT("a secret value") : value;
}

static error check(arena *a, const setting *s, text value)
{
    int64_t number;
    bool flag;
    text found = shown(s, value);
    switch (s->kind) {
    case SETTING_TEXT:
        return OK;
    case SETTING_INTEGER:
        if (text_integer(value, &number) && number >= s->least && number <= s->most) return OK;
        return fail(a, INVALID, "", "%s: expected a whole number from %lld to %lld, found \"%.*s\".", s->name,
                    (long long)s->least, (long long)s->most, PRINT(found));
    case SETTING_BOOL:
        if (is_bool(value, &flag)) return OK;
        return fail(a, INVALID, "", "%s: expected on or off, found \"%.*s\".", s->name, PRINT(found));
    case SETTING_CHOICE:
        for (size_t i = 0; s->choices[i]; i++)
            if (text_equal_string(value, s->choices[i])) return OK;
        text known = choices_of(a, s->choices);
        return fail(a, INVALID, "", "%s: expected one of %.*s, found \"%.*s\".", s->name, PRINT(known), PRINT(found));
    }
    return OK;
}

error config_read(arena *a, const setting *settings, const char *const *environment, const config **out)
{
    size_t count = 0;
    while (settings[count].name) count++;
    text *values = ARENA_ARRAY(a, count, text);
    error wrong = OK;
    for (size_t i = 0; i < count; i++) {
        text value = environment_value(a, environment, settings[i].name);
        if (value.length == 0) value = text_of(settings[i].standard); /* set to nothing is not set */
        values[i] = value;
        if (text_is(value)) wrong = error_also(a, wrong, check(a, &settings[i], value));
    }
    config *c = ARENA_NEW(a, config);
    *c = (config){ settings, values };
    *out = c;
    return wrong;
}

/* A name that was never declared is a mistake in the program. */
static size_t place_of(const config *c, const char *name)
{
    for (size_t i = 0; c->settings[i].name; i++)
        if (strcmp(c->settings[i].name, name) == 0) return i;
    abort();
}

text config_text(const config *c, const char *name)
{
    return c->values[place_of(c, name)];
}

int64_t config_integer(const config *c, const char *name)
{
    int64_t number = 0;
    text_integer(config_text(c, name), &number);
    return number;
}

bool config_bool(const config *c, const char *name)
{
    bool flag = false;
    is_bool(config_text(c, name), &flag);
    return flag;
}

text config_help(arena *a, const setting *settings)
{
    text_builder b = text_builder_in(a);
    for (; settings->name; settings++) {
        text_add_format(&b, "%-26s %s", settings->name, settings->doc ? settings->doc : "");
        if (settings->kind == SETTING_CHOICE) {
            text known = choices_of(a, settings->choices);
            text_add_format(&b, " (%.*s)", PRINT(known));
        }
        if (settings->kind == SETTING_INTEGER)
            text_add_format(&b, " (%lld to %lld)", (long long)settings->least, (long long)settings->most);
        if (settings->standard) text_add_format(&b, "; default %s", settings->standard);
        text_add_char(&b, '\n');
    }
    return text_built(&b);
}
