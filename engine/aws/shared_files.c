#include "aws/shared_files.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include <openssl/crypto.h>

#include "base/file.h"
#include "base/printable.h"

enum { FILE_MAX_BYTES = 1 << 20, NAME_MAX_BYTES = 256 };

/* All texts point into the file's. */
struct setting {
    size_t section;     /* its index */
    const char *parent; /* "s3" of "s3 =" for the indented lines below it; "" none */
    char *key, *value;
    int line;
};

struct section {
    const char *heading;       /* as it stands in the brackets */
    char kind[16];             /* "profile", "sso-session", "services", "" another */
    char name[NAME_MAX_BYTES]; /* the profile's, the session's …; "" none */
    int line;
};

/* What a file is told apart by without reading it; all 0: there is none. */
struct mark {
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec time;
};

struct ini {
    struct mark mark;
    bool is_credentials;
    char *path, *text;
    size_t len;
    struct setting *settings;
    size_t n, cap;
    struct section *sections;
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

static pt_code complain(const struct ini *ini, int line, const char *what, const char *fix,
                        struct pt_error *err)
{
    return pt_error_set(err, PT_ECONFIG, fix, "%s:%d: %s", ini->path, line, what);
}

/* The words of a heading as a shell would split them; returns how many there are, 0 for a quote
 * that is not closed. The second one goes to name. */
static size_t split_heading(const char *in, char *name, size_t cap)
{
    size_t n = 0, used = 0;
    bool is_in = false;
    char quote = '\0';
    for (;; in++) {
        char c = *in;
        if (c == '\0' || (quote == '\0' && isspace((unsigned char)c))) {
            if (c == '\0' && quote != '\0')
                return 0;
            n += is_in;
            is_in = false;
            if (c == '\0')
                break;
            continue;
        }
        is_in = true;
        if (c == quote && quote != '\0')
            quote = '\0';
        else if (quote == '\0' && (c == '"' || c == '\''))
            quote = c;
        else {
            if (c == '\\' && in[1] != '\0' &&
                (quote == '\0' || (quote == '"' && (in[1] == '"' || in[1] == '\\'))))
                c = *++in;
            if (n == 1 && used + 1 < cap)
                name[used++] = c;
        }
    }
    name[used] = '\0';
    return n;
}

/* Which kind the config file's headings are of goes by how they begin, their name is the second
 * of exactly two words. */
static void understand(const struct ini *ini, struct section *section)
{
    static const char *const kinds[] = {"profile", "sso-session", "services"};
    if (ini->is_credentials) {
        snprintf(section->kind, sizeof section->kind, "profile");
        snprintf(section->name, sizeof section->name, "%s", section->heading);
        return;
    }
    if (strcmp(section->heading, "default") == 0) {
        snprintf(section->kind, sizeof section->kind, "profile");
        snprintf(section->name, sizeof section->name, "default");
        return;
    }
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strncmp(section->heading, kinds[i], strlen(kinds[i])) == 0 &&
            split_heading(section->heading, section->name, sizeof section->name) == 2)
            snprintf(section->kind, sizeof section->kind, "%s", kinds[i]);
    if (section->kind[0] == '\0')
        section->name[0] = '\0';
}

/* line: without blanks around it. False: it is no heading. */
static bool take_heading(char *line)
{
    char *end = strrchr(line, ']');
    if (*line != '[' || end == NULL || end == line + 1)
        return false;
    *end = '\0';
    return true;
}

static pt_code add_section(struct ini *ini, const char *heading, int number, struct pt_error *err)
{
    for (size_t i = 0; i < ini->n_sections; i++)
        if (strcmp(ini->sections[i].heading, heading) == 0)
            return complain(ini, number, "this section stands there a second time",
                            "Put its settings into the first one", err);
    struct section *sections =
        grow(ini->sections, ini->n_sections, &ini->cap_sections, sizeof *sections);
    if (sections == NULL)
        return out_of_memory(err);
    ini->sections = sections;
    struct section *section = &sections[ini->n_sections++];
    *section = (struct section){.heading = heading, .line = number};
    understand(ini, section);
    return PT_OK;
}

/* A setting's name ends at the first = or :. */
static pt_code put_setting(struct ini *ini, const struct setting *set, struct pt_error *err)
{
    struct setting *settings = grow(ini->settings, ini->n, &ini->cap, sizeof *settings);
    if (settings == NULL)
        return out_of_memory(err);
    ini->settings = settings;
    settings[ini->n++] = *set;
    return PT_OK;
}

static pt_code add_setting(struct ini *ini, char *line, int number, struct pt_error *err)
{
    char *sign = strpbrk(line, "=:");
    bool is_export = strncmp(line, "export ", 7) == 0;
    if (*line == '[' && strpbrk(line, "]=:") == NULL)
        return complain(ini, number, "a section that has no ]", "Write [NAME]", err);
    if (strcmp(line, "[]") == 0)
        return complain(ini, number, "a section without a name", "Write [NAME]", err);
    if (ini->n_sections == 0)
        return complain(
            ini, number, "a setting before the first [section]",
            is_export ? "This is a shell's line: type it in a shell, or write [default], and below "
                        "it aws_access_key_id = … without the word export"
                      : "Write the section's heading above it: [default]",
            err);
    if (sign == NULL || sign == line)
        return complain(ini, number, "neither [section] nor key = value", "Correct that line", err);
    *sign = '\0';
    char *key = trim(line);
    for (size_t i = ini->n; i > 0 && ini->settings[i - 1].section == ini->n_sections - 1; i--)
        if (strcasecmp(ini->settings[i - 1].key, key) == 0)
            return complain(ini, number, "this setting stands there a second time",
                            "Keep the one that is meant", err);
    const struct setting set = {.section = ini->n_sections - 1,
                                .parent = "",
                                .key = key,
                                .value = trim(sign + 1),
                                .line = number};
    return put_setting(ini, &set, err);
}

/* A setting without a value of its own holds a block: its lines become settings below it. */
static pt_code open_block(struct ini *ini, size_t index, struct pt_error *err)
{
    struct setting owner = ini->settings[index];
    char *line, *rest = owner.value + 1;
    *owner.value = '\0';
    for (int number = owner.line; (line = strsep(&rest, "\n")) != NULL;) {
        char *sign = strchr(line, '=');
        number++;
        if (*line == '\0')
            continue;
        if (sign == NULL)
            return complain(ini, number, "no key = value, in the lines below a setting",
                            "Correct that line, or write the value behind the =", err);
        *sign = '\0';
        const struct setting set = {.section = owner.section,
                                    .parent = owner.key,
                                    .key = trim(line),
                                    .value = trim(sign + 1),
                                    .line = number};
        pt_code code = put_setting(ini, &set, err);
        if (code != PT_OK)
            return code;
    }
    return PT_OK;
}

static pt_code open_blocks(struct ini *ini, struct pt_error *err)
{
    pt_code code = PT_OK;
    for (size_t i = 0, n = ini->n; i < n && code == PT_OK; i++)
        if (ini->settings[i].value[0] == '\n')
            code = open_block(ini, i, err);
    return code;
}

/* One more line of the last setting's value, in place: what is between held at least as many line
 * breaks. */
static void go_on(struct ini *ini, const char *line, size_t n_blank)
{
    char *end = ini->settings[ini->n - 1].value;
    end += strlen(end);
    for (size_t i = 0; i <= n_blank; i++)
        *end++ = '\n';
    memmove(end, line, strlen(line) + 1);
}

/* The line at *at, ended in place whatever ends it; moves on behind it. */
static char *next_line(char **at)
{
    char *line = *at, *end = line + strcspn(line, "\r\n");
    if (*end == '\r' && end[1] == '\n')
        *end++ = '\0';
    *at = *end != '\0' ? end + 1 : end;
    *end = '\0';
    return line;
}

static pt_code parse(struct ini *ini, struct pt_error *err)
{
    size_t indent = 0, n_blank = 0;
    bool has_setting = false; /* the last thing was one, and may go on */
    char *at = ini->text;
    if (strncmp(at, "\xef\xbb\xbf", 3) == 0)
        return complain(ini, 1,
                        "the file begins with a byte order mark, which the AWS command line "
                        "refuses too",
                        "Save it as UTF-8 without a byte order mark (BOM)", err);
    for (int number = 1; *at != '\0'; number++) {
        char *line = next_line(&at), *word = line;
        while (isspace((unsigned char)*word))
            word++;
        if (*word == '#' || *word == ';')
            continue;
        if (*word == '\0') {
            n_blank++;
            continue;
        }
        size_t own = (size_t)(word - line);
        trim(word);
        if (has_setting && own > indent) {
            go_on(ini, word, n_blank);
            n_blank = 0;
            continue;
        }
        n_blank = 0;
        indent = own;
        has_setting = !take_heading(word);
        pt_code code = has_setting ? add_setting(ini, word, number, err)
                                   : add_section(ini, word + 1, number, err);
        if (code != PT_OK)
            return code;
    }
    return open_blocks(ini, err);
}

static bool is_utf8(const char *text, size_t len)
{
    const char *end = text + len;
    while (text < end) {
        size_t n = *text != '\0' ? utf8_next(text, end, NULL) : 0;
        if (n == 0)
            return false;
        text += n;
    }
    return true;
}

static struct mark mark_of(const char *path)
{
    struct stat st;
    struct mark mark = {0};
    if (path != NULL && stat(path, &st) == 0) {
        mark.device = st.st_dev;
        mark.inode = st.st_ino;
        mark.size = st.st_size;
        mark.time = st.st_mtim;
    }
    return mark;
}

static bool has_changed(const struct ini *ini, const char *path)
{
    struct mark now = mark_of(path);
    return now.device != ini->mark.device || now.inode != ini->mark.inode ||
           now.size != ini->mark.size || now.time.tv_sec != ini->mark.time.tv_sec ||
           now.time.tv_nsec != ini->mark.time.tv_nsec;
}

bool shared_files_changed(const struct shared_files *files, const char *config_path,
                          const char *credentials_path)
{
    return has_changed(&files->config, config_path) ||
           has_changed(&files->credentials, credentials_path);
}

static pt_code read_ini(struct ini *ini, const char *path, struct pt_error *err)
{
    struct pt_error why;
    struct stat st;
    ini->mark = mark_of(path); /* before it is read: what is written meanwhile is seen later */
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
    if (!is_utf8(ini->text, ini->len))
        return pt_error_set(err, PT_ECONFIG, "Save it as UTF-8, or name the right file",
                            "%s: it is no UTF-8 text, which the AWS command line refuses too",
                            path);
    ini->path = strdup(path);
    return ini->path != NULL ? parse(ini, err) : out_of_memory(err);
}

pt_code shared_files_load(const char *config_path, const char *credentials_path,
                          struct shared_files **files, struct pt_error *err)
{
    *files = calloc(1, sizeof **files);
    if (*files == NULL)
        return out_of_memory(err);
    (*files)->credentials.is_credentials = true;
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
    free(ini->path);
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

/* The last section of that kind and name: two that come out the same ([profile a], [profile "a"])
 * are not merged. */
static const struct section *find_section(const struct ini *ini, const char *kind, const char *name)
{
    for (size_t i = ini->n_sections; i > 0; i--)
        if (strcmp(ini->sections[i - 1].kind, kind) == 0 &&
            strcmp(ini->sections[i - 1].name, name) == 0)
            return &ini->sections[i - 1];
    return NULL;
}

/* "kafka.endpoint_url" is endpoint_url below "kafka =". */
static bool is_key(const struct setting *set, const char *key)
{
    size_t len = strlen(set->parent);
    if (len == 0)
        return strcasecmp(set->key, key) == 0;
    return strncasecmp(set->parent, key, len) == 0 && key[len] == '.' &&
           strcasecmp(set->key, key + len + 1) == 0;
}

static const char *find_setting(const struct ini *ini, const struct section *section,
                                const char *key)
{
    for (size_t i = 0; section != NULL && i < ini->n; i++)
        if (&ini->sections[ini->settings[i].section] == section && is_key(&ini->settings[i], key))
            return ini->settings[i].value;
    return NULL;
}

static const char *find(const struct ini *ini, const char *kind, const char *name, const char *key)
{
    const struct section *section = find_section(ini, kind, name);
    const char *value = find_setting(ini, section, key);
    /* [DEFAULT] counts for all sections there are. */
    for (size_t i = 0; value == NULL && section != NULL && i < ini->n_sections; i++)
        if (strcmp(ini->sections[i].heading, "DEFAULT") == 0)
            value = find_setting(ini, &ini->sections[i], key);
    return value;
}

const char *shared_files_get_in(const struct shared_files *files, bool is_credentials,
                                const char *profile, const char *key)
{
    return find(is_credentials ? &files->credentials : &files->config, "profile", profile, key);
}

const char *shared_files_get(const struct shared_files *files, const char *profile, const char *key)
{
    const char *value = shared_files_get_in(files, true, profile, key);
    return value != NULL ? value : shared_files_get_in(files, false, profile, key);
}

const char *shared_files_get_section(const struct shared_files *files, const char *kind,
                                     const char *name, const char *key)
{
    return find(&files->config, kind, name, key);
}

bool shared_files_has(const struct shared_files *files, const char *profile)
{
    return find_section(&files->credentials, "profile", profile) != NULL ||
           find_section(&files->config, "profile", profile) != NULL;
}

/* ------------------------------------------------------------------ what is ignored */

/* A heading's letters without what people put around them: blanks, quotes, the word profile. */
static void strip(const char *heading, char *out, size_t cap)
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
    char wanted[NAME_MAX_BYTES], stripped[NAME_MAX_BYTES], shown[NAME_MAX_BYTES];
    bool has_blanks = strpbrk(profile, " \t") != NULL;
    bool is_plain = ini->is_credentials || strcmp(profile, "default") == 0;
    strip(profile, wanted, sizeof wanted);
    for (size_t i = 0; i < ini->n_sections; i++) {
        const struct section *section = &ini->sections[i];
        strip(section->heading, stripped, sizeof stripped);
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

/* "export aws_region", "set aws_region", "\"region\"": what the name would be. NULL: it is one. */
static const char *mend_key(const char *key, char *out, size_t cap)
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
    const struct section *section = find_section(ini, "profile", profile);
    char name[80], shown[120];
    for (size_t i = 0; section != NULL && i < ini->n; i++) {
        const struct setting *set = &ini->settings[i];
        if (&ini->sections[set->section] != section ||
            mend_key(set->key, name, sizeof name) == NULL)
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
