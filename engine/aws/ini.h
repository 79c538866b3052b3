/* One of AWS's shared files: its sections and settings, by the grammar that aws/shared_files.h
 * describes. Thread: one at a time. */
#ifndef AWS_INI_H
#define AWS_INI_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <time.h>

#include "pintop/error.h"

enum { INI_NAME_MAX_BYTES = 256 };

/* All texts point into the file's text. */
struct ini_setting {
    size_t section;     /* index of its section */
    const char *parent; /* "s3" of "s3 =" for the indented lines below it; "" none */
    char *key, *value;
    int line;
};

struct ini_section {
    const char *heading;           /* as it is written in the brackets */
    char kind[16];                 /* "profile", "sso-session", "services", "" for others */
    char name[INI_NAME_MAX_BYTES]; /* the profile's, the session's …; "" none */
    int line;
};

/* What tells whether a file has changed without reading it; all 0 when it does not exist. */
struct ini_mark {
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec time;
};

struct ini {
    struct ini_mark mark;
    bool is_credentials; /* set by the caller: the headings of this file are profiles' names */
    char *path, *text;   /* NULL when there is no file */
    size_t len;
    struct ini_setting *settings;
    size_t n, cap;
    struct ini_section *sections;
    size_t n_sections, cap_sections;
};

/* Reads the file at path. A file that does not exist, a device such as /dev/null, and path NULL
 * are empty.
 *
 * ini     all 0 except for is_credentials; ini_done, also after an error.
 * Errors  those of shared_files_load. */
pt_code ini_read(struct ini *ini, const char *path, struct pt_error *err);
/* Frees what ini_read allocated; the text, which may hold secrets, is wiped. */
void ini_done(struct ini *ini);
/* Returns whether the file was written, created or removed since ini_read. Does not read it. Path
 * as for ini_read. */
bool ini_has_changed(const struct ini *ini, const char *path);

/* Returns the last section of that kind and name; NULL when there is none. Two that mean the same
 * ([profile a], [profile "a"]) are not merged. */
const struct ini_section *ini_find_section(const struct ini *ini, const char *kind,
                                           const char *name);
/* Returns the value of a section's key (in any case), or that of [DEFAULT], which applies to all
 * sections; NULL when there is none. Valid until ini_done. "s3.addressing_style" is
 * addressing_style in the lines below "s3 =". */
const char *ini_get(const struct ini *ini, const char *kind, const char *name, const char *key);

#endif
