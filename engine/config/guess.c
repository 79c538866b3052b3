#include "config/guess.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#define LINES "Give -F a file of lines like bootstrap.servers=HOST:PORT"

/* A file's text, which need not end with NUL. */
struct text {
    const char *p;
    size_t len;
};

static bool begins(const struct text *text, const char *with, size_t n)
{
    return text->len >= n && memcmp(text->p, with, n) == 0;
}

static bool holds(const struct text *text, const char *word)
{
    return memmem(text->p, text->len, word, strlen(word)) != NULL;
}

/* ------------------------------------------------------------------ line by line */

struct look {
    size_t n; /* lines that hold something and are no comment */
    bool has_dash_items, has_document_mark, has_open_key, has_export;
    bool is_open; /* the last line was `key:` */
};

static void look_at(struct look *look, const char *line, size_t len)
{
    size_t indent = 0;
    while (indent < len && (line[indent] == ' ' || line[indent] == '\t'))
        indent++;
    const char *p = line + indent;
    size_t n = len - indent;
    while (n > 0 && isspace((unsigned char)p[n - 1]))
        n--;
    if (n == 0 || *p == '#' || *p == '!')
        return;
    look->n++;
    /* A key with nothing behind it, and more that is indented below it. */
    bool is_nested = memchr(p, '=', n) == NULL && (indent > 0 || *p == '-');
    look->has_open_key = look->has_open_key || (look->is_open && is_nested);
    look->has_dash_items = look->has_dash_items || (n > 2 && p[0] == '-' && p[1] == ' ');
    look->has_document_mark = look->has_document_mark || (n == 3 && memcmp(p, "---", 3) == 0);
    look->has_export =
        look->has_export || (n > 7 && memcmp(p, "export ", 7) == 0 && memchr(p, '=', n) != NULL);
    look->is_open = p[n - 1] == ':' && memchr(p, '=', n) == NULL && memchr(p, ' ', n) == NULL;
}

static struct look look_through(const struct text *text)
{
    struct look look = {.n = 0};
    const char *p = text->p, *end = p + text->len;
    while (p < end) {
        const char *line_end = memchr(p, '\n', (size_t)(end - p));
        size_t len = line_end != NULL ? (size_t)(line_end - p) : (size_t)(end - p);
        look_at(&look, p, len);
        p += len + 1;
    }
    return look;
}

/* NAME { … }: a login configuration of its own, or somebody else's block. */
static bool is_block(const struct text *text)
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

/* Blanks and comments before the first word. */
static struct text skip_comments(struct text text)
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

struct kind {
    const char *is, *fix;
};

static bool guess_binary(const struct text *text, struct kind *kind)
{
    static const struct {
        const char *bytes;
        size_t n;
        struct kind kind;
    } kinds[] = {
        {"\xfe\xed\xfe\xed",
         4,                     {"a Java key store (JKS)",
          "Name it in a properties file: ssl.ca.location takes its CAs as "
          "PEM, from `keytool -list -rfc -keystore FILE`"}            },
        {"\x30\x82",
         2,                     {"a PKCS#12 key store or a certificate in DER",
          "Name it in a properties file: ssl.keystore.location takes PKCS#12, "
          "ssl.ca.location PEM"}                                      },
        {"\x1f\x8b",         2, {"compressed by gzip", "Unpack it first: gunzip"}},
        {"PK\x03\x04",
         4,                     {"a ZIP archive, or a JAR", "Unpack it first, and give the properties "
                                     "file in it"}                    },
        {"\xff\xfe",
         2,                     {"text in UTF-16", "Save it as UTF-8 (in PowerShell: Out-File -Encoding "
                            "utf8)"}                                  },
        {"\xfe\xff",         2, {"text in UTF-16", "Save it as UTF-8"}           },
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (!begins(text, kinds[i].bytes, kinds[i].n))
            continue;
        *kind = kinds[i].kind;
        return true;
    }
    return false;
}

static bool guess_text(const struct text *whole, struct kind *kind)
{
    struct text text = skip_comments(*whole);
    if (text.len == 0)
        return false;
    const struct look look = look_through(whole);
    if (begins(&text, "-----BEGIN", 10)) {
        *kind = (struct kind){"a certificate or a key (PEM)",
                              "Name it in a properties file: ssl.ca.location, "
                              "ssl.certificate.location or ssl.key.location"};
    } else if (*text.p == '{') {
        bool is_connector = holds(&text, "\"connector.class\"") || holds(&text, "\"config\"");
        *kind = (struct kind){
            is_connector ? "JSON, a connector's configuration" : "JSON",
            is_connector ? "A connector's settings go to `pintop connector create` or `update` as "
                           "name=value; give -F a file of lines like bootstrap.servers=HOST:PORT"
                         : LINES};
    } else if (*text.p == '<') {
        *kind = (struct kind){"XML or HTML", LINES};
    } else if (*text.p == '[') {
        bool is_aws = holds(&text, "[default]") || holds(&text, "[profile ") ||
                      holds(&text, "aws_access_key_id");
        *kind = (struct kind){
            is_aws ? "an AWS configuration or credentials file" : "an INI file, or a JSON array",
            is_aws ? "Name it with AWS_CONFIG_FILE or AWS_SHARED_CREDENTIALS_FILE, its profile "
                     "with pintop.aws.profile"
                   : LINES};
    } else if (is_block(&text)) {
        bool is_jaas = holds(&text, "LoginModule");
        *kind = (struct kind){
            is_jaas ? "a JAAS login configuration" : "a block in braces",
            is_jaas ? "Write what is between its braces, in one line, into a properties file as "
                      "the value of sasl.jaas.config"
                    : LINES};
    } else if (look.has_document_mark || look.has_dash_items || look.has_open_key) {
        *kind = (struct kind){"YAML", "Give -F a file of lines like bootstrap.servers=HOST:PORT, "
                                      "without nesting"};
    } else if (look.has_export) {
        *kind = (struct kind){"a shell script", "Take the word export away, and give property "
                                                "names: bootstrap.servers=HOST:PORT"};
    } else if ((text.len >= 10 && strncasecmp(text.p, "User name,", 10) == 0) ||
               (text.len >= 14 && strncasecmp(text.p, "Access key ID,", 14) == 0)) {
        *kind = (struct kind){"access keys as AWS's console gives them (CSV)",
                              "Put them into ~/.aws/credentials: `aws configure import --csv`"};
    } else {
        return false;
    }
    return true;
}

pt_code guess_refuse(const char *path, const char *text, size_t len, struct pt_error *err)
{
    struct text whole = {text, len};
    struct kind kind;
    if (begins(&whole, "\xef\xbb\xbf", 3)) {
        whole.p += 3;
        whole.len -= 3;
    }
    if (!guess_binary(&whole, &kind) && !guess_text(&whole, &kind))
        return PT_OK;
    return pt_error_set(err, PT_ECONFIG, kind.fix, "%.300s is %s, and not a properties file", path,
                        kind.is);
}
