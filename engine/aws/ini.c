#include "aws/ini.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include <openssl/crypto.h>

#include "base/file.h"
#include "base/utf8.h"

enum { FILE_MAX_BYTES = 1 << 20 };

/* ------------------------------------------------------------------ parsing */

static char *ini_trim(char *text)
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
    return pt_error_set(err, PT_ENOMEM, NULL, "AWS files: out of memory");
}

/* Returns the array with room for one more element; NULL when out of memory, and the array is
 * unchanged. */
static void *ini_grow(void *items, size_t n, size_t *cap, size_t size)
{
    if (n < *cap)
        return items;
    size_t more = *cap > 0 ? *cap * 2 : 32;
    void *grown = realloc(items, more * size);
    if (grown != NULL)
        *cap = more;
    return grown;
}

static pt_code ini_complain(const struct ini *ini, int line, const char *what, const char *fix,
                            struct pt_error *err)
{
    return pt_error_set(err, PT_ECONFIG, fix, "%s:%d: %s", ini->path, line, what);
}

/* A backslash that escapes the next character, as in a shell. */
static bool is_escape(const char *in, char quote)
{
    return *in == '\\' && in[1] != '\0' &&
           (quote == '\0' || (quote == '"' && (in[1] == '"' || in[1] == '\\')));
}

/* Splits the words of a heading as a shell would; returns how many there are, 0 for an unclosed
 * quote. The second one goes to name. */
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
            if (is_escape(in, quote))
                c = *++in;
            if (n == 1 && used + 1 < cap)
                name[used++] = c;
        }
    }
    name[used] = '\0';
    return n;
}

/* The beginning of a heading in the config file tells its kind; its name is the second of
 * exactly two words. */
static void ini_understand(const struct ini *ini, struct ini_section *section)
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

/* line has no blanks around it. Returns false when it is not a heading. */
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
            return ini_complain(ini, number, "this section occurs twice",
                                "Move its settings into the first one", err);
    struct ini_section *sections =
        ini_grow(ini->sections, ini->n_sections, &ini->cap_sections, sizeof *sections);
    if (sections == NULL)
        return out_of_memory(err);
    ini->sections = sections;
    struct ini_section *section = &sections[ini->n_sections++];
    *section = (struct ini_section){.heading = heading, .line = number};
    ini_understand(ini, section);
    return PT_OK;
}

static pt_code put_setting(struct ini *ini, const struct ini_setting *set, struct pt_error *err)
{
    struct ini_setting *settings = ini_grow(ini->settings, ini->n, &ini->cap, sizeof *settings);
    if (settings == NULL)
        return out_of_memory(err);
    ini->settings = settings;
    settings[ini->n++] = *set;
    return PT_OK;
}

/* A setting's name ends at the first = or :. */
static pt_code add_setting(struct ini *ini, char *line, int number, struct pt_error *err)
{
    char *sign = strpbrk(line, "=:");
    bool is_export = strncmp(line, "export ", 7) == 0;
    if (*line == '[' && strpbrk(line, "]=:") == NULL)
        return ini_complain(ini, number, "a section without a ]", "Write [NAME]", err);
    if (strcmp(line, "[]") == 0)
        return ini_complain(ini, number, "a section without a name", "Write [NAME]", err);
    if (ini->n_sections == 0)
        return ini_complain(ini, number, "a setting before the first [section]",
                            is_export
                                ? "Type this line in a shell, or write [default], and below it "
                                  "aws_access_key_id = … without the word export"
                                : "Write the section's heading above it: [default]",
                            err);
    if (sign == NULL || sign == line)
        return ini_complain(ini, number, "the line is neither [section] nor key = value",
                            "Correct that line", err);
    *sign = '\0';
    char *key = ini_trim(line);
    for (size_t i = ini->n; i > 0 && ini->settings[i - 1].section == ini->n_sections - 1; i--)
        if (strcasecmp(ini->settings[i - 1].key, key) == 0)
            return ini_complain(ini, number, "this setting occurs twice", "Keep the right one",
                                err);
    const struct ini_setting set = {.section = ini->n_sections - 1,
                                    .parent = "",
                                    .key = key,
                                    .value = ini_trim(sign + 1),
                                    .line = number};
    return put_setting(ini, &set, err);
}

/* A setting without a value of its own begins a block: its lines become settings below it. */
static pt_code open_block(struct ini *ini, size_t index, struct pt_error *err)
{
    struct ini_setting owner = ini->settings[index];
    char *line, *rest = owner.value + 1;
    *owner.value = '\0';
    for (int number = owner.line; (line = strsep(&rest, "\n")) != NULL;) {
        char *sign = strchr(line, '=');
        number++;
        if (*line == '\0')
            continue;
        if (sign == NULL)
            return ini_complain(ini, number, "a line below a setting is not key = value",
                                "Correct that line, or write the value after the =", err);
        *sign = '\0';
        const struct ini_setting set = {.section = owner.section,
                                        .parent = owner.key,
                                        .key = ini_trim(line),
                                        .value = ini_trim(sign + 1),
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

/* Appends one more line to the last setting's value, in place: the bytes in between contained at
 * least as many line breaks. */
static void go_on(struct ini *ini, const char *line, size_t n_blank)
{
    char *end = ini->settings[ini->n - 1].value;
    end += strlen(end);
    for (size_t i = 0; i <= n_blank; i++)
        *end++ = '\n';
    memmove(end, line, strlen(line) + 1);
}

/* Ends the line at *at in place, whatever its line end; moves on to the next one. */
static char *next_line(char **at)
{
    char *line = *at, *end = line + strcspn(line, "\r\n");
    if (*end == '\r' && end[1] == '\n')
        *end++ = '\0';
    *at = *end != '\0' ? end + 1 : end;
    *end = '\0';
    return line;
}

static pt_code ini_parse(struct ini *ini, struct pt_error *err)
{
    size_t indent = 0, n_blank = 0;
    bool has_setting = false; /* the previous line was a setting, which may continue */
    char *at = ini->text;
    if (strncmp(at, "\xef\xbb\xbf", 3) == 0)
        return ini_complain(
            ini, 1,
            "the file begins with a byte order mark, which the AWS command line rejects too",
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
        ini_trim(word);
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

/* ------------------------------------------------------------------ the file */

static struct ini_mark mark_of(const char *path)
{
    struct stat st;
    struct ini_mark mark = {0};
    if (path != NULL && stat(path, &st) == 0) {
        mark.device = st.st_dev;
        mark.inode = st.st_ino;
        mark.size = st.st_size;
        mark.time = st.st_mtim;
    }
    return mark;
}

bool ini_has_changed(const struct ini *ini, const char *path)
{
    struct ini_mark now = mark_of(path);
    return now.device != ini->mark.device || now.inode != ini->mark.inode ||
           now.size != ini->mark.size || now.time.tv_sec != ini->mark.time.tv_sec ||
           now.time.tv_nsec != ini->mark.time.tv_nsec;
}

pt_code ini_read(struct ini *ini, const char *path, struct pt_error *err)
{
    struct pt_error why;
    struct stat st;
    ini->mark = mark_of(path); /* before reading: a later change is noticed */
    if (path == NULL || (stat(path, &st) == 0 && S_ISCHR(st.st_mode))) /* /dev/null: no file */
        return PT_OK;
    pt_code code = file_read(path, FILE_MAX_BYTES, &ini->text, &ini->len, &why);
    if (code == PT_ENOTFOUND)
        return PT_OK;
    if (code == PT_EDATA)
        return pt_error_set(err, PT_ECONFIG, "Use the right file", "%s: it is larger than 1 MiB",
                            path);
    if (code != PT_OK) {
        if (err != NULL)
            *err = why;
        return code;
    }
    if (!utf8_is_text(ini->text, ini->len))
        return pt_error_set(err, PT_ECONFIG, "Save it as UTF-8, or use the right file",
                            "%s: it is not UTF-8 text, and the AWS command line rejects it too",
                            path);
    ini->path = strdup(path);
    return ini->path != NULL ? ini_parse(ini, err) : out_of_memory(err);
}

void ini_done(struct ini *ini)
{
    if (ini->text != NULL)
        OPENSSL_cleanse(ini->text, ini->len);
    free(ini->text);
    free(ini->path);
    free(ini->settings);
    free(ini->sections);
}

/* ------------------------------------------------------------------ asking */

const struct ini_section *ini_find_section(const struct ini *ini, const char *kind,
                                           const char *name)
{
    for (size_t i = ini->n_sections; i > 0; i--)
        if (strcmp(ini->sections[i - 1].kind, kind) == 0 &&
            strcmp(ini->sections[i - 1].name, name) == 0)
            return &ini->sections[i - 1];
    return NULL;
}

/* "kafka.endpoint_url" means endpoint_url below "kafka =". */
static bool is_key(const struct ini_setting *set, const char *key)
{
    size_t len = strlen(set->parent);
    if (len == 0)
        return strcasecmp(set->key, key) == 0;
    return strncasecmp(set->parent, key, len) == 0 && key[len] == '.' &&
           strcasecmp(set->key, key + len + 1) == 0;
}

static const char *ini_find_setting(const struct ini *ini, const struct ini_section *section,
                                    const char *key)
{
    for (size_t i = 0; section != NULL && i < ini->n; i++)
        if (&ini->sections[ini->settings[i].section] == section && is_key(&ini->settings[i], key))
            return ini->settings[i].value;
    return NULL;
}

const char *ini_get(const struct ini *ini, const char *kind, const char *name, const char *key)
{
    const struct ini_section *section = ini_find_section(ini, kind, name);
    const char *value = ini_find_setting(ini, section, key);
    for (size_t i = 0; value == NULL && section != NULL && i < ini->n_sections; i++)
        if (strcmp(ini->sections[i].heading, "DEFAULT") == 0)
            value = ini_find_setting(ini, &ini->sections[i], key);
    return value;
}
