#include "connector/change/fact_lines.h"

#include <stdio.h>

#include "base/secret.h"
#include "connector/watch/worker.h"

const char *conn_shown(const char *name, const char *value)
{
    return secret_is_name(name) && *value != '\0' ? "***" : value;
}

void conn_add_fact(struct result_lines *lines, const char *name, const char *value)
{
    char text[1200];
    if (*value == '\0')
        return;
    snprintf(text, sizeof text, "%-12s %s", name, value);
    result_lines_add(lines, &(struct pt_line){.time_ms = PT_UNKNOWN, .level = "fact"}, text);
}

pt_code conn_cannot(const struct conn_worker *worker, const char *what, struct pt_error *err)
{
    return pt_error_set(err, PT_EUNSUPPORTED, NULL, "%s cannot %s",
                        worker->connectors->opts.ops->info.title, what);
}
