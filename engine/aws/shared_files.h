/* AWS's shared files, config and credentials: sections of `key = value`, by profile.
 *
 * Grammar as the AWS command line reads it (Python's configparser, in strict mode): keys in any
 * case, section names exactly; lines that begin with # or ; are comments, and a # within a value is
 * the value's; a line that is indented more than a setting goes on with that setting's value. In
 * the config file profiles are [default] and [profile NAME], NAME as a shell would read it; in the
 * credentials file [NAME], as it stands. For one profile both files count, key by key the
 * credentials file first. Thread: one at a time. */
#ifndef AWS_SHARED_FILES_H
#define AWS_SHARED_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "pintop/error.h"

struct shared_files;

/* Both files; one that isn't there is empty. Either path may be NULL.
 *
 * files   out; shared_files_free, which wipes it. NULL after an error.
 * Errors  PT_ECONFIG with file and line, for what the AWS command line refuses too: a line that is
 *         neither section nor setting, a section or a setting that stands there twice, a byte order
 *         mark; a file over 1 MiB. PT_EIO not readable; PT_ENOMEM. */
pt_code shared_files_load(const char *config_path, const char *credentials_path,
                          struct shared_files **files, struct pt_error *err);
void shared_files_free(struct shared_files *files);
/* Has either been written, made or removed since? Looks at no contents. Paths as for load. */
bool shared_files_changed(const struct shared_files *files, const char *config_path,
                          const char *credentials_path);

/* Does the profile stand in either file? */
bool shared_files_has(const struct shared_files *files, const char *profile);
/* The value of a profile's key (any case), or NULL. Valid as long as files. "s3.addressing_style"
 * is addressing_style in the lines below "s3 =". */
const char *shared_files_get(const struct shared_files *files, const char *profile,
                             const char *key);
/* The same in one of the two files only. */
const char *shared_files_get_in(const struct shared_files *files, bool is_credentials,
                                const char *profile, const char *key);
/* A key of a section that is no profile: kind "sso-session" or "services", and its name. */
const char *shared_files_get_section(const struct shared_files *files, const char *kind,
                                     const char *name, const char *key);

/* What looks as if it were meant for this profile, and is ignored: a section whose heading is
 * another one's ([dev] in the config file), a setting whose name is none ("export
 * AWS_ACCESS_KEY_ID"). One sentence with the file, the line and how to write it; false: nothing. */
bool shared_files_hint(const struct shared_files *files, const char *profile, char *out,
                       size_t cap);

#endif
