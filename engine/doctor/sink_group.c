#include "doctor/sink_group.h"

#include "base/text.h"

bool sink_group_name(const struct check *check, char *out, size_t cap)
{
    const char *group = check_set(check, "pintop.connector.group");
    const char *connector = check_set(check, "pintop.connector.name");
    const char *found = check->found->user_id; /* with AWS */
    const char *user = found[0] != '\0' ? found : check_set(check, "pintop.user.id");
    text_copy(out, cap, "");
    if (group != NULL)
        text_copy(out, cap, group);
    else if (connector != NULL)
        text_put(out, cap, "connect-%s", connector);
    else if (user != NULL)
        text_put(out, cap, "connect-%s-connector", user);
    return out[0] != '\0';
}
