/* Feeds every file of a folder to a fuzz target once, so that the kept corpus is an ordinary test of any compiler. */
#include "fuzz.h"

#include <dirent.h>
#include <stdio.h>

enum { LONGEST_FILE = 64 * 1024 };

static void replay(const char *folder, const char *name)
{
    char path[4096];
    uint8_t bytes[LONGEST_FILE];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    MUST(file);
    size_t length = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    printf("%s, %zu bytes\n", name, length);
    fflush(stdout); /* the last line names the file that ended the run */
    /* A block of exactly this size, so that the sanitizer sees a byte read behind it. */
    uint8_t *exact = malloc(length ? length : 1);
    MUST(exact);
    memcpy(exact, bytes, length);
    LLVMFuzzerTestOneInput(exact, length);
    free(exact);
}

int main(int count, char **arguments)
{
    MUST(count == 2);
    DIR *folder = opendir(arguments[1]);
    MUST(folder);
    int files = 0;
    for (const struct dirent *entry; (entry = readdir(folder)); files++)
        if (entry->d_name[0] != '.') replay(arguments[1], entry->d_name);
    closedir(folder);
    MUST(files > 2); /* more than "." and ".." */
    return 0;
}
