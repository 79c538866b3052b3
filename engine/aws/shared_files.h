/* AWS's shared files, config and credentials: sections of `key = value`, by profile.
 *
 * The grammar is that of the AWS command line (Python's configparser, in strict mode): keys in
 * any case, section names exactly; lines that begin with # or ; are comments, and a # within a
 * value is part of it; a line that is indented more than a setting continues that setting's
 * value. In the config file profiles are [default] and [profile NAME], NAME as a shell would
 * read it; in the credentials file [NAME], literally. Both files count for a profile, for each
 * key the credentials file first. Thread: one at a time. */
#ifndef AWS_SHARED_FILES_H
#define AWS_SHARED_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "pintop/error.h"

struct shared_files;

/* Loads both files; a missing one is empty. Either path may be NULL.
 *
 * files   out; shared_files_free, which wipes it. NULL after an error.
 * Errors  PT_ECONFIG with file and line, for what the AWS command line rejects too: a line that is
 *         neither section nor setting, a section or a setting that occurs twice, a byte order mark;
 *         a file over 1 MiB. PT_EIO not readable; PT_ENOMEM. */
pt_code shared_files_load(const char *config_path, const char *credentials_path,
                          struct shared_files **files, struct pt_error *err);
void shared_files_free(struct shared_files *files);
/* Returns whether either file was written, created or removed since. Does not read them. Paths
 * as for load. */
bool shared_files_changed(const struct shared_files *files, const char *config_path,
                          const char *credentials_path);

/* Returns whether the profile exists in either file. */
bool shared_files_has(const struct shared_files *files, const char *profile);
/* Returns the value of a profile's key (in any case), or NULL. Valid as long as files.
 * "s3.addressing_style" is addressing_style in the lines below "s3 =". */
const char *shared_files_get(const struct shared_files *files, const char *profile,
                             const char *key);
/* The same in one of the two files only. */
const char *shared_files_get_in(const struct shared_files *files, bool is_credentials,
                                const char *profile, const char *key);
/* A key of a section that is not a profile: kind "sso-session" or "services", and its name. */
const char *shared_files_get_section(const struct shared_files *files, const char *kind,
                                     const char *name, const char *key);

/* Finds what seems to be meant for this profile but is ignored: a section with a wrong heading
 * ([dev] in the config file), a setting with an invalid name ("export AWS_ACCESS_KEY_ID"). Makes
 * one sentence with the file, the line and how to write it; returns false when there is nothing. */
bool shared_files_hint(const struct shared_files *files, const char *profile, char *out,
                       size_t cap);

#endif
