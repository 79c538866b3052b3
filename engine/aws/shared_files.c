#include "aws/shared_files.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include <openssl/crypto.h>

#include "base/file.h"

enum { FILE_MAX_BYTES = 1 << 20, NAME_MAX_BYTES = 256 };

/* All texts point into the file's. */
struct setting {
    const char *section; /* as it stands in the brackets, without quotes */
    const char *parent;  /* "s3" of "s3 =" for the indented lines below it; "" none */
    const char *key, *value;
};

struct ini {
    char *text;
    size_t len;
    const char *path;
    struct setting *settings;
    size_t n, cap;
    const char **sections;
    size_t n_sections, cap_sections;
};

struct shared_files {
    struct ini config, credentials;
};

/* ------------------------------------------------------------------ reading */

static char *trim(char *text)
{
    while (isspace((unsigned char)*text))
        text++;
    size_t len = strlen(text);
    while (len > 0 && isspace((unsigned char)text[len - 1]))
        len--;
    text[len] = '\0';
    return text;
}

static pt_code out_of_memory(struct pt_error *err)
{
    return pt_error_set(err, PT_ENOMEM, NULL, "AWS files: no memory");
}

/* The array with room for one element more; NULL without memory, and the array is as it was. */
static void *grow(void *items, size_t n, size_t *cap, size_t size)
{
    if (n < *cap)
        return items;
    size_t more = *cap > 0 ? *cap * 2 : 32;
    void *grown = realloc(items, more * size);
    if (grown != NULL)
        *cap = more;
    return grown;
}

static pt_code complain(const struct ini *ini, int line, const char *what, struct pt_error *err)
{
    return pt_error_set(err, PT_ECONFIG, "Correct that line", "%s:%d: %s", ini->path, line, what);
}

/* `profile "a b"` is profile a b. */
static char *unquote(char *name)
{
    char *quote = strchr(name, '"');
    if (quote == NULL)
        return name;
    size_t len = strlen(quote);
    if (len < 2 || quote[len - 1] != '"')
        return name;
    quote[len - 1] = '\0';
    memmove(quote, quote + 1, len - 1);
    return name;
}

static bool has_section(const struct ini *ini, const char *name)
{
    for (size_t i = 0; i < ini->n_sections; i++)
        if (strcmp(ini->sections[i], name) == 0)
            return true;
    return false;
}

static pt_code add_section(struct ini *ini, char *line, int number, struct pt_error *err)
{
    char *end = strrchr(line, ']');
    if (end == NULL)
        return complain(ini, number, "a section that has no ]", err);
    *end = '\0';
    char *name = unquote(trim(line + 1));
    if (has_section(ini, name))
        return complain(ini, number, "this section stands there a second time", err);
    const char **sections =
        grow(ini->sections, ini->n_sections, &ini->cap_sections, sizeof *sections);
    if (sections == NULL)
        return out_of_memory(err);
    ini->sections = sections;
    ini->sections[ini->n_sections++] = name;
    return PT_OK;
}

/* A setting's name ends at the first = or :. */
static pt_code add_setting(struct ini *ini, char *line, const char **parent, int number,
                           struct pt_error *err)
{
    bool is_indented = isspace((unsigned char)*line) && (*parent)[0] != '\0';
    char *sign = strpbrk(line, "=:");
    if (sign == NULL)
        return complain(ini, number, "neither [section] nor key = value", err);
    if (ini->n_sections == 0)
        return complain(ini, number, "a setting before the first [section]", err);
    struct setting *settings = grow(ini->settings, ini->n, &ini->cap, sizeof *settings);
    if (settings == NULL)
        return out_of_memory(err);
    ini->settings = settings;
    *sign = '\0';
    struct setting *set = &ini->settings[ini->n++];
    *set = (struct setting){.section = ini->sections[ini->n_sections - 1],
                            .parent = is_indented ? *parent : "",
                            .key = trim(line),
                            .value = trim(sign + 1)};
    if (!is_indented)
        *parent = set->value[0] == '\0' ? set->key : "";
    return PT_OK;
}

static pt_code parse(struct ini *ini, struct pt_error *err)
{
    const char *parent = "";
    char *at = ini->text;
    for (int number = 1; *at != '\0'; number++) {
        char *line = at, *end = strchr(at, '\n');
        at = end != NULL ? end + 1 : at + strlen(at);
        if (end != NULL)
            *end = '\0';
        const char *word = line + strspn(line, " \t\r");
        if (*word == '\0' || *word == '#' || *word == ';')
            continue;
        if (*line == '[')
            parent = "";
        pt_code code = *line == '[' ? add_section(ini, line, number, err)
                                    : add_setting(ini, line, &parent, number, err);
        if (code != PT_OK)
            return code;
    }
    return PT_OK;
}

static pt_code read_ini(struct ini *ini, const char *path, struct pt_error *err)
{
    struct pt_error why;
    struct stat st;
    if (path == NULL || (stat(path, &st) == 0 && S_ISCHR(st.st_mode))) /* /dev/null: none */
        return PT_OK;
    pt_code code = file_read(path, FILE_MAX_BYTES, &ini->text, &ini->len, &why);
    if (code == PT_ENOTFOUND)
        return PT_OK;
    if (code == PT_EDATA)
        return pt_error_set(err, PT_ECONFIG, "Name the right file", "%s: it is over 1 MiB", path);
    if (code != PT_OK) {
        if (err != NULL)
            *err = why;
        return code;
    }
    if (memchr(ini->text, '\0', ini->len) != NULL)
        return pt_error_set(err, PT_ECONFIG, "Name the right file", "%s: it is no text", path);
    ini->path = path; /* for parse's complaints only */
    return parse(ini, err);
}

pt_code shared_files_load(const char *config_path, const char *credentials_path,
                          struct shared_files **files, struct pt_error *err)
{
    *files = calloc(1, sizeof **files);
    if (*files == NULL)
        return out_of_memory(err);
    pt_code code = read_ini(&(*files)->config, config_path, err);
    if (code == PT_OK)
        code = read_ini(&(*files)->credentials, credentials_path, err);
    if (code != PT_OK) {
        shared_files_free(*files);
        *files = NULL;
    }
    return code;
}

static void ini_done(struct ini *ini)
{
    if (ini->text != NULL)
        OPENSSL_cleanse(ini->text, ini->len);
    free(ini->text);
    free(ini->settings);
    free(ini->sections);
}

void shared_files_free(struct shared_files *files)
{
    if (files == NULL)
        return;
    ini_done(&files->config);
    ini_done(&files->credentials);
    free(files);
}

/* ------------------------------------------------------------------ asking */

/* "kafka.endpoint_url" is endpoint_url below "kafka =". */
static bool is_key(const struct setting *set, const char *key)
{
    size_t len = strlen(set->parent);
    if (len == 0)
        return strcasecmp(set->key, key) == 0;
    return strncasecmp(set->parent, key, len) == 0 && key[len] == '.' &&
           strcasecmp(set->key, key + len + 1) == 0;
}

/* The last one counts. */
static const char *find(const struct ini *ini, const char *section, const char *key)
{
    for (size_t i = ini->n; i > 0; i--)
        if (strcmp(ini->settings[i - 1].section, section) == 0 &&
            is_key(&ini->settings[i - 1], key))
            return ini->settings[i - 1].value;
    return NULL;
}

/* How the profile's section is called; in out, or the name itself. */
static const char *section_of(bool is_credentials, const char *profile, char *out, size_t cap)
{
    if (is_credentials)
        return profile;
    snprintf(out, cap, "profile %s", profile);
    return out;
}

/* In the config file the default profile may be [default] or [profile default]. */
const char *shared_files_get_in(const struct shared_files *files, bool is_credentials,
                                const char *profile, const char *key)
{
    char name[NAME_MAX_BYTES];
    const struct ini *ini = is_credentials ? &files->credentials : &files->config;
    const char *value = find(ini, section_of(is_credentials, profile, name, sizeof name), key);
    if (value == NULL && !is_credentials && strcmp(profile, "default") == 0)
        value = find(ini, "default", key);
    return value;
}

const char *shared_files_get(const struct shared_files *files, const char *profile, const char *key)
{
    const char *value = shared_files_get_in(files, true, profile, key);
    return value != NULL ? value : shared_files_get_in(files, false, profile, key);
}

const char *shared_files_get_section(const struct shared_files *files, const char *section,
                                     const char *key)
{
    return find(&files->config, section, key);
}

bool shared_files_has(const struct shared_files *files, const char *profile)
{
    char name[NAME_MAX_BYTES];
    return has_section(&files->credentials, profile) ||
           has_section(&files->config, section_of(false, profile, name, sizeof name)) ||
           (strcmp(profile, "default") == 0 && has_section(&files->config, "default"));
}
