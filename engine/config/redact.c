#include "config/redact.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/printable.h"

enum { SHOWN_MAX = 60 };

static const char *const secret_words[] = {
    "password", "passwd",   "passphrase",   "secret",      "jaas.config",
    ".pem",     "ssl.key.", "keystore.key", "private.key", "user.info",
};

/* End of the first word in name that marks a secret, or NULL. */
static const char *secret_end(const char *name)
{
    for (size_t i = 0; i < sizeof secret_words / sizeof *secret_words; i++) {
        const char *found = strcasestr(name, secret_words[i]);
        if (found)
            return found + strlen(secret_words[i]);
    }
    return NULL;
}

bool redact_is_secret(const char *name)
{
    /* A path to a key is not the key. Every .pem is: a key may stand beside the certificate. */
    return strcasecmp(name, "ssl.key.location") != 0 && secret_end(name) != NULL;
}

static bool is_plain_name(const char *name)
{
    return name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._-")] == 0 &&
           strlen(name) <= SHOWN_MAX;
}

void redact_name(const char *name, bool is_near, bool has_value, char *out, size_t cap)
{
    const char *end = secret_end(name);
    if (end && *end != 0 && end - name <= SHOWN_MAX) {
        char head[SHOWN_MAX + 1];
        printable_copy(head, sizeof head, name, (size_t)(end - name));
        snprintf(out, cap, "%s***", head);
        return;
    }
    bool is_shown = is_near || (is_plain_name(name) && (has_value || strchr(name, '.')));
    if (is_shown && strlen(name) <= SHOWN_MAX)
        printable_str(out, cap, name);
    else
        snprintf(out, cap, "(not shown: it may be part of a secret)");
}
