#include "doctor/hosts.h"

#include <stdio.h>
#include <string.h>

enum { HOSTS_MAX = 1000 };

static bool hosts_is_gone(const struct ec2_instance *host)
{
    return strcmp(host->state, "terminated") == 0 || strcmp(host->state, "shutting-down") == 0;
}

pt_code hosts_by(struct check *check, const char *filter, const char *value,
                 struct ec2_instances *out, struct pt_error *err)
{
    const struct ec2_filter by = {filter, value};
    size_t n = 0;
    pt_code code = ec2_describe_instances(check->client, check->keys, &by, 1, HOSTS_MAX, out, err);
    if (code != PT_OK)
        return code;
    for (size_t i = 0; i < out->n; i++)
        if (!hosts_is_gone(&out->items[i]))
            out->items[n++] = out->items[i];
    out->n = n;
    return PT_OK;
}

pt_code hosts_of_user(struct check *check, struct ec2_instances *out, struct pt_error *err)
{
    char pattern[80];
    snprintf(pattern, sizeof pattern, "*%s*", check->found->user_id);
    return hosts_by(check, "tag:Name", pattern, out, err);
}
