#include "config/login.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/secret.h"
#include "config/iam.h"
#include "config/slips.h"

/* One JAAS configuration while it is being settled. */
struct login_login {
    struct pt_config *cfg;
    struct jaas jaas;
    char origin[320];
    const char *mechanism; /* "" when not set */
    bool is_iam, is_password;
};

/* ------------------------------------------------------------------ each option, for `config` */

static bool is_secret_option(const char *name)
{
    return secret_is_name(name) || strcasecmp(name, "awsRoleSecretAccessKey") == 0 ||
           strcasecmp(name, "awsRoleSessionToken") == 0;
}

/* Finds why an option has no effect; "" when it has. */
static void find_why_not(const struct login_login *login, const char *name, char *out, size_t cap)
{
    const struct pt_config *cfg = login->cfg;
    const struct store_entry *role = &cfg->options[option_find("pintop.aws.role.arn")];
    const struct store_entry *profile = &cfg->options[option_find("pintop.aws.profile")];
    bool has_profile = jaas_get(&login->jaas, "awsProfileName") != NULL;
    bool has_role = jaas_get(&login->jaas, "awsRoleArn") != NULL;
    out[0] = '\0';
    if (!login->is_iam && !login->is_password)
        snprintf(out, cap, "not used: sasl.mechanism is %.60s",
                 login->mechanism[0] != '\0' ? login->mechanism : "not set");
    else if (!login->is_iam)
        out[0] = '\0';
    else if (strcasecmp(name, "awsProfileName") == 0 && profile->value != NULL)
        snprintf(out, cap, "not used: pintop.aws.profile=%.80s (%.120s) takes precedence",
                 profile->value, profile->origin);
    else if (strcasecmp(name, "awsRoleArn") == 0 && role->value != NULL)
        snprintf(out, cap, "not used: pintop.aws.role.arn=%.120s (%.120s) takes precedence",
                 role->value, role->origin);
    else if (strcasecmp(name, "awsRoleArn") == 0 && has_profile)
        snprintf(out, cap, "not used: awsProfileName takes precedence, as in Java's client");
    else if (strncasecmp(name, "awsRole", 7) == 0 && strcasecmp(name, "awsRoleArn") != 0 &&
             !has_role && role->value == NULL)
        snprintf(out, cap, "not used: no role is configured");
    else if (strcasecmp(name, "awsStsRegion") == 0 &&
             strcmp(jaas_get(&login->jaas, name) != NULL ? jaas_get(&login->jaas, name) : "",
                    "aws-global") == 0)
        snprintf(out, cap, "the region of the cluster is used instead");
}

static pt_code keep_option(struct login_login *login, const char *name, const char *value,
                           struct pt_error *err)
{
    struct pt_config *cfg = login->cfg;
    char why[320], shown[80];
    struct store_entry *grown = realloc(cfg->login, (cfg->n_login + 1) * sizeof *grown);
    if (grown == NULL)
        return pt_error_set(err, PT_ENOMEM, NULL, "configuration: out of memory");
    cfg->login = grown;
    find_why_not(login, name, why, sizeof why);
    snprintf(shown, sizeof shown, "sasl.jaas.config %.60s", name);
    return store_make(&grown[cfg->n_login++], shown, value, login->origin, why,
                      is_secret_option(name), err);
}

static pt_code keep_options(struct login_login *login, struct pt_error *err)
{
    pt_code code = PT_OK;
    for (size_t i = 0; i < login->jaas.n && code == PT_OK; i++) {
        const char *name = login->jaas.options[i].name, *value = login->jaas.options[i].value;
        if (slips_is_placeholder(value, is_secret_option(name)))
            return pt_error_set(
                err, PT_ECONFIG, "Write the real value, or remove the option",
                "%s: %s of sasl.jaas.config%s%.120s is a placeholder that was never "
                "filled in",
                login->origin, name, is_secret_option(name) ? "" : ", ",
                is_secret_option(name) ? "" : value);
        code = keep_option(login, name, value, err);
    }
    return code;
}

/* ------------------------------------------------------------------ user and password */

/* The property itself takes precedence when it is set. */
static pt_code login_give(struct login_login *login, const char *option, const char *property,
                          struct pt_error *err)
{
    const char *value = jaas_get(&login->jaas, option);
    const struct store_entry *own = store_find_extra(login->cfg, property);
    char text[512];
    if (own == NULL && value != NULL)
        return store_set_extra(login->cfg, property, value, login->origin, true, err);
    if (own == NULL)
        return pt_error_set(err, PT_ECONFIG,
                            "Write MODULE required username=\"…\" password=\"…\"; or set "
                            "sasl.username and sasl.password",
                            "%s: sasl.jaas.config has no %s, which %s needs", login->origin, option,
                            login->mechanism);
    if (value == NULL || strcmp(value, own->value) == 0)
        return PT_OK;
    snprintf(text, sizeof text,
             "%s (%.120s) is used instead of the %s of sasl.jaas.config (%.120s), which differs",
             property, own->origin, option, login->origin);
    return store_warn(login->cfg, text, err);
}

/* The mechanism decides on the login; the module only provides what it needs. */
static pt_code settle_password(struct login_login *login, struct pt_error *err)
{
    pt_code code = login_give(login, "username", "sasl.username", err);
    if (code == PT_OK)
        code = login_give(login, "password", "sasl.password", err);
    return code;
}

/* A JAAS configuration without a mechanism has no effect; the module shows which one is meant. */
static pt_code warn_mechanism(struct login_login *login, struct pt_error *err)
{
    static const struct {
        const char *module, *mechanism;
    } known[] = {
        {"ScramLoginModule", "SCRAM-SHA-512 (MSK) or SCRAM-SHA-256"},
        {"PlainLoginModule", "PLAIN"                               },
        {"IAMLoginModule",   "AWS_MSK_IAM"                         },
    };
    char text[400];
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strstr(login->jaas.module, known[i].module) == NULL)
            continue;
        snprintf(
            text, sizeof text,
            "sasl.jaas.config (%.120s) is for %s, but sasl.mechanism is %s: set sasl.mechanism=%s",
            login->origin, known[i].module,
            login->mechanism[0] != '\0' ? login->mechanism : "not set", known[i].mechanism);
        return store_warn(login->cfg, text, err);
    }
    return PT_OK;
}

/* ------------------------------------------------------------------ all of it */

static pt_code login_settle_all(struct login_login *login, struct pt_error *err)
{
    char text[400];
    pt_code code = PT_OK;
    bool is_iams = strstr(login->jaas.module, "IAMLoginModule") != NULL;
    if (login->is_password && !is_iams)
        code = settle_password(login, err);
    else if (!login->is_iam)
        code = warn_mechanism(login, err);
    if (code == PT_OK)
        code = keep_options(login, err);
    if (code == PT_OK && login->jaas.java_refuses != NULL) {
        snprintf(text, sizeof text,
                 "sasl.jaas.config (%.200s): pintop accepts it, but Java's client refuses it: %s",
                 login->origin, login->jaas.java_refuses);
        code = store_warn(login->cfg, text, err);
    }
    return code;
}

/* Puts the line of the property before the error. */
static pt_code name_line(const char *origin, struct pt_error *err)
{
    struct pt_error why = *err;
    return pt_error_set(err, why.code, why.fix, "%s: %s", origin, why.what);
}

pt_code login_settle(struct pt_config *cfg, struct pt_error *err)
{
    const struct store_entry *entry = store_find_extra(cfg, "sasl.jaas.config");
    const struct store_entry *mechanism = store_find_extra(cfg, "sasl.mechanism");
    struct pt_error why;
    if (entry == NULL)
        return PT_OK;
    struct login_login login = {.cfg = cfg, .mechanism = mechanism != NULL ? mechanism->value : ""};
    snprintf(login.origin, sizeof login.origin, "%s", entry->origin);
    login.is_iam = pt_config_is_iam(cfg);
    login.is_password =
        strcasecmp(login.mechanism, "PLAIN") == 0 || strncasecmp(login.mechanism, "SCRAM-", 6) == 0;
    pt_code code = jaas_parse(entry->value, &login.jaas, &why);
    bool is_wanted = login.is_iam || login.is_password;
    if (code == PT_OK)
        code = login_settle_all(&login, err);
    else if (code != PT_ECONFIG || is_wanted)
        name_line(login.origin, err != NULL ? (*err = why, err) : &why);
    else
        code = PT_OK; /* it is not used */
    jaas_done(&login.jaas);
    return code;
}
