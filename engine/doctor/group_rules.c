#include "doctor/group_rules.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GROUP_ADDRESS_MAX = 64 };

/* An address in bytes. Returns its length, 0 for what is none. */
static size_t group_bytes(const char *text, unsigned char out[16])
{
    if (inet_pton(AF_INET, text, out) == 1)
        return 4;
    return inet_pton(AF_INET6, text, out) == 1 ? 16 : 0;
}

bool group_range_has(const char *range, const char *address)
{
    unsigned char from[16], at[16];
    char text[GROUP_ADDRESS_MAX], *end;
    size_t len = strcspn(range, "/");
    if (range[len] != '/' || len >= sizeof text)
        return false;
    snprintf(text, sizeof text, "%.*s", (int)len, range);
    size_t n = group_bytes(text, from);
    unsigned long bits = strtoul(range + len + 1, &end, 10);
    if (n == 0 || group_bytes(address, at) != n || end == range + len + 1 || *end != '\0' ||
        bits > n * 8)
        return false;
    if (memcmp(from, at, bits / 8) != 0)
        return false;
    unsigned mask = 0xff00U >> (bits % 8) & 0xffU;
    return bits % 8 == 0 || ((from[bits / 8] ^ at[bits / 8]) & mask) == 0;
}

/* ------------------------------------------------------------------ one rule */

/* Of the caller's addresses, those of the family that it calls. */
static enum group_says group_range_says(const char *range, const struct group_caller *caller)
{
    bool is_v6 = strchr(caller->to, ':') != NULL, is_known = false;
    for (const char *at = caller->addresses; *at != '\0';) {
        char address[GROUP_ADDRESS_MAX];
        size_t len = strcspn(at, ",");
        snprintf(address, sizeof address, "%.*s", (int)len, at);
        if ((strchr(address, ':') != NULL) == is_v6) {
            is_known = true;
            if (group_range_has(range, address))
                return GROUP_LETS_IN;
        }
        at += len + (at[len] == ',');
    }
    return is_known ? GROUP_KEEPS_OUT : GROUP_UNCLEAR;
}

static enum group_says group_rule_says(const struct ec2_rule *rule,
                                       const struct group_caller *caller)
{
    const char *source = rule->source;
    bool is_v6 = strchr(caller->to, ':') != NULL;
    if (strncmp(source, "sg-", 3) == 0)
        return ec2_has_id(caller->groups, source) ? GROUP_LETS_IN
               : caller->groups[0] != '\0'        ? GROUP_KEEPS_OUT
                                                  : GROUP_UNCLEAR;
    if (strchr(source, '/') == NULL)
        return GROUP_UNCLEAR;
    if (strcmp(source, is_v6 ? "::/0" : "0.0.0.0/0") == 0)
        return GROUP_LETS_IN;
    if ((strchr(source, ':') != NULL) != is_v6)
        return GROUP_KEEPS_OUT;
    return group_range_says(source, caller);
}

/* ------------------------------------------------------------------ all of them */

static void group_note_source(struct buf *sources, const char *source)
{
    const char *at = sources->data != NULL ? sources->data : "";
    size_t len = strlen(source);
    for (; (at = strstr(at, source)) != NULL; at += len)
        if (at[len] == '\0' || at[len] == ',')
            if (at == sources->data || at[-1] == ' ')
                return;
    buf_printf(sources, "%s%s", sources->len > 0 ? ", " : "", source);
}

enum group_says group_rules_judge(const struct ec2_groups *groups,
                                  const struct group_caller *caller, struct buf *sources)
{
    bool is_unclear = groups->n == 0, is_in = false;
    for (size_t g = 0; g < groups->n; g++)
        for (size_t i = 0; i < groups->items[g].n_rules; i++) {
            const struct ec2_rule *rule = &groups->items[g].rules[i];
            if (caller->port < rule->port_from || caller->port > rule->port_to)
                continue;
            enum group_says says = group_rule_says(rule, caller);
            is_in |= says == GROUP_LETS_IN;
            is_unclear |= says == GROUP_UNCLEAR;
            group_note_source(sources, rule->source[0] != '\0'
                                           ? rule->source
                                           : "a source that EC2 does not report");
        }
    return is_in ? GROUP_LETS_IN : is_unclear ? GROUP_UNCLEAR : GROUP_KEEPS_OUT;
}
