#include "metrics/text.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "pintop/stream.h"

void metrics_family(struct metrics_text *to, const char *name, const char *type, const char *unit,
                    const char *help)
{
    to->family = name;
    buf_printf(&to->buf, "# TYPE %s %s\n", name, type);
    if (unit != NULL)
        buf_printf(&to->buf, "# UNIT %s %s\n", name, unit);
    buf_printf(&to->buf, "# HELP %s %s\n", name, help);
}

/* A label's value: backslash, quote and newline are escaped. */
static void metrics_value(struct buf *buf, const char *text)
{
    for (const char *c = text != NULL ? text : ""; *c != '\0'; c++) {
        if (*c == '\n')
            buf_puts(buf, "\\n");
        else if (*c == '\\' || *c == '"')
            buf_printf(buf, "\\%c", *c);
        else
            buf_append(buf, c, 1);
    }
}

/* The name and the labels of a sample; what follows is its value. */
static void metrics_begin(struct metrics_text *to, const char *suffix, const char *const *labels)
{
    buf_printf(&to->buf, "%s%s", to->family, suffix);
    for (int i = 0; labels[i] != NULL; i += 2) {
        buf_printf(&to->buf, "%s%s=\"", i == 0 ? "{" : ",", labels[i]);
        metrics_value(&to->buf, labels[i + 1]);
        buf_puts(&to->buf, "\"");
    }
    buf_puts(&to->buf, labels[0] != NULL ? "} " : " ");
}

void metrics_int(struct metrics_text *to, const char *suffix, const char *const *labels,
                 int64_t value)
{
    if (value == PT_UNKNOWN)
        return;
    metrics_begin(to, suffix, labels);
    buf_printf(&to->buf, "%" PRId64 "\n", value);
}

void metrics_real(struct metrics_text *to, const char *suffix, const char *const *labels,
                  double value)
{
    if (!isfinite(value))
        return;
    metrics_begin(to, suffix, labels);
    buf_printf(&to->buf, "%.15g\n", value);
}

void metrics_states(struct metrics_text *to, const char *const *labels, int state,
                    const char *(*word)(int state))
{
    const char *all[7] = {to->family};
    int n = 0;
    for (; n < 4 && labels[n] != NULL; n++)
        all[n] = labels[n];
    all[n] = to->family;
    for (int i = 0; word(i) != NULL && strcmp(word(i), "?") != 0; i++) {
        all[n + 1] = word(i);
        all[n + 2] = NULL;
        metrics_int(to, "", all, i == state);
    }
}
