#include "config/iam.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"

#define PACKAGE "software.amazon.msk.auth.iam."

bool iam_is_handler(const char *property, const char *value)
{
    bool is_client = strcmp(property, "sasl.client.callback.handler.class") == 0;
    bool is_login = strcmp(property, "sasl.login.callback.handler.class") == 0;
    return (is_client && strcmp(value, PACKAGE "IAMClientCallbackHandler") == 0) ||
           ((is_client || is_login) &&
            strcmp(value, PACKAGE "IAMOAuthBearerLoginCallbackHandler") == 0);
}

static bool has_handler(const struct pt_config *cfg)
{
    static const char *const names[] = {"sasl.client.callback.handler.class",
                                        "sasl.login.callback.handler.class"};
    for (size_t i = 0; i < 2; i++) {
        const struct store_entry *entry = store_find_extra(cfg, names[i]);
        if (entry != NULL && iam_is_handler(names[i], entry->value))
            return true;
    }
    return false;
}

bool pt_config_is_iam(const struct pt_config *cfg)
{
    const struct store_entry *mechanism = store_find_extra(cfg, "sasl.mechanism");
    if (mechanism == NULL || mechanism->value == NULL)
        return false;
    return strcasecmp(mechanism->value, "AWS_MSK_IAM") == 0 ||
           (strcasecmp(mechanism->value, "OAUTHBEARER") == 0 && has_handler(cfg));
}

pt_code iam_login(const struct pt_config *cfg, struct jaas *jaas, struct pt_error *err)
{
    const struct store_entry *entry = store_find_extra(cfg, "sasl.jaas.config");
    memset(jaas, 0, sizeof *jaas);
    return entry != NULL && pt_config_is_iam(cfg) ? jaas_parse(entry->value, jaas, err) : PT_OK;
}

/* Options that pintop uses (NULL), or that mean nothing without Java. */
static const struct {
    const char *name, *why;
} KNOWN[] = {
    {"awsProfileName",         NULL                                                   },
    {"awsRoleArn",             NULL                                                   },
    {"awsRoleSessionName",     NULL                                                   },
    {"awsRoleExternalId",      NULL                                                   },
    {"awsStsRegion",           NULL                                                   },
    {"awsRoleAccessKeyId",     NULL                                                   },
    {"awsRoleSecretAccessKey", NULL                                                   },
    {"awsRoleSessionToken",    NULL                                                   },
    {"awsAddDefaultProviders", NULL                                                   },
    {"awsDebugCreds",          NULL                                                   },
    {"awsShouldUseFips",       NULL                                                   },
    {"awsMaxRetries",          "pintop retries automatically until it has credentials"},
    {"awsMaxBackOffTimeMs",    "pintop's back-off is 1 to 30 s"                       },
    {"awsMskRegionProvider",   "a Java class; set pintop.aws.region"                  },
};

static void note_option(struct buf *text, const char *name)
{
    const char *why = "unknown";
    for (size_t i = 0; i < sizeof KNOWN / sizeof *KNOWN; i++)
        if (strcasecmp(KNOWN[i].name, name) == 0)
            why = KNOWN[i].why;
    if (why != NULL)
        buf_printf(text, "%s%.60s (%s)", text->len > 0 ? ", " : "", name, why);
}

pt_code iam_check(struct pt_config *cfg, struct pt_error *err)
{
    struct jaas jaas;
    struct buf unused;
    char text[1024];
    pt_code code = iam_login(cfg, &jaas, err);
    buf_init(&unused, 800);
    for (size_t i = 0; code == PT_OK && i < jaas.n; i++)
        note_option(&unused, jaas.options[i].name);
    if (unused.len > 0) {
        snprintf(text, sizeof text, "sasl.jaas.config: options that pintop does not use: %s",
                 unused.data);
        code = store_warn(cfg, text, err);
    }
    buf_done(&unused);
    jaas_done(&jaas);
    return code;
}

/* ------------------------------------------------------------------ a copy with servers */

static bool copy_text(char **to, const char *from)
{
    *to = from != NULL ? strdup(from) : NULL;
    return from == NULL || *to != NULL;
}

static pt_code iam_copy(const struct pt_config *from, struct pt_config *to, struct pt_error *err)
{
    bool is_ok = copy_text(&to->context, from->context);
    pt_code code = PT_OK;
    to->is_readonly = from->is_readonly;
    to->is_readonly_asked = from->is_readonly_asked;
    for (int i = 0; i < OPTION_COUNT && is_ok; i++) {
        to->options[i].is_secret = from->options[i].is_secret;
        is_ok = copy_text(&to->options[i].value, from->options[i].value) &&
                copy_text(&to->options[i].fallback, from->options[i].fallback) &&
                copy_text(&to->options[i].origin, from->options[i].origin);
    }
    for (size_t i = 0; i < from->n_extra && is_ok && code == PT_OK; i++) {
        const struct store_entry *entry = &from->extra[i];
        code = store_set_extra(to, entry->name, entry->value, entry->origin, entry->is_kafka, err);
    }
    if (!is_ok)
        code = pt_error_set(err, PT_ENOMEM, NULL, "configuration: out of memory");
    return code;
}

pt_code config_with_servers(const struct pt_config *cfg, const char *servers, const char *protocol,
                            const char *mechanism, struct pt_config **out, struct pt_error *err)
{
    static const char origin[] = "pintop.msk.cluster";
    struct pt_config *to = store_new();
    *out = NULL;
    if (to == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "configuration: out of memory");
    pt_code code = iam_copy(cfg, to, err);
    if (code == PT_OK)
        code = store_set_extra(to, "bootstrap.servers", servers, origin, true, err);
    if (code == PT_OK && protocol != NULL)
        code = store_set_extra(to, "security.protocol", protocol, origin, true, err);
    if (code == PT_OK && mechanism != NULL)
        code = store_set_extra(to, "sasl.mechanism", mechanism, origin,
                               strcmp(mechanism, "AWS_MSK_IAM") != 0, err);
    if (code != PT_OK)
        pt_config_free(to);
    else
        *out = to;
    return code;
}
