#include "config/guess.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#define LINES "Use a file of lines like bootstrap.servers=HOST:PORT with -F"

/* A file's text, which need not end with NUL. */
struct guess_text {
    const char *p;
    size_t len;
};

static bool guess_begins(const struct guess_text *text, const char *with, size_t n)
{
    return text->len >= n && memcmp(text->p, with, n) == 0;
}

static bool guess_holds(const struct guess_text *text, const char *word)
{
    return memmem(text->p, text->len, word, strlen(word)) != NULL;
}

/* ------------------------------------------------------------------ line by line */

struct guess_look {
    size_t n; /* lines that are neither empty nor comments */
    bool has_dash_items, has_document_mark, has_open_key, has_export;
    bool is_open; /* the last line was `key:` */
};

/* Takes the blanks off both ends of a line; returns how many preceded it. */
static size_t guess_trim(const char **line, size_t *len)
{
    size_t indent = 0;
    while (indent < *len && ((*line)[indent] == ' ' || (*line)[indent] == '\t'))
        indent++;
    *line += indent;
    *len -= indent;
    while (*len > 0 && isspace((unsigned char)(*line)[*len - 1]))
        --*len;
    return indent;
}

static void guess_look_at(struct guess_look *look, const char *p, size_t n)
{
    size_t indent = guess_trim(&p, &n);
    if (n == 0 || *p == '#' || *p == '!')
        return;
    look->n++;
    /* A key without a value, with indented lines below it. */
    bool is_nested = memchr(p, '=', n) == NULL && (indent > 0 || *p == '-');
    look->has_open_key = look->has_open_key || (look->is_open && is_nested);
    look->has_dash_items = look->has_dash_items || (n > 2 && p[0] == '-' && p[1] == ' ');
    look->has_document_mark = look->has_document_mark || (n == 3 && memcmp(p, "---", 3) == 0);
    look->has_export =
        look->has_export || (n > 7 && memcmp(p, "export ", 7) == 0 && memchr(p, '=', n) != NULL);
    look->is_open = p[n - 1] == ':' && memchr(p, '=', n) == NULL && memchr(p, ' ', n) == NULL;
}

static struct guess_look look_through(const struct guess_text *text)
{
    struct guess_look look = {.n = 0};
    const char *p = text->p, *end = p + text->len;
    while (p < end) {
        const char *line_end = memchr(p, '\n', (size_t)(end - p));
        size_t len = line_end != NULL ? (size_t)(line_end - p) : (size_t)(end - p);
        guess_look_at(&look, p, len);
        p += len + 1;
    }
    return look;
}

/* NAME { … }: a JAAS file, or a block of another format. */
static bool is_block(const struct guess_text *text)
{
    size_t i = 0;
    while (i < text->len && (isalnum((unsigned char)text->p[i]) || text->p[i] == '_' ||
                             text->p[i] == '-' || text->p[i] == '.'))
        i++;
    size_t name = i;
    while (i < text->len && isspace((unsigned char)text->p[i]))
        i++;
    return name > 0 && i < text->len && text->p[i] == '{';
}

/* Skips blanks and comments before the first word. */
static struct guess_text skip_comments(struct guess_text text)
{
    for (;;) {
        while (text.len > 0 && isspace((unsigned char)*text.p)) {
            text.p++;
            text.len--;
        }
        bool is_comment = text.len > 0 && (*text.p == '#' || *text.p == '!' || *text.p == ';' ||
                                           (text.len > 1 && text.p[0] == '/' && text.p[1] == '/'));
        if (!is_comment)
            return text;
        const char *end = memchr(text.p, '\n', text.len);
        size_t len = end != NULL ? (size_t)(end - text.p) : text.len;
        text.p += len;
        text.len -= len;
    }
}

/* ------------------------------------------------------------------ the kinds */

struct guess_kind {
    const char *is, *fix;
};

static bool guess_binary(const struct guess_text *text, struct guess_kind *kind)
{
    static const struct {
        const char *bytes;
        size_t n;
        struct guess_kind kind;
    } kinds[] = {
        {"\xfe\xed\xfe\xed",
         4,                     {"a Java key store (JKS)", "Refer to it in a properties file: ssl.ca.location takes its "
                                    "CAs as PEM, from `keytool -list -rfc -keystore FILE`"}           },
        {"\x30\x82",
         2,                     {"a PKCS#12 key store or a certificate in DER",
          "Refer to it in a properties file: ssl.keystore.location takes PKCS#12, ssl.ca.location "
          "PEM"}                                                                                      },
        {"\x1f\x8b",         2, {"compressed by gzip", "Unpack it first: gunzip"}                                },
        {"PK\x03\x04",
         4,                     {"a ZIP archive, or a JAR", "Unpack it first, and use the properties file in it"}},
        {"\xff\xfe",
         2,                     {"text in UTF-16", "Save it as UTF-8 (in PowerShell: Out-File -Encoding "
                            "utf8)"}                                                                  },
        {"\xfe\xff",         2, {"text in UTF-16", "Save it as UTF-8"}                                           },
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (!guess_begins(text, kinds[i].bytes, kinds[i].n))
            continue;
        *kind = kinds[i].kind;
        return true;
    }
    return false;
}

static bool begins_in_any_case(const struct guess_text *text, const char *with)
{
    size_t n = strlen(with);
    return text->len >= n && strncasecmp(text->p, with, n) == 0;
}

/* JSON, XML, an INI file: by its first character. */
static bool guess_by_first(const struct guess_text *text, struct guess_kind *kind)
{
    if (*text->p == '{') {
        bool is_connector =
            guess_holds(text, "\"connector.class\"") || guess_holds(text, "\"config\"");
        *kind = (struct guess_kind){
            is_connector ? "JSON, a connector's configuration" : "JSON",
            is_connector
                ? "Pass a connector's settings to `pintop connector create` or `update` as "
                  "name=value. -F takes a file of lines like bootstrap.servers=HOST:PORT"
                : LINES};
    } else if (*text->p == '<') {
        *kind = (struct guess_kind){"XML or HTML", LINES};
    } else if (*text->p == '[') {
        bool is_aws = guess_holds(text, "[default]") || guess_holds(text, "[profile ") ||
                      guess_holds(text, "aws_access_key_id");
        *kind = (struct guess_kind){
            is_aws ? "an AWS configuration or credentials file" : "an INI file, or a JSON array",
            is_aws ? "Refer to it with AWS_CONFIG_FILE or AWS_SHARED_CREDENTIALS_FILE, and to its "
                     "profile with pintop.aws.profile"
                   : LINES};
    } else {
        return false;
    }
    return true;
}

static bool guess_block(const struct guess_text *text, struct guess_kind *kind)
{
    if (!is_block(text))
        return false;
    bool is_jaas = guess_holds(text, "LoginModule");
    *kind = (struct guess_kind){is_jaas ? "a JAAS login configuration" : "a block in braces",
                                is_jaas ? "Write the text between its braces, on one line, into a "
                                          "properties file as the value of sasl.jaas.config"
                                        : LINES};
    return true;
}

/* YAML, a shell script: by what its lines have in common. */
static bool guess_by_lines(const struct guess_text *whole, struct guess_kind *kind)
{
    const struct guess_look look = look_through(whole);
    if (look.has_document_mark || look.has_dash_items || look.has_open_key)
        *kind = (struct guess_kind){
            "YAML",
            "Use a file of lines like bootstrap.servers=HOST:PORT with -F, without nesting"};
    else if (look.has_export)
        *kind = (struct guess_kind){
            "a shell script",
            "Remove the word export, and use property names: bootstrap.servers=HOST:PORT"};
    else
        return false;
    return true;
}

static bool guess_text(const struct guess_text *whole, struct guess_kind *kind)
{
    struct guess_text text = skip_comments(*whole);
    if (text.len == 0)
        return false;
    if (guess_begins(&text, "-----BEGIN", 10)) {
        *kind = (struct guess_kind){"a certificate or a key (PEM)",
                                    "Refer to it in a properties file: ssl.ca.location, "
                                    "ssl.certificate.location or ssl.key.location"};
        return true;
    }
    if (guess_by_first(&text, kind) || guess_block(&text, kind) || guess_by_lines(whole, kind))
        return true;
    if (!begins_in_any_case(&text, "User name,") && !begins_in_any_case(&text, "Access key ID,"))
        return false;
    *kind =
        (struct guess_kind){"access keys as downloaded from the AWS console (CSV)",
                            "Import them into ~/.aws/credentials: `aws configure import --csv`"};
    return true;
}

pt_code guess_refuse(const char *path, const char *text, size_t len, struct pt_error *err)
{
    struct guess_text whole = {text, len};
    struct guess_kind kind;
    if (guess_begins(&whole, "\xef\xbb\xbf", 3)) {
        whole.p += 3;
        whole.len -= 3;
    }
    if (!guess_binary(&whole, &kind) && !guess_text(&whole, &kind))
        return PT_OK;
    return pt_error_set(err, PT_ECONFIG, kind.fix, "%.300s is %s, and not a properties file", path,
                        kind.is);
}
