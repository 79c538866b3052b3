#include "ui/alarm.h"

#include <stdio.h>
#include <string.h>

#include "page/auth_words.h"
#include "page/shared.h"

static bool alarm_is_on(const struct pt_config *cfg, const char *property)
{
    return strcmp(pt_config_get(cfg, property), "on") == 0;
}

static bool alarm_is_red(const struct pt_snapshot *snap)
{
    return verdict_style(snap->session->verdict) == STYLE_BAD;
}

bool alarm_rings(const struct pt_config *cfg, const struct pt_snapshot *snap, bool *was_red)
{
    bool is_new = alarm_is_red(snap) && !*was_red;
    *was_red = alarm_is_red(snap);
    return is_new && alarm_is_on(cfg, "pintop.bell");
}

static const char *alarm_name(const struct pt_config *cfg)
{
    const char *servers = pt_config_get(cfg, "bootstrap.servers");
    const char *cluster = pt_config_get(cfg, "pintop.msk.cluster");
    const char *context = pt_config_context(cfg);
    return context != NULL              ? context
           : pt_config_is_embedded(cfg) ? "embedded"
           : servers != NULL            ? servers
           : cluster != NULL            ? cluster
                                        : "";
}

void alarm_title(const struct pt_config *cfg, const char *recording, const struct pt_snapshot *snap,
                 char *out, size_t cap)
{
    const char *warning = auth_warning(&snap->auth->auth);
    if (warning[0] == '\0' && alarm_is_red(snap) && alarm_is_on(cfg, "pintop.title"))
        warning = pt_verdict_word(snap->session->verdict);
    if (recording != NULL)
        snprintf(out, cap, "pintop replay %.100s", recording);
    else
        snprintf(out, cap, "%s%spintop %.100s", warning, warning[0] != '\0' ? ": " : "",
                 alarm_name(cfg));
    for (char *p = out; *p != '\0'; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            *p = '?';
}
