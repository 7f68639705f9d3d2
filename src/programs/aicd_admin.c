/* The commands of an administrator with access to the machine: signing keys, super admins, how long the audit log is
 * kept. They work while servers run; these follow within five seconds. */
#include "features/identity/identity.h"
#include "features/keys/keys.h"
#include "programs/aicd_serve.h"

#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include <sodium.h>

typedef error (*admin_rule)(const database_tools *tools, scope *db, const command_line *line);

typedef struct admin_task {
    admin_rule rule;
    const char *why;
    const command_line *line;
} admin_task;

/* Nobody is signed in: the audit log names the program and the operating system's user. */
static caller caller_of(const database_tools *tools)
{
    text program = text_format(tools->arena, "aicd on the command line, user id %ld", (long)getuid());
    return (caller){ .kind = ACTOR_SYSTEM, .user_agent = program };
}

static error run_task(const database_tools *tools, const void *given)
{
    const admin_task *task = given;
    scope *db;
    caller who = caller_of(tools);
    TRY(scope_open_system(tools->store, tools->arena, S9_PLATFORM_ADMINISTRATION, text_of(task->why), &who, &db));
    error bad = task->rule(tools, db, task->line);
    if (!bad) bad = scope_commit(db);
    scope_rollback(db);
    return bad;
}

static int run(arena *a, const config *settings, const command_line *line, admin_rule rule, const char *why)
{
    admin_task task = { rule, why, line };
    return aicd_on_database(a, settings, line, run_task, &task);
}

/* ------------------------------------------------------------------ keys */

static const char *time_of(arena *a, maybe_instant t)
{
    return t.is_set ? instant_format(a, t.value).data : "-";
}

static error list_keys(const database_tools *tools, scope *db, const command_line *line)
{
    (void)line;
    page_query page = { .limit = 200, .cursor = NO_TEXT };
    page_reply keys;
    TRY(keys_list(db, &page, &keys));
    printf("%-32s  %-11s  %-27s  %-27s  %s\n", "KID", "STATE", "CREATED", "VERIFIES UNTIL", "WHY IT WAS RETIRED");
    for (size_t i = 0; i < keys.count; i++) {
        const signing_key_view *key = (const signing_key_view *)keys.items + i;
        printf("%-32.*s  %-11.*s  %-27s  %-27s  %.*s\n", PRINT(key->kid), PRINT(key->state),
               instant_format(tools->arena, key->created_at).data, time_of(tools->arena, key->not_after),
               PRINT(text_is(key->reason) ? key->reason : TEXT("-")));
    }
    return OK;
}

static error rotate(const database_tools *tools, scope *db, const command_line *line)
{
    uint8_t master_key[MASTER_KEY_BYTES];
    signing_key_view made;
    rotation wanted = { .emergency = line->emergency, .reason = text_of(line->reason) };
    TRY(aicd_master_key(tools->arena, tools->settings, tools->data, master_key));
    error bad = keys_rotate(db, master_key, &wanted, &made);
    sodium_memzero(master_key, sizeof master_key);
    TRY(bad);
    TRY(scope_pause(db)); /* nothing is said before it is stored */
    printf("%.*s is the active key from now on. %s\n", PRINT(made.kid),
           line->emergency ? "What older keys signed is refused on every server within 5 seconds."
                           : "What the key before it signed is good for 24 hours more.");
    return OK;
}

static error mark_compromised(const database_tools *tools, scope *db, const command_line *line)
{
    uint8_t master_key[MASTER_KEY_BYTES];
    signing_key_view marked;
    compromise found = { .reason = text_of(line->reason) };
    TRY(aicd_master_key(tools->arena, tools->settings, tools->data, master_key));
    error bad = keys_mark_compromised(db, master_key, text_of(line->words[1]), &found, &marked);
    sodium_memzero(master_key, sizeof master_key);
    TRY(bad);
    TRY(scope_pause(db));
    printf("%.*s is marked as compromised. What it signed is refused on every server within 5 seconds.\n",
           PRINT(marked.kid));
    return OK;
}

static int misused(const char *how)
{
    fprintf(stderr, "aicd: expected %s\n", how);
    return 2;
}

int aicd_keys(arena *a, const config *settings, const command_line *line)
{
    text verb = text_of(line->words[0]);
    if (text_equal_string(verb, "list") && !line->words[1]) return run(a, settings, line, list_keys, "aicd keys list");
    if (text_equal_string(verb, "rotate") && !line->words[1]) return run(a, settings, line, rotate, "aicd keys rotate");
    if (!text_equal_string(verb, "compromised"))
        return misused("aicd keys list, aicd keys rotate or aicd keys compromised KID --reason TEXT");
    if (!line->words[1] || !line->reason) return misused("aicd keys compromised KID --reason TEXT");
    return run(a, settings, line, mark_compromised, "aicd keys compromised");
}

/* ------------------------------------------------------------------ super admins */

static error make_super_admin(const database_tools *tools, scope *db, const command_line *line)
{
    (void)tools;
    super_admin made;
    TRY(identity_make_super_admin(db, text_of(line->words[0]), &made));
    TRY(scope_pause(db));
    printf(made.was_already ? "%s was a super admin already.\n" : "%s is a super admin from the next sign-in on.\n",
           line->words[0]);
    return OK;
}

int aicd_make_super_admin(arena *a, const config *settings, const command_line *line)
{
    if (!line->words[0]) return misused("aicd make-super-admin EMAIL");
    return run(a, settings, line, make_super_admin, "aicd make-super-admin");
}

/* ------------------------------------------------------------------ how long the audit log is kept */

static bool is_month(const char *s)
{
    static const char form[] = "dddd-dd";
    if (strlen(s) != sizeof form - 1) return false;
    for (size_t i = 0; form[i]; i++)
        if (form[i] == 'd' ? s[i] < '0' || s[i] > '9' : s[i] != form[i]) return false;
    int month = (s[5] - '0') * 10 + s[6] - '0';
    return month >= 1 && month <= 12;
}

/* The first month that is kept: what was said, or AIC_AUDIT_MONTHS before this one. */
static error first_month(const database_tools *tools, const command_line *line, text *out)
{
    if (line->before) return *out = text_of(line->before), OK;
    const char *months =
        text_format(tools->arena, "%lld", (long long)config_integer(tools->settings, "AIC_AUDIT_MONTHS")).data;
    return store_as_owner(
        tools->arena, tools->database,
        "select to_char((now() at time zone 'UTC') - make_interval(months => $1::integer), 'YYYY-MM')", months, out);
}

/* Not in a scope: no server's role may do this, only the owner. */
static error keep_months(const database_tools *tools, const void *given)
{
    const command_line *line = given;
    text before, answer;
    TRY(first_month(tools, line, &before));
    static const char look[] = "select string_agg(m, ', ') from audit_months_before(($1 || '-01')::date) m";
    static const char drop[] = "select audit_drop_months(($1 || '-01')::date)";
    TRY(store_as_owner(tools->arena, tools->database, line->yes ? drop : look, before.data, &answer));
    if (line->yes)
        printf("%.*s\n", PRINT(answer));
    else if (text_is(answer))
        printf("Older than %.*s: %.*s. With --yes these are dropped, and the record of it is written.\n", PRINT(before),
               PRINT(answer));
    else
        printf("No month is older than %.*s.\n", PRINT(before));
    return OK;
}

int aicd_audit(arena *a, const config *settings, const command_line *line)
{
    bool is_known = text_equal_string(text_of(line->words[0]), "retention");
    if (!is_known || (line->before && !is_month(line->before)))
        return misused("aicd audit retention [--before YYYY-MM] [--yes]");
    return aicd_on_database(a, settings, line, keep_months, line);
}
