#include "base/secret.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* A longer word stands before one that is a part of it: secret_word_end relies on it. */
static const char *const words[] = {
    "password",
    "passwd",
    "passphrase",
    "customer.key",
    "secret",
    "jaas.config",
    "jaas",
    ".pem",
    "ssl.key.",
    "keystore.key",
    "private.key",
    "private_key",
    "privatekey",
    "api.key",
    "apikey",
    "api_key",
    "api-key",
    "account.key",
    "accountkey",
    "account_key",
    "access.key",
    "accesskey",
    "access_key",
    "shared.key",
    "encryption.key",
    "authorization",
    "credentials.json",
    "credentials.key",
    "webhook",
    "signature",
    "user.info",
    "oauthbearer.config",
    "token",
    "cookie",
    "license.key",
    "licensekey",
    "license_key",
    "signing.key",
    "signingkey",
    "signing_key",
    "master.key",
    "masterkey",
    "master_key",
    "client-key-data",
};

/* These are too short to be searched for inside of words such as "bypass" and "compass". */
static const char *const segments[] = {"pwd", "pass", "sig", "passcode", "pw", "otp"};

/* These mark a secret at the end of a name; elsewhere the name is about one: credentials.source. */
static const char *const ends[] = {"credential", "credentials", "creds", "license"};

/* A name that ends in one of these describes a secret and holds none. */
static const char *const measures[] = {
    "hours",  "days",     "minutes",  "seconds",  "ms",      "expiry",    "ttl",     "interval",
    "size",   "length",   "bytes",    "count",    "retries", "attempts",  "enabled", "enable",
    "class",  "location", "file",     "path",     "type",    "algorithm", "version", "format",
    "expiry", "timeout",  "disabled", "endpoint", "max",     "min",
};

#define COUNT(list) (sizeof(list) / sizeof *(list))

/* Returns the end of the part of a name that begins at p: "consumer", "ssl", "key" of
 * consumer.ssl_key, and "db", "Pwd" of dbPwd. */
static const char *segment_end(const char *p)
{
    const char *end = p;
    while (*end != '\0' && strchr("._-", *end) == NULL &&
           (end == p || !islower((unsigned char)end[-1]) || !isupper((unsigned char)*end)))
        end++;
    return end;
}

static bool secret_is_one_of(const char *p, size_t n, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (n == strlen(list[i]) && strncasecmp(p, list[i], n) == 0)
            return true;
    return false;
}

static bool has_segment(const char *name)
{
    for (const char *p = name, *end; *p != '\0';
         p = end + (*end != '\0' && !isalnum((unsigned char)*end))) {
        end = segment_end(p);
        if (secret_is_one_of(p, (size_t)(end - p), segments, COUNT(segments)))
            return true;
    }
    return false;
}

static bool has_end(const char *name)
{
    const char *last = name, *end;
    for (const char *p = name; *p != '\0';
         p = end + (*end != '\0' && !isalnum((unsigned char)*end))) {
        last = p;
        end = segment_end(p);
    }
    return secret_is_one_of(last, strlen(last), ends, COUNT(ends));
}

/* token.expiry.hours, passwordMaxLength, max.tokens, aws_access_key_id. */
static bool is_measure(const char *name)
{
    static const char *const bounds[] = {"max", "min"};
    const char *last = name, *before = name, *end;
    for (const char *p = name; *p != '\0';
         p = end + (*end != '\0' && !isalnum((unsigned char)*end))) {
        end = segment_end(p);
        if (end == p)
            continue;
        if (secret_is_one_of(p, (size_t)(end - p), bounds, COUNT(bounds)))
            return true;
        before = last;
        last = p;
    }
    size_t n = (size_t)(segment_end(last) - last);
    bool is_key_id =
        n == 2 && strncasecmp(last, "id", 2) == 0 && strncasecmp(before, "key", 3) == 0;
    return is_key_id || secret_is_one_of(last, n, measures, COUNT(measures));
}

const char *secret_word_end(const char *name)
{
    for (size_t i = 0; i < COUNT(words); i++) {
        const char *found = strcasestr(name, words[i]);
        if (found)
            return found + strlen(words[i]);
    }
    return NULL;
}

bool secret_is_name(const char *name)
{
    static const char *const open[] = {"sasl.oauthbearer.token.endpoint.url"};
    if (secret_is_one_of(name, strlen(name), open, COUNT(open)))
        return false;
    return (secret_word_end(name) != NULL || has_segment(name) || has_end(name)) &&
           !is_measure(name);
}
