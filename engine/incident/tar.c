#include "incident/tar.h"

#include <stdio.h>
#include <string.h>

enum { BLOCK = 512 };

/* The members of a header that are used, by their length; the rest of its block is zero. */
struct tar_header {
    char name[100], mode[8], uid[8], gid[8], size[12], time[12], sum[8], type[1], link[100];
    char magic[6], version[2];
};
_Static_assert(sizeof(struct tar_header) < BLOCK, "a header is one block");

/* The sum of all bytes, in which its own place counts as blanks. */
static void tar_sum(struct tar_header *header)
{
    unsigned sum = 0;
    memset(header->sum, ' ', sizeof header->sum);
    for (size_t i = 0; i < sizeof *header; i++)
        sum += ((const unsigned char *)header)[i];
    snprintf(header->sum, sizeof header->sum, "%06o", sum & 0777777);
}

void tar_add(struct buf *tar, const char *name, int64_t time_ms, const void *bytes, size_t len)
{
    static const char zeros[BLOCK];
    struct tar_header header;
    memset(&header, 0, sizeof header);
    snprintf(header.name, sizeof header.name, "%s", name);
    snprintf(header.mode, sizeof header.mode, "%07o", 0600U);
    snprintf(header.uid, sizeof header.uid, "%07o", 0U);
    snprintf(header.gid, sizeof header.gid, "%07o", 0U);
    snprintf(header.size, sizeof header.size, "%011llo", (unsigned long long)len);
    snprintf(header.time, sizeof header.time, "%011llo", (unsigned long long)(time_ms / 1000));
    header.type[0] = '0';
    memcpy(header.magic, "ustar", sizeof header.magic);
    memcpy(header.version, "00", sizeof header.version);
    tar_sum(&header);
    buf_append(tar, &header, sizeof header);
    buf_append(tar, zeros, BLOCK - sizeof header);
    buf_append(tar, bytes, len);
    buf_append(tar, zeros, (BLOCK - len % BLOCK) % BLOCK);
}

void tar_end(struct buf *tar)
{
    static const char zeros[2 * BLOCK];
    buf_append(tar, zeros, sizeof zeros);
}
