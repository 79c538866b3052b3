/* AWS's shared files, config and credentials: sections of `key = value`, by profile.
 *
 * Grammar as the AWS command line reads it: keys in any case, section names exactly; lines that
 * begin with # or ; are comments, and a # within a value is the value's. In the config file
 * profiles are [default] and [profile NAME], in the credentials file [NAME]. For one profile both
 * files count, key by key the credentials file first. Thread: one at a time. */
#ifndef AWS_SHARED_FILES_H
#define AWS_SHARED_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "pintop/error.h"

struct shared_files;

/* Both files; one that isn't there is empty. Either path may be NULL.
 *
 * files   out; shared_files_free, which wipes it. NULL after an error.
 * Errors  PT_ECONFIG with file and line: a line that is neither section nor setting, a section that
 *         stands there twice, a file over 1 MiB; PT_EIO not readable; PT_ENOMEM. */
pt_code shared_files_load(const char *config_path, const char *credentials_path,
                          struct shared_files **files, struct pt_error *err);
void shared_files_free(struct shared_files *files);

/* Does the profile stand in either file? */
bool shared_files_has(const struct shared_files *files, const char *profile);
/* The value of a profile's key (any case), or NULL. Valid as long as files. */
const char *shared_files_get(const struct shared_files *files, const char *profile,
                             const char *key);
/* The same in one of the two files only. */
const char *shared_files_get_in(const struct shared_files *files, bool is_credentials,
                                const char *profile, const char *key);
/* A key of a section that is no profile: [sso-session NAME] of the config file. */
const char *shared_files_get_section(const struct shared_files *files, const char *section,
                                     const char *key);

#endif
