#include "scratch.h"

#include <ftw.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

char scratch_dir[256];

static int remove_entry(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)st;
    (void)ftw;
    if (flag == FTW_DNR)
        chmod(path, 0700);
    return remove(path);
}

int scratch_make(void **state)
{
    const char *tmp = getenv("TMPDIR");
    (void)state;
    snprintf(scratch_dir, sizeof scratch_dir, "%s/pintop-test-XXXXXX",
             tmp != NULL && tmp[0] != '\0' ? tmp : "/tmp");
    return mkdtemp(scratch_dir) ? 0 : -1;
}

int scratch_remove(void **state)
{
    (void)state;
    return nftw(scratch_dir, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

const char *scratch_path(const char *below)
{
    static char paths[8][512];
    static unsigned next;
    char *path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", scratch_dir, below);
    return path;
}

void scratch_put(const char *below, const char *text)
{
    FILE *f = fopen(scratch_path(below), "we");
    if (f == NULL || fwrite(text, 1, strlen(text), f) != strlen(text) || fclose(f) != 0)
        abort();
}

char *scratch_get(const char *below)
{
    char *text;
    return file_read(scratch_path(below), SIZE_MAX / 2, &text, NULL, NULL) == PT_OK ? text : NULL;
}
