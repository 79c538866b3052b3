#include "base/secret.h"

#include <string.h>
#include <strings.h>

/* A longer word before one that is a part of it: secret_word_end. */
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
};

/* Names with such a word whose value is only where the secret is. */
static const char *const harmless[] = {
    "ssl.key.location",
    "sasl.oauthbearer.token.endpoint.url",
    "aws.access.key.id",
    "aws_access_key_id",
};

/* Too short to be looked for inside of words: "bypass", "compass". */
static const char *const segments[] = {"pwd", "pass", "sig", "passcode"};

static bool has_segment(const char *name)
{
    for (const char *p = name; *p != '\0';) {
        size_t n = strcspn(p, "._-");
        for (size_t i = 0; i < sizeof segments / sizeof *segments; i++)
            if (n == strlen(segments[i]) && strncasecmp(p, segments[i], n) == 0)
                return true;
        p += n + (p[n] != '\0');
    }
    return false;
}

const char *secret_word_end(const char *name)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const char *found = strcasestr(name, words[i]);
        if (found)
            return found + strlen(words[i]);
    }
    return NULL;
}

bool secret_is_name(const char *name)
{
    for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++) {
        if (strcasecmp(name, harmless[i]) == 0)
            return false;
    }
    return secret_word_end(name) != NULL || has_segment(name);
}

/* The password in what stands behind "://"; its length, 0: there is none. */
static size_t find_password(char *authority, char **password)
{
    size_t len = strcspn(authority, "/?#\"'<> \t\r\n");
    char *at = memrchr(authority, '@', len);
    char *colon = at ? memchr(authority, ':', (size_t)(at - authority)) : NULL;
    if (colon == NULL)
        return 0;
    *password = colon + 1;
    return (size_t)(at - colon - 1);
}

bool secret_mask_urls(char *text, size_t cap)
{
    static const char stars[] = "***";
    enum { STARS = sizeof stars - 1 };
    bool has_any = false;
    char *p = text, *password;
    while ((p = strstr(p, "://")) != NULL) {
        p += 3;
        size_t len = find_password(p, &password);
        if (len == 0)
            continue;
        has_any = true;
        size_t at = (size_t)(password - text), rest = strlen(password + len);
        if (at + STARS >= cap) { /* no room even for the stars */
            *password = 0;
            break;
        }
        if (at + STARS + rest >= cap)
            rest = cap - at - STARS - 1;
        memmove(password + STARS, password + len, rest);
        memcpy(password, stars, STARS);
        password[STARS + rest] = 0;
        p = password + STARS;
    }
    return has_any;
}
