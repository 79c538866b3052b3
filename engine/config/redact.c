#include "config/redact.h"

#include <stdio.h>
#include <string.h>

#include "base/printable.h"
#include "base/secret.h"

enum { SHOWN_MAX = 60 };

static bool is_plain_name(const char *name)
{
    return name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._-")] == 0 &&
           strlen(name) <= SHOWN_MAX;
}

void redact_name(const char *name, bool is_near, bool has_value, char *out, size_t cap)
{
    const char *end = secret_word_end(name);
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
