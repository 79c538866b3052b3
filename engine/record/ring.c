#include "record/ring.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"

#define RING_SUFFIX ".jsonl.gz"
enum { TIME_CHARS = 20 }; /* "20261130T100417.123Z" */

void ring_name(int64_t begun_ms, char *out, size_t cap)
{
    char time[32], plain[32];
    size_t n = 0;
    clock_format_ms(begun_ms, time, sizeof time);
    for (const char *c = time; *c != '\0'; c++)
        if (*c != '-' && *c != ':')
            plain[n++] = *c;
    plain[n] = '\0';
    snprintf(out, cap, "%s" RING_SUFFIX, plain);
}

/* False: it is not the name of a file of a ring. */
static bool ring_parse(const char *name, int64_t *begun_ms)
{
    char time[40];
    if (strlen(name) != TIME_CHARS + strlen(RING_SUFFIX) || !text_ends_with(name, RING_SUFFIX))
        return false;
    snprintf(time, sizeof time, "%.4s-%.2s-%.5s:%.2s:%.7s", name, name + 4, name + 6, name + 11,
             name + 13);
    return clock_parse_iso(time, begun_ms);
}

static int ring_compare(const void *a, const void *b)
{
    return strcmp(((const struct ring_file *)a)->name, ((const struct ring_file *)b)->name);
}

static bool ring_add_file(struct ring *ring, int dir_fd, const char *name)
{
    struct stat st;
    struct ring_file file = {.name = ""};
    if (!ring_parse(name, &file.begun_ms) || fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
        !S_ISREG(st.st_mode))
        return true;
    struct ring_file *files = realloc(ring->files, (ring->n + 1) * sizeof *files);
    if (files == NULL)
        return false;
    text_copy(file.name, sizeof file.name, name);
    file.bytes = (uint64_t)st.st_size;
    ring->files = files;
    ring->files[ring->n++] = file;
    return true;
}

pt_code ring_list(const char *dir, struct ring *ring, struct pt_error *err)
{
    *ring = (struct ring){0};
    DIR *open = opendir(dir);
    if (open == NULL) {
        char why[128];
        pt_code code = errno == ENOENT || errno == ENOTDIR ? PT_ENOTFOUND : PT_EIO;
        return pt_error_set(err, code,
                            "Check that the directory exists and that this user may "
                            "read it.",
                            "recording: read %s: %s", dir, strerror_r(errno, why, sizeof why));
    }
    bool has_memory = true;
    for (struct dirent *entry; has_memory && (entry = readdir(open)) != NULL;)
        has_memory = ring_add_file(ring, dirfd(open), entry->d_name);
    closedir(open);
    if (!has_memory) {
        ring_done(ring);
        return pt_error_set(err, PT_ENOMEM, NULL, "recording: out of memory");
    }
    if (ring->n > 0)
        qsort(ring->files, ring->n, sizeof *ring->files, ring_compare);
    return PT_OK;
}

void ring_done(struct ring *ring)
{
    free(ring->files);
    *ring = (struct ring){0};
}

void ring_trim(const char *dir, uint64_t limit_bytes, int64_t oldest_ms)
{
    struct ring ring;
    uint64_t all = 0;
    if (ring_list(dir, &ring, NULL) != PT_OK)
        return;
    for (size_t i = 0; i < ring.n; i++)
        all += ring.files[i].bytes;
    for (size_t i = 0; i + 1 < ring.n; i++) {
        char path[4096];
        if (all <= limit_bytes && ring.files[i + 1].begun_ms >= oldest_ms)
            break;
        snprintf(path, sizeof path, "%s/%s", dir, ring.files[i].name);
        all -= ring.files[i].bytes;
        unlink(path);
    }
    ring_done(&ring);
}
