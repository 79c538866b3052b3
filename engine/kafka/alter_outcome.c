/* What is said of a change of a topic that was not made, made in part, or is not known to be made.
 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "kafka/alter.h"

bool alter_is_made(const struct alter_plan *plan, enum alter_request request)
{
    return request == ALTER_SETTINGS ? plan->n_steps == 0 : plan->to == 0;
}

/* What is known of the other request; "" when there is none. */
static const char *alter_other_half(const struct alter_plan *plan, enum alter_request request)
{
    if (alter_is_made(plan, request == ALTER_SETTINGS ? ALTER_PARTITIONS : ALTER_SETTINGS))
        return "";
    return request == ALTER_SETTINGS ? "; the partitions were not added"
                                     : "; the settings were changed";
}

/* The reason, without the words that a sentence about the same topic begins with. */
static void alter_reason(const char *before, const struct pt_error *err, char *out, size_t cap)
{
    const char *what = err != NULL ? err->what : "";
    size_t len = strlen(before);
    text_copy(out, cap, strncmp(what, before, len) == 0 ? what + len : what);
}

pt_code alter_lost(const struct alter_plan *plan, enum alter_request request, bool has_looked,
                   pt_code code, struct pt_error *err)
{
    static const char *const is_unknown[] = {
        [ALTER_SETTINGS] = "it is unknown whether the settings were changed",
        [ALTER_PARTITIONS] = "it is unknown whether the partitions were added"};
    static const char *const is_not_seen[] = {
        [ALTER_SETTINGS] = "the settings are not as asked for so far",
        [ALTER_PARTITIONS] = "the partitions have not been added so far"};
    char before[160], why[PT_WHAT_MAX];
    snprintf(before, sizeof before, "change topic %.100s: ", plan->now->topic);
    alter_reason(before, err, why, sizeof why);
    return pt_error_set(err, code,
                        "Look with `pintop topics describe NAME` in a minute, and send it again "
                        "if it is still to be done",
                        "%sthe answer was lost, and %s%s (%s)", before,
                        has_looked ? is_not_seen[request] : is_unknown[request],
                        alter_other_half(plan, request), why);
}

pt_code alter_refused(const struct alter_plan *plan, enum alter_request request, pt_code code,
                      struct pt_error *err)
{
    char before[160], why[PT_WHAT_MAX];
    if (err == NULL || request == ALTER_SETTINGS || alter_other_half(plan, request)[0] == '\0')
        return code;
    snprintf(before, sizeof before, "change topic %.100s: ", plan->now->topic);
    alter_reason(before, err, why, sizeof why);
    text_put(err->what, sizeof err->what,
             "%sthe settings were changed, but the partitions were not added: %s", before, why);
    return code;
}
