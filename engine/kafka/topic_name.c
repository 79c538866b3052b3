#include "kafka/topic_name.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { TOPIC_LEN_MAX = 249 };

static bool is_topic_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
}

static pt_code refuse_name(const char *name, const char *why, struct pt_error *err)
{
    return pt_error_set(err, PT_ENAME,
                        "Use 1 to 249 letters, digits, dots, underscores and hyphens",
                        "topic name \"%.60s%s\": %s", name, strlen(name) > 60 ? "…" : "", why);
}

pt_code topic_name_check(const char *name, const char *prefix, struct pt_error *err)
{
    size_t len = strlen(name);
    if (len == 0) {
        return refuse_name(name, "it is empty", err);
    }
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
        return refuse_name(name, "Kafka reserves \".\" and \"..\"", err);
    }
    for (size_t i = 0; i < len; i++) {
        if (!is_topic_char(name[i])) {
            return refuse_name(name, "it contains a character that Kafka does not allow", err);
        }
    }
    if (len > TOPIC_LEN_MAX) {
        return refuse_name(name, "it is longer than 249 characters", err);
    }
    if (prefix && (strncmp(name, prefix, strlen(prefix)) != 0 || len == strlen(prefix))) {
        char fix[PT_FIX_MAX];
        snprintf(fix, sizeof(fix),
                 "Choose a name like %.60spin, or change the rule: pintop.topics.prefix", prefix);
        /* An empty prefix accepts every name. */
        return prefix[0]
                   ? pt_error_set(err, PT_ENAME, fix,
                                  "topic name %.60s: it must begin with %.60s, followed by more "
                                  "characters; the cluster denies other names (permission denied)",
                                  name, prefix)
                   : PT_OK;
    }
    return PT_OK;
}
