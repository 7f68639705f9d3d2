#include "programs/aic_ledger.h"

#include "base/json.h"
#include "ledger/ledger.h"

#include <errno.h>
#include <stdio.h>

enum { PIECE = 1 << 20 };

static const char usage[] =
    "usage: aic ledger verify EXPORT [--json]\n"
    "\n"
    "Checks an export of the ledger (GET /api/v1/ledger/export) without a server: recomputes the hash of every entry,\n"
    "and checks that each follows the one before it, from the first. EXPORT may be - for standard input.\n"
    "Exit 0: sound. 1: not sound, and the first bad entry is named. 2: the file cannot be read.\n"
    "Entries cut off at the end leave a chain that is sound as far as it goes: compare the printed head with the\n"
    "ledger's page, or with one that you noted earlier.\n";

static bool feed_file(FILE *in, ledger_verifier *v, arena *a)
{
    char *piece = arena_alloc(a, PIECE);
    size_t got;
    while ((got = fread(piece, 1, PIECE, in)) > 0) ledger_verifier_feed(v, (text){ piece, got });
    return !ferror(in);
}

static void print_json(arena *a, const ledger_verdict *verdict)
{
    json_writer w = json_writer_in(a);
    json_open(&w, '{');
    json_key(&w, "valid"), json_write_bool(&w, verdict->valid);
    json_key(&w, "checked"), json_write_integer(&w, verdict->checked);
    json_key(&w, "first_bad");
    if (verdict->valid)
        json_write_null(&w);
    else
        json_write_integer(&w, verdict->first_bad);
    json_key(&w, "reason"), json_write_text(&w, verdict->reason);
    json_key(&w, "head"), json_write_text(&w, verdict->head);
    json_close(&w, '}');
    text out = json_written(&w);
    printf("%.*s\n", PRINT(out));
}

static void print_sentence(const ledger_verdict *verdict)
{
    if (verdict->valid)
        printf("Sound: %lld entries, each with its own hash and linked to the one before.\nHead: %.*s\n",
               (long long)verdict->checked, PRINT(verdict->head));
    else
        printf("NOT SOUND. %.*s\n%lld entries before it are sound.\n", PRINT(verdict->reason),
               (long long)verdict->checked);
}

static int verify(const char *path, bool as_json)
{
    bool standard = strcmp(path, "-") == 0;
    FILE *in = standard ? stdin : fopen(path, "rbe");
    if (!in) {
        fprintf(stderr, "aic: %s: cannot be opened: %s\n", path, strerror(errno)); // NOLINT(concurrency-mt-unsafe)
        return 2;
    }
    arena *a = arena_new();
    ledger_verifier *v = ledger_verifier_new(a);
    bool whole = feed_file(in, v, a);
    if (!standard) fclose(in);
    ledger_verdict verdict = ledger_verifier_finish(v);
    if (!whole)
        fprintf(stderr, "aic: %s: cannot be read to its end\n", path);
    else if (verdict.valid && verdict.checked == 0)
        fprintf(stderr, "aic: %s: holds no ledger entry\n", path);
    else if (as_json)
        print_json(a, &verdict);
    else
        print_sentence(&verdict);
    int code = !whole || (verdict.valid && verdict.checked == 0) ? 2 : verdict.valid ? 0 : 1;
    arena_drop(a);
    return code;
}

int aic_ledger_main(int argc, char **argv)
{
    bool as_json = false;
    const char *path = NULL;
    if (argc >= 2 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
        fputs(usage, stdout);
        return 0;
    }
    bool bad = argc < 3 || strcmp(argv[1], "verify") != 0;
    for (int i = 2; i < argc && !bad; i++) {
        if (!strcmp(argv[i], "--help")) {
            fputs(usage, stdout);
            return 0;
        }
        if (!strcmp(argv[i], "--json"))
            as_json = true;
        else if ((argv[i][0] == '-' && argv[i][1]) || path)
            bad = true;
        else
            path = argv[i];
    }
    if (bad || !path) {
        fputs("aic: usage: aic ledger verify EXPORT [--json]; aic ledger --help tells more\n", stderr);
        return 2;
    }
    return verify(path, as_json);
}
