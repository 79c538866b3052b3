#include "config/slips.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/secret.h"
#include "config/kafkaprops.h"

/* ------------------------------------------------------------------ placeholders */

/* Returns the length of <word>, ${word}, {{word}} or %word% at p; 0 when there is none. */
static size_t slips_bracketed(const char *p)
{
    static const struct {
        const char *open, *close;
    } kinds[] = {
        {"<",  ">" },
        {"${", "}" },
        {"{{", "}}"},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        size_t open = strlen(kinds[i].open), close = strlen(kinds[i].close);
        if (strncmp(p, kinds[i].open, open) != 0)
            continue;
        const char *word = p + open + strspn(p + open, " ");
        size_t len = strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                  "_-.: /");
        if (len > 0 && isalpha((unsigned char)*word) &&
            strncmp(word + len, kinds[i].close, close) == 0)
            return (size_t)(word - p) + len + close;
    }
    return 0;
}

/* "your-bucket", "your_role_arn": each following word names a kind of thing. In other
 * combinations ("your-energy.readings") it may be a real name. */
static bool is_your_thing(const char *p, size_t len)
{
    static const char *const things[] = {
        "access", "account", "address",  "api",      "app",      "arn",     "aws",     "bootstrap",
        "broker", "brokers", "bucket",   "ca",       "client",   "cluster", "domain",  "endpoint",
        "file",   "group",   "here",     "host",     "hostname", "id",      "ip",      "key",
        "login",  "msk",     "name",     "password", "path",     "port",    "profile", "region",
        "role",   "s3",      "secret",   "server",   "servers",  "token",   "topic",   "topics",
        "url",    "user",    "username", "value",
    };
    for (size_t at = strlen("your_"); at < len;) {
        size_t n = strspn(p + at, "abcdefghijklmnopqrstuvwxyz0123456789"), i = 0;
        while (i < sizeof things / sizeof *things &&
               (strlen(things[i]) != n || strncmp(p + at, things[i], n) != 0))
            i++;
        if (n > 0 && i == sizeof things / sizeof *things)
            return false;
        at += n + 1;
    }
    return true;
}

/* The name of a member of JSON, or of name=value, is not a value. */
static bool slips_is_name(const char *text, const char *p, size_t len)
{
    const char *behind = p + len;
    size_t name = strcspn(p, "=");
    bool is_quoted_name =
        p > text && p[-1] == '"' && *behind == '"' && behind[1 + strspn(behind + 1, " \t")] == ':';
    return is_quoted_name || name < len;
}

/* Returns the length of words that are placeholders anywhere, at the beginning of a word. text
 * is the whole text. */
static size_t slips_spoken(const char *text, const char *p)
{
    static const char *const words[] = {
        "YOUR_",    "YOUR-",           "your_",           "your-",        "REPLACE_", "REPLACEME",
        "REPLACE-", "CHANGE_ME",       "CHANGEME",        "CHANGE-ME",    "INSERT_",  "INSERT-",
        "FILL_ME",  "BootstrapServer", "BootstrapBroker", "MY_BOOTSTRAP", "xxxxxxxx", "XXXXXXXX",
    };
    size_t len = strcspn(p, " ,;\"'");
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strncmp(p, words[i], strlen(words[i])) == 0)
            return slips_is_name(text, p, len) ||
                           (*p == 'y' && !is_your_thing(p, strcspn(p, " ,;\"':/@=")))
                       ? 0
                       : len;
    return 0;
}

bool slips_is_placeholder(const char *text, bool is_whole)
{
    size_t len = strlen(text);
    for (const char *p = text; *p != '\0'; p++) {
        bool begins = p == text || !isalnum((unsigned char)p[-1]);
        size_t n = slips_bracketed(p);
        if (n == 0 && begins && !is_whole)
            n = slips_spoken(text, p);
        if (n > 0 && (!is_whole || n == len))
            return true;
        if (is_whole)
            break;
    }
    return false;
}

/* Says what to write, and where to find it. */
static const char *what_belongs(const char *name)
{
    if (strcmp(kafkaprops_canonical(name), "metadata.broker.list") == 0)
        return "Set the cluster's servers, HOST:PORT[,HOST:PORT...]: `pintop discover` lists those "
               "of MSK, and so does `aws kafka get-bootstrap-brokers`";
    return "Write the real value, or remove the line";
}

/* ------------------------------------------------------------------ one value */

static bool is_quoted(const char *value)
{
    size_t len = strlen(value);
    return len >= 2 && (value[0] == '"' || value[0] == '\'') && value[len - 1] == value[0];
}

static const char *comment_in(const char *value)
{
    for (const char *p = value; (p = strchr(p, '#')) != NULL; p++)
        if (p > value && (p[-1] == ' ' || p[-1] == '\t'))
            return p;
    return NULL;
}

static pt_code refuse_quotes(const char *name, const char *value, const char *where,
                             struct pt_error *err)
{
    char fix[PT_FIX_MAX];
    snprintf(fix, sizeof fix, "Remove the quotes: %s=%.*s", name,
             (int)(strlen(value) - 2 < 300 ? strlen(value) - 2 : 300), value + 1);
    return pt_error_set(
        err, PT_ECONFIG, fix,
        "%s: %s=%.200s: the value is in quotes, which are read as part of it, by Java's client too",
        where, name, value);
}

static pt_code refuse_comment(const char *name, const char *value, const char *comment,
                              const char *where, struct pt_error *err)
{
    char fix[PT_FIX_MAX];
    size_t len = (size_t)(comment - value);
    while (len > 0 && (value[len - 1] == ' ' || value[len - 1] == '\t'))
        len--;
    snprintf(fix, sizeof fix, "Put the comment on a line of its own, and write %s=%.*s", name,
             (int)(len < 300 ? len : 300), value);
    return pt_error_set(err, PT_ECONFIG, fix,
                        "%s: %s=%.200s: the value is followed by a comment, which is read as part "
                        "of it, by Java's client too",
                        where, name, value);
}

static pt_code warn_secret(struct pt_config *cfg, const char *name, const char *value,
                           const char *where, struct pt_error *err)
{
    char text[512];
    const char *what = is_quoted(value) ? "its value is in quotes, which are read as part of it: "
                                          "remove them unless they are intended"
                       : comment_in(value)
                           ? "its value contains a blank and a #: a comment after a value is read "
                             "as part of it; remove it unless it is intended"
                           : NULL;
    if (slips_is_placeholder(value, true))
        return pt_error_set(err, PT_ECONFIG, what_belongs(name),
                            "%s: %s: its value is a placeholder that was never filled in", where,
                            name);
    if (what == NULL)
        return PT_OK;
    snprintf(text, sizeof text, "%.200s: %s: %s", where, name, what);
    return store_warn(cfg, text, err);
}

/* A regular expression may contain all of these. */
static bool is_free_text(const char *name)
{
    int option = option_find(name);
    return option >= 0 &&
           (option_table[option].kind == OPTION_REGEX || option_table[option].kind == OPTION_PATH);
}

pt_code slips_check(struct pt_config *cfg, const char *name, const char *value, const char *where,
                    struct pt_error *err)
{
    const char *comment = comment_in(value);
    bool is_servers = strcmp(kafkaprops_canonical(name), "metadata.broker.list") == 0;
    /* The JAAS configuration has quotes of its own, and a grammar that finds mistakes. Values
     * that only Java reads are not checked. */
    if (strcmp(name, "sasl.jaas.config") == 0 ||
        (kafkaprops_is_java(name) && strncmp(name, "sasl.", 5) != 0))
        return PT_OK;
    if (secret_is_name(name))
        return warn_secret(cfg, name, value, where, err);
    if (is_quoted(value))
        return refuse_quotes(name, value, where, err);
    if (comment != NULL && !is_free_text(name))
        return refuse_comment(name, value, comment, where, err);
    /* Servers may still be set elsewhere: those in effect are checked at the end. */
    if (!is_servers && slips_is_placeholder(value, is_free_text(name)))
        return pt_error_set(err, PT_ECONFIG, what_belongs(name),
                            "%s: %s=%.200s: this is a placeholder that was never filled in", where,
                            name, value);
    return PT_OK;
}
