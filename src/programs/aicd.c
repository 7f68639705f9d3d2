/* aicd: the server. `aicd serve` with no configuration starts its own private PostgreSQL, migrates it, and listens on
 * 127.0.0.1:8080. `aicd --help` tells the rest. */
#include "programs/aicd_serve.h"
#include "programs/aicd_settings.h"

#include <stdio.h>
#include <string.h>

extern char **environ;

static const char usage[] =
    "usage: aicd serve [--data DIR] [--listen HOST:PORT] [--demo]   run the server\n"
    "       aicd worker [--data DIR]                               do tasks, one at a time, for the servers of a "
    "database (DATABASE_URL)\n"
    "       aicd migrate [--data DIR]                              bring the database up to date, then stop\n"
    "       aicd keys list                                         list the keys that sign access tokens\n"
    "       aicd keys rotate [--emergency] [--reason TEXT]         make a new one; the old verifies 24 hours more, in "
    "an\n"
    "                                                              emergency none\n"
    "       aicd keys compromised KID --reason TEXT                refuse what this key signed from now on\n"
    "       aicd make-super-admin EMAIL                            let a user administer the platform\n"
    "       aicd audit retention [--before YYYY-MM] [--yes]        tell which months of the audit log are older; with "
    "--yes drop them\n"
    "                                                              (these five take --data DIR; the server may run)\n"
    "       aicd openapi                                           print the OpenAPI document\n"
    "       aicd routes [--system | --engine]                      list the routes, or those with system access and "
    "why, or\n"
    "                                                              those that compute, and where\n"
    "       aicd settings                                          list the settings (environment variables)\n"
    "       aicd --version\n";

typedef int (*command_function)(arena *a, const config *settings, const command_line *line);

typedef struct command {
    const char *name;
    command_function run;
    int words; /* that may stand after it */
} command;

static const command commands[] = {
    { "serve", aicd_serve, 0 },   { "migrate", aicd_migrate, 0 },
    { "keys", aicd_keys, 2 },     { "make-super-admin", aicd_make_super_admin, 1 },
    { "audit", aicd_audit, 1 },   { "openapi", aicd_openapi, 0 },
    { "routes", aicd_routes, 0 }, { "settings", aicd_print_settings, 0 },
    { "worker", aicd_worker, 0 },
};

/* Options that take a value; each stands for a setting. */
static bool read_option(int argc, char **argv, int *i, command_line *line)
{
    const char *name = argv[*i];
    if (!strcmp(name, "--demo")) return line->demo = true;
    if (!strcmp(name, "--system")) return line->system_only = true;
    if (!strcmp(name, "--engine")) return line->engine_only = true;
    if (!strcmp(name, "--emergency")) return line->emergency = true;
    if (!strcmp(name, "--yes")) return line->yes = true;
    if (*i + 1 >= argc) return false;
    const char *value = argv[++*i];
    if (!strcmp(name, "--data")) return line->data = value, true;
    if (!strcmp(name, "--listen")) return line->listen = value, true;
    if (!strcmp(name, "--examples")) return line->examples = value, true;
    if (!strcmp(name, "--reason")) return line->reason = value, true;
    if (!strcmp(name, "--before")) return line->before = value, true;
    if (!strcmp(name, "--worker")) return line->worker = value, true;
    return false;
}

static bool read_word(const command *chosen, const char *word, command_line *line)
{
    if (word[0] == '-') return false;
    for (int i = 0; i < chosen->words; i++)
        if (!line->words[i]) return line->words[i] = word, true;
    return false;
}

static int run(arena *a, const command *chosen, int argc, char **argv)
{
    command_line line = { 0 };
    for (int i = 2; i < argc; i++) {
        if (!strcmp(argv[i], "--help")) return fputs(usage, stdout), 0;
        if (!read_word(chosen, argv[i], &line) && !read_option(argc, argv, &i, &line)) {
            fprintf(stderr, "aicd: %s is not an option, or lacks its value; aicd --help lists them\n", argv[i]);
            return 2;
        }
    }
    const config *settings;
    error bad = config_read(a, aicd_settings, (const char *const *)environ, &settings);
    for (const error_value *e = bad; e; e = e->also) fprintf(stderr, "aicd: %s\n", e->message);
    return bad ? 2 : chosen->run(a, settings, &line);
}

int main(int argc, char **argv)
{
    if (argc < 2 || !strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
        fputs(usage, argc < 2 ? stderr : stdout);
        return argc < 2 ? 2 : 0;
    }
    if (!strcmp(argv[1], "--version")) return printf("aicd %s\n", AIC_VERSION), 0;
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (strcmp(argv[1], commands[i].name) != 0) continue;
        arena *a = arena_new();
        int code = run(a, &commands[i], argc, argv);
        arena_drop(a);
        return code;
    }
    fprintf(stderr, "aicd: unknown command %s\n%s", argv[1], usage);
    return 2;
}
