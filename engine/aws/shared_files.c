#include "aws/shared_files.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "aws/ini.h"
#include "base/printable.h"

struct shared_files {
    struct ini config, credentials;
};

/* ------------------------------------------------------------------ both files */

pt_code shared_files_load(const char *config_path, const char *credentials_path,
                          struct shared_files **files, struct pt_error *err)
{
    *files = calloc(1, sizeof **files);
    if (*files == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "AWS files: out of memory");
    (*files)->credentials.is_credentials = true;
    pt_code code = ini_read(&(*files)->config, config_path, err);
    if (code == PT_OK)
        code = ini_read(&(*files)->credentials, credentials_path, err);
    if (code != PT_OK) {
        shared_files_free(*files);
        *files = NULL;
    }
    return code;
}

void shared_files_free(struct shared_files *files)
{
    if (files == NULL)
        return;
    ini_done(&files->config);
    ini_done(&files->credentials);
    free(files);
}

bool shared_files_changed(const struct shared_files *files, const char *config_path,
                          const char *credentials_path)
{
    return ini_has_changed(&files->config, config_path) ||
           ini_has_changed(&files->credentials, credentials_path);
}

const char *shared_files_get_in(const struct shared_files *files, bool is_credentials,
                                const char *profile, const char *key)
{
    return ini_get(is_credentials ? &files->credentials : &files->config, "profile", profile, key);
}

const char *shared_files_get(const struct shared_files *files, const char *profile, const char *key)
{
    const char *value = shared_files_get_in(files, true, profile, key);
    return value != NULL ? value : shared_files_get_in(files, false, profile, key);
}

const char *shared_files_get_section(const struct shared_files *files, const char *kind,
                                     const char *name, const char *key)
{
    return ini_get(&files->config, kind, name, key);
}

bool shared_files_has(const struct shared_files *files, const char *profile)
{
    return ini_find_section(&files->credentials, "profile", profile) != NULL ||
           ini_find_section(&files->config, "profile", profile) != NULL;
}

/* ------------------------------------------------------------------ what is ignored */

/* Copies a heading's letters without what people put around them: blanks, quotes, the word
 * profile. */
static void shared_files_strip(const char *heading, char *out, size_t cap)
{
    size_t used = 0;
    for (const char *p = heading; *p != '\0' && used + 1 < cap; p++)
        if (!isspace((unsigned char)*p) && strchr("\"'\\", *p) == NULL)
            out[used++] = (char)tolower((unsigned char)*p);
    out[used] = '\0';
    if (used > 7 && strncmp(out, "profile", 7) == 0)
        memmove(out, out + 7, used - 7 + 1);
}

static bool hint_heading(const struct ini *ini, const char *profile, char *out, size_t cap)
{
    char wanted[INI_NAME_MAX_BYTES], stripped[INI_NAME_MAX_BYTES], shown[INI_NAME_MAX_BYTES];
    bool has_blanks = strpbrk(profile, " \t") != NULL;
    bool is_plain = ini->is_credentials || strcmp(profile, "default") == 0;
    shared_files_strip(profile, wanted, sizeof wanted);
    for (size_t i = 0; i < ini->n_sections; i++) {
        const struct ini_section *section = &ini->sections[i];
        shared_files_strip(section->heading, stripped, sizeof stripped);
        if (strcmp(stripped, wanted) != 0 ||
            (strcmp(section->kind, "profile") == 0 && strcmp(section->name, profile) == 0))
            continue;
        printable_str(shown, sizeof shown, section->heading);
        snprintf(out, cap,
                 "%s:%d has a section [%s], which the AWS command line ignores in the %s file for "
                 "this profile: write [%s%s%s%s]",
                 ini->path, section->line, shown, ini->is_credentials ? "credentials" : "config",
                 is_plain ? "" : "profile ", has_blanks && !is_plain ? "\"" : "", profile,
                 has_blanks && !is_plain ? "\"" : "");
        return true;
    }
    return false;
}

/* Returns the intended name for "export aws_region", "set aws_region", "\"region\"". NULL when
 * the name is valid. */
static const char *intended_key(const char *key, char *out, size_t cap)
{
    static const char *const words[] = {"export ", "set ", "setx ", "$env:"};
    size_t used = 0;
    bool is_quoted = *key == '"' || *key == '\'';
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strncasecmp(key, words[i], strlen(words[i])) != 0)
            continue;
        key += strlen(words[i]);
        is_quoted = true;
        break;
    }
    if (!is_quoted)
        return NULL;
    for (const char *p = key; *p != '\0' && used + 1 < cap; p++)
        if (isalnum((unsigned char)*p) || *p == '_')
            out[used++] = (char)tolower((unsigned char)*p);
    out[used] = '\0';
    return out;
}

static bool hint_key(const struct ini *ini, const char *profile, char *out, size_t cap)
{
    const struct ini_section *section = ini_find_section(ini, "profile", profile);
    char name[80], shown[120];
    for (size_t i = 0; section != NULL && i < ini->n; i++) {
        const struct ini_setting *set = &ini->settings[i];
        if (&ini->sections[set->section] != section ||
            intended_key(set->key, name, sizeof name) == NULL)
            continue;
        printable_str(shown, sizeof shown, set->key);
        snprintf(out, cap,
                 "%s:%d has a setting called %s, which the AWS command line ignores: write %s = …",
                 ini->path, set->line, shown, name);
        return true;
    }
    return false;
}

bool shared_files_hint(const struct shared_files *files, const char *profile, char *out, size_t cap)
{
    return hint_key(&files->credentials, profile, out, cap) ||
           hint_key(&files->config, profile, out, cap) ||
           hint_heading(&files->credentials, profile, out, cap) ||
           hint_heading(&files->config, profile, out, cap);
}
