/* The directory of a ZIP file, read from its end by ranges: the rest of the file is never looked
 * at. What comes in may be hostile: sizes are checked before they are used, and bounded. ZIP64 is
 * read, an archive in several files is not. Source: PKWARE's APPNOTE.TXT, 6.3.
 * Pure, over a function that reads. Thread: any, one at a time. */
#ifndef DOCTOR_ZIP_H
#define DOCTOR_ZIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pintop/error.h"

enum { ZIP_NAME_MAX = 1024, ZIP_DIRECTORY_MAX = 8 * 1024 * 1024 };

struct zip_source {
    int64_t bytes; /* of the whole file */
    void *arg;
    /* Reads exactly len bytes at offset, all of them within the file. */
    pt_code (*read)(void *arg, int64_t offset, void *data, size_t len, struct pt_error *err);
};

/* A member. name ends with / for a folder; it is as it was stored, and may be cut to fit. */
struct zip_member {
    char name[ZIP_NAME_MAX];
    int64_t bytes;
    bool is_encrypted;
};

/* Lists the members in the directory's order.
 *
 * each    returns false to end the list. NULL: the directory is checked only.
 * n       out, may be NULL: how many members were read.
 * Errors  PT_EDATA: it is no ZIP, is cut off, or its directory is damaged, in words that follow
 *         "NAME: " ("it is no zip: …"); PT_EFULL: its directory is larger than ZIP_DIRECTORY_MAX;
 *         PT_ENOMEM; those of read. */
pt_code zip_list(const struct zip_source *source,
                 bool (*each)(void *arg, const struct zip_member *member), void *arg, size_t *n,
                 struct pt_error *err);

#endif
